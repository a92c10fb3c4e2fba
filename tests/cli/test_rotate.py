"""mien rotate and mien analyze --frontalise as real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from mien import Analyzer
from mien.acquire import read_image
from mien.cli.app import app
from mien.detect import get_detector
from mien.errors import InputError, MienError
from mien.pose import estimate_pose
from mien.turning import Turner, cut_faces
from moving_squares import SIZE

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def mien(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def rotate(*arguments: object) -> str:
    """In this process: what it prints, or its error."""
    done = CliRunner().invoke(app, ["rotate", *map(str, arguments)])
    if isinstance(done.exception, MienError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def couple(tmp_path: Path) -> Path:
    """The astronaut, and beside her she herself at two thirds of the size."""
    large = read_image(ASTRONAUT)[:360, 40:400]
    small = cv2.resize(large, (240, 240), interpolation=cv2.INTER_AREA)
    image = np.zeros((360, 600, 3), np.uint8)
    image[:240, :240], image[:, 240:] = small, large
    path = tmp_path / "couple.png"
    cv2.imwrite(str(path), image[..., ::-1])
    return path


def crops(photo: Path, generator: Path) -> np.ndarray:
    """The faces as the generator sees them, in the detector's order."""
    image, card = read_image(photo), Turner(generator).card
    return cut_faces(image, get_detector("yunet").detect(image), card.framing, card.side)


