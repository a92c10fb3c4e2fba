"""Each showcase as its user runs it: a process of its own over a folder of pictures."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

import mien

pytest.importorskip("lap")

Picture = npt.NDArray[np.uint8]
EXAMPLES = Path(__file__).parents[2] / "examples"
SHOWCASES = ("emoji_follows", "music_for_mood", "smile_shutter", "audience", "drowsy_driver")
# Where the landmarks of the portrait are, as the eye sees them.
EYES, MOUTH, EYES_APART = ((123, 101), (167, 106)), (140, 143), 44


def run(name: str, *arguments: object, status: int = 0) -> str:
    """What a showcase prints; what it complains about if `status` is not 0."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == status, done.stderr
    return done.stderr if status else done.stdout


def load(name: str) -> ModuleType:
    spec = spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def film(folder: Path, pictures: Iterable[Picture]) -> Path:
    """A folder of pictures, which counts as 25 frames a second."""
    folder.mkdir()
    for i, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{i}.png", compress_level=1)
    return folder


def paint_out(picture: Picture, *places: tuple[tuple[int, int], float, float]) -> Picture:
    """Fill boxes, each a centre and half its width and height in distances of the eyes, with the skin around them."""
    mask = np.zeros(picture.shape[:2], np.uint8)
    for (x, y), width, height in places:
        w, h = int(width * EYES_APART), int(height * EYES_APART)
        mask[y - h : y + h, x - w : x + w] = 255
    return np.asarray(cv2.inpaint(picture, mask, 5, cv2.INPAINT_TELEA), np.uint8)


@pytest.fixture(scope="module")
def smiling(astronaut: Picture) -> Picture:
    return np.ascontiguousarray(astronaut[:300, 80:380])


@pytest.fixture(scope="module")
def serious(smiling: Picture) -> Picture:
    return paint_out(smiling, (MOUTH, 0.6, 0.4))


@pytest.fixture(scope="module")
def blank(smiling: Picture) -> Picture:
    return np.full_like(smiling, 90)


def test_an_emoji_covers_the_face_and_follows_it(smiling: Picture, tmp_path: Path) -> None:
    shifts = (0, 6, 12, 18)
    clip = film(tmp_path / "clip", (np.roll(smiling, shift, 1) for shift in shifts))
    run("emoji_follows", clip, "--out", tmp_path / "out")
    frames = [np.asarray(Image.open(path), int) for path in sorted((tmp_path / "out").iterdir())]
    assert len(frames) == 4
    yellow = [np.argwhere(np.abs(frame - (255, 205, 60)).max(2) < 3) for frame in frames]
    places = np.array([places.mean(0) for places in yellow])
    assert all(len(places) > 3000 for places in yellow)
    # The middle of the face in the portrait is near (143, 122); it moves to the right.
    np.testing.assert_allclose(places[0], (122, 143), atol=12)
    np.testing.assert_allclose(places[:, 1] - places[0, 1], shifts, atol=5)
    assert (np.diff(places[:, 1]) > 0).all()
    np.testing.assert_array_equal(frames[0][250:], smiling[250:])


def test_an_emoji_in_the_terminal(smiling: Picture, tmp_path: Path) -> None:
    lines = run("emoji_follows", film(tmp_path / "clip", [smiling] * 3)).splitlines()
    assert len(lines) == 1
    assert lines[0].split() == ["0.00", "s", "person", "1", "😀", "happy"]


def test_emojis_differ_as_faces_do() -> None:
    draw = load("emoji_follows").draw_emoji
    labels = mien.LABEL_SETS["ekman7"]
    emojis = [
        draw(mien.Face(np.zeros(4), 1, np.zeros((5, 2)), np.eye(7, dtype=np.float32)[i], labels, (4, 4))).tobytes()
        for i in range(7)
    ]
    assert len(set(emojis)) == 7


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    path = tmp_path / "songs.csv"
    path.write_text(
        "title,path,mood\nRain,rain.mp3,sad\nParty,party.mp3,happy/surprise\nSun,sun.mp3,Happy\nFury,fury.mp3,angry\n"
    )
    return path


def test_happy_music_for_a_smile(songs: Path) -> None:
    lines = run("music_for_mood", songs, EXAMPLES / "astronaut.jpg", "--count", 2).splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[1].startswith("# mood: happy 9")
    assert lines[2:] == ["#EXTINF:-1,Sun", "sun.mp3", "#EXTINF:-1,Party", "party.mp3"]


def test_music_for_the_first_seconds_of_a_video(songs: Path, smiling: Picture, blank: Picture, tmp_path: Path) -> None:
    clip = film(tmp_path / "clip", [blank] * 3 + [smiling] * 2)
    assert run("music_for_mood", songs, clip).splitlines()[3] == "sun.mp3"
    complaint = run("music_for_mood", songs, clip, "--seconds", 0.1, status=1)
    assert complaint == f"error: {clip} shows no face\n"


def test_songs_with_an_unknown_mood(songs: Path) -> None:
    songs.write_text("title,path,mood\nRain,rain.mp3,wet\n")
    assert f"{songs}, line 2: no mood 'wet'" in run("music_for_mood", songs, "me.jpg", status=1)
    songs.write_text("title,path\nRain,rain.mp3\n")
    assert f"{songs} has no column 'mood'" in run("music_for_mood", songs, "me.jpg", status=1)