def test_the_astronaut_turned(generator: Path, tmp_path: Path) -> None:
    out = tmp_path / "turned.png"
    done = mien("rotate", ASTRONAUT, "--generator", generator, "--yaw", 30, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"wrote {out}: face 1 of 1" in done.stdout
    expected = Turner(generator).turn(crops(ASTRONAUT, generator), 30)[0]
    assert np.array_equal(read_image(out), expected)


def test_a_strip(generator: Path, tmp_path: Path) -> None:
    """The face itself, then three views."""
    rotate(ASTRONAUT, "--generator", generator, "--strip", "--out", tmp_path / "strip.png")
    strip = read_image(tmp_path / "strip.png")
    assert strip.shape == (SIZE, 4 * SIZE, 3)
    cells = strip.reshape(SIZE, 4, SIZE, 3).swapaxes(0, 1)
    assert np.array_equal(cells[0], crops(ASTRONAUT, generator)[0])
    turner = Turner(generator)
    for cell, yaw in zip(cells[1:], (-45, 0, 45), strict=True):
        assert np.array_equal(cell, turner.turn(cells[:1], yaw)[0])


def test_the_shipped_generator_turns_her_step_by_step(tmp_path: Path) -> None:
    """What mien reads off its own pictures, from -45 to 75 degrees: no step goes back."""
    rotate(ASTRONAUT, "--strip", "--out", tmp_path / "strip.png")
    strip = read_image(tmp_path / "strip.png")
    side = len(strip)
    assert strip.shape == (side, 14 * side, 3)
    detector, yaws = get_detector("yunet", min_score=0.3), []
    for number in range(4, 13):  # the face itself is first, then -90 to 90 by 15
        cell = cv2.resize(strip[:, number * side : (number + 1) * side], (256, 256), interpolation=cv2.INTER_CUBIC)
        found = detector.detect(cv2.copyMakeBorder(cell, 64, 64, 64, 64, cv2.BORDER_REPLICATE))
        yaws.append(estimate_pose(found.landmarks, found.boxes)[0, 0])
    assert np.diff(yaws).min() > 0
    assert yaws[0] < -30
    assert yaws[-1] > 30


def test_the_shipped_generator_keeps_who_she_is(tmp_path: Path) -> None:
    """At 0 degrees her face is the photo's own; turned to a side she smiles still."""
    rotate(ASTRONAUT, "--strip", "--out", tmp_path / "strip.png")
    strip = read_image(tmp_path / "strip.png")
    side = len(strip)
    assert 100 < side <= 256
    own, *cells = (strip[:, n * side : (n + 1) * side] for n in range(14))
    face = slice(side // 3, 5 * side // 6), slice(side // 4, 3 * side // 4)
    same, turned = (np.corrcoef(own[face].ravel(), cells[view][face].ravel())[0, 1] for view in (6, 9))
    assert same > 0.97 > 0.8 > turned
    analyzer = Analyzer()
    for view in (4, 8):  # -30 and 30 degrees
        wide = cv2.copyMakeBorder(cells[view], side // 2, side // 2, side // 2, side // 2, cv2.BORDER_REPLICATE)
        (seen,) = analyzer.analyze(wide)
        assert seen.label == "happy"
        assert np.sign(seen.pose.yaw) == np.sign(view - 6)


def test_which_face(couple: Path, generator: Path, tmp_path: Path) -> None:
    """By default the larger one, whatever its number; otherwise as the table of mien analyze counts."""
    found = get_detector("yunet").detect(read_image(couple))
    sizes = np.ptp(found.boxes[:, ::2], axis=1)
    assert len(sizes) == 2
    larger = int(sizes.argmax()) + 1
    out = tmp_path / "strip.png"
    command = (couple, "--generator", generator, "--strip", "--out", out)
    assert f"face {larger} of 2" in rotate(*command)
    for number in (1, 2):
        rotate(*command, "--face", number)
        assert np.array_equal(read_image(out)[:, :SIZE], crops(couple, generator)[number - 1])
    with pytest.raises(InputError, match=r"couple\.png: there is no face 3; 2 found"):
        rotate(*command, "--face", 3)


def test_a_face_smaller_than_what_is_shown(generator: Path, tmp_path: Path) -> None:
    """In 24 pixels a face and what is around it have some 11."""
    tiny = cv2.resize(read_image(ASTRONAUT)[:260, 90:350], (24, 24), interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(tmp_path / "tiny.png"), tiny[..., ::-1])
    output = rotate(
        tmp_path / "tiny.png", "--generator", generator, "--out", tmp_path / "turned.png", "--min-score", 0.1
    )
    assert "16 are shown: enlarged" in output
    assert read_image(tmp_path / "turned.png").shape == (SIZE, SIZE, 3)


def test_what_cannot_be_done(generator: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((200, 200, 3), 127, np.uint8))
    out = tmp_path / "turned.png"
    done = mien("rotate", tmp_path / "grey.png", "--generator", generator, "--out", out)
    assert done.returncode == 2
    assert done.stderr.startswith(f"mien: error: {tmp_path / 'grey.png'}: no face was found")
    for arguments, reason in (
        (("--yaw", 60), "-45 to 45 degrees, not 60"),
        (("--yaw", 0, "--strip"), "either --strip or --yaw"),
    ):
        with pytest.raises(InputError, match=reason):
            rotate(ASTRONAUT, "--generator", generator, "--out", out, *arguments)
    assert not out.exists()
    with pytest.raises(InputError, match=r"turned\.nothing: no format of pictures"):
        rotate(ASTRONAUT, "--generator", generator, "--out", tmp_path / "turned.nothing")
    with pytest.raises(InputError, match=r"turned\.png: cannot be written"):
        rotate(ASTRONAUT, "--generator", generator, "--out", tmp_path / "no" / "turned.png")


def test_analyze_takes_a_generator(generator: Path) -> None:
    """She looks straight, so that nothing changes."""
    results = [
        json.loads(mien("analyze", ASTRONAUT, "--json", "-", *options).stdout)
        for options in ((), ("--frontalise",), ("--frontalise", "--generator", generator))
    ]
    assert results[0] == results[1] == results[2]
    assert results[0]["faces"][0]["label"] == "happy"
    done = mien("analyze", ASTRONAUT, "--frontalise", "--generator", generator.with_name("toy-encoder.onnx"))
    assert done.returncode == 2
    assert "toy-encoder.onnx: the model card is damaged" in done.stderr
    done = mien("analyze", ASTRONAUT, "--generator", generator)
    assert (done.returncode, done.stderr) == (2, "mien: error: a generator is for --frontalise; give both\n")