def test_the_shutter_keeps_one_photo_of_each_smile(
    smiling: Picture, serious: Picture, blank: Picture, tmp_path: Path
) -> None:
    clip = film(tmp_path / "clip", [serious] * 3 + [smiling] * 8 + [serious] * 10 + [smiling] * 8 + [blank] * 2)
    kept = run("smile_shutter", clip, "--out", tmp_path / "photos").splitlines()
    assert [Path(path) for path in kept] == sorted((tmp_path / "photos").iterdir())
    assert len(kept) == 2
    for path in kept:
        np.testing.assert_array_equal(np.asarray(Image.open(path)), smiling)


def test_the_shutter_waits_for_everybody(smiling: Picture, serious: Picture, tmp_path: Path) -> None:
    clip = film(tmp_path / "clip", [np.hstack([smiling, serious])] * 2 + [np.hstack([smiling, smiling])] * 8)
    kept = run("smile_shutter", clip, "--people", 2, "--out", tmp_path / "photos").splitlines()
    assert len(kept) == 1
    np.testing.assert_array_equal(np.asarray(Image.open(kept[0])), np.hstack([smiling, smiling]))
    assert not run("smile_shutter", clip, "--people", 3, "--out", tmp_path / "photos")


def test_an_audience_that_leaves(smiling: Picture, blank: Picture, tmp_path: Path) -> None:
    two = np.hstack([smiling, smiling])
    clip = film(tmp_path / "clip", [two] * 6 + [np.hstack([blank, blank])] * 6)
    rows = list(csv.DictReader(io.StringIO(run("audience", clip, "--fps", 3, "--seconds", 2))))
    assert [(row["time"], row["faces"], row["attention"], row["mood"]) for row in rows] == [
        ("0", "2.00", "1.000", "happy"),
        ("2", "0.00", "", ""),
    ]
    assert sum(float(rows[0][label]) for label in mien.LABEL_SETS["ekman7"].labels) == pytest.approx(1, abs=0.01)


def turned(yaw: float, pitch: float, roll: float) -> npt.NDArray[Any]:
    """Landmarks of a head that is turned by so many degrees, seen from afar; in distances of the eyes."""
    # The tip of the nose is half the distance of the eyes before them.
    points = np.array([(-0.5, 0, 0), (0.5, 0, 0), (0, 0.55, 0.5), (-0.4, 1, 0.1), (0.4, 1, 0.1)], np.float64)
    y, p, r = np.radians((yaw, pitch, roll))
    points @= np.array([(np.cos(y), 0, -np.sin(y)), (0, 1, 0), (np.sin(y), 0, np.cos(y))])
    points @= np.array([(1, 0, 0), (0, np.cos(p), np.sin(p)), (0, -np.sin(p), np.cos(p))])
    points @= np.array([(np.cos(r), np.sin(r), 0), (-np.sin(r), np.cos(r), 0), (0, 0, 1)])
    return 40 * points[:, :2] + 100


@pytest.mark.parametrize("roll", [-30, 0, 30])
@pytest.mark.parametrize(
    ("yaw", "pitch", "attentive"),
    [(0, 0, True), (12, 0, True), (-12, 5, True), (35, 0, False), (-35, 0, False), (0, 35, False), (0, -35, False)],
)
def test_who_faces_the_camera(yaw: float, pitch: float, roll: float, attentive: bool) -> None:
    faces_camera: Callable[..., npt.NDArray[np.bool_]] = load("audience").faces_camera
    assert faces_camera(turned(yaw, pitch, roll)[None]).tolist() == [attentive]
    assert faces_camera(np.zeros((0, 5, 2))).tolist() == []


def test_a_driver_who_closes_the_eyes_and_vanishes(smiling: Picture, blank: Picture, tmp_path: Path) -> None:
    asleep = paint_out(smiling, *((eye, 0.35, 0.18) for eye in EYES))
    clip = film(tmp_path / "clip", [smiling] * 15 + [asleep] * 10 + [smiling] * 3 + [blank] * 10)
    lines = run("drowsy_driver", clip, "--fps", 5).splitlines()
    # 5 frames a second: closed from 3.0 s on, gone from 5.6 s on, and each for a second and a half.
    assert [line.split(maxsplit=2)[2] for line in lines] == [
        "WARNING: the eyes look closed",
        "WARNING: the face is gone",
    ]
    assert [float(line.split()[0]) for line in lines] == pytest.approx([4.6, 7.2], abs=0.21)


def test_a_driver_who_nods() -> None:
    head_drop: Callable[..., float] = load("drowsy_driver").head_drop
    assert head_drop(turned(0, 0, 20)) == pytest.approx(0.55)
    assert max(head_drop(turned(0, pitch, 0)) for pitch in (-30, 30)) > 0.75


def test_an_angry_driver(photos: list[Path], tmp_path: Path) -> None:
    angry = next(
        path
        for path in photos
        if path.name.startswith("anger") and all(face.probability("angry") > 0.6 for face in mien.analyze(path))
    )
    with Image.open(angry) as image:
        picture = np.asarray(image.convert("RGB").resize((400, 400 * image.height // image.width)))
    clip = film(tmp_path / "clip", [picture] * 10)
    assert [line.split(maxsplit=2)[2] for line in run("drowsy_driver", clip, "--fps", 5).splitlines()] == [
        "WARNING: the driver looks angry"
    ]


@pytest.mark.parametrize("name", SHOWCASES)
def test_a_source_that_is_not_there(name: str, songs: Path) -> None:
    arguments = [songs, "nowhere.mp4"] if name == "music_for_mood" else ["nowhere.mp4"]
    assert run(name, *arguments, status=1) == "error: nowhere.mp4: no such file\n"


def test_showcases_are_short() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SHOWCASES)
    for name in SHOWCASES:
        assert len((EXAMPLES / f"{name}.py").read_text(encoding="utf-8").splitlines()) < 100
