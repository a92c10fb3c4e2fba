"""Turned faces as arrays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("pyarrow")

from mien.errors import DatasetError, InputError
from mien.views.protocol.data import VIEWS, ViewData, read_views, to_face
from mien.views.protocol.framing import Square, cut, frame_about

MakeViews = Callable[..., Path]


def test_rendered_views_and_their_faces(make_views: MakeViews) -> None:
    data = read_views(f"views-multipie6:{make_views(people=2)}", side=32)
    assert len(data) == 2 * 2 * 13  # the sad are none of Multi-PIE's expressions
    assert data.views.tolist() == [*VIEWS] * 4
    assert data.labels.tolist() == ([0] * 13 + [1] * 13) * 2
    assert data.subjects.tolist() == ["p00000"] * 26 + ["p00001"] * 26
    assert data.angles[:13].tolist() == [90, 75, 60, 45, 30, 15, 0, 15, 30, 45, 60, 75, 90]
    np.testing.assert_allclose(data.yaws, data.views + 0.5)
    assert data.frames is not None
    assert data.frames.shape == (52, 32, 32, 3)
    # Of 64 pixels, the frontal neutral square is on 28 to 36: 14 to 18 of 32. A face begins 13 pixels down and 6 aside
    # and has 51: there the square is on 15 to 23 and 22 to 30, of 72 on 21.2 to 32.5 and 31.1 to 42.4,
    # and pixels with their middle inside are the brighter half.
    face, frame = data.faces[6], data.frames[6]
    assert np.argwhere(face > 105).min(0).tolist() == [21, 31]
    assert np.argwhere(face > 105).max(0).tolist() == [31, 41]
    assert face[27, 36] == round(0.299 * 250 + 0.587 * 200 + 0.114 * 150)
    assert frame[16, 16].tolist() == [250, 200, 150]
    assert not frame[:14].any()


def test_frames_without_their_rim_make_the_same_faces(make_views: MakeViews) -> None:
    """Of 64 pixels 13 go above and 6 on each side; a generator's frame without them is all face."""
    whole, cut_off = (read_views(f"views-multipie6:{make_views(people=people)}", 51, 0.2) for people in (1, 2))
    assert whole.frames is not None
    columns = np.flatnonzero(whole.frames[8].any((0, 2)))  # at 30 degrees the square is on 36 to 44
    assert (columns.min(), columns.max()) == (36 - 6, 43 - 6)
    np.testing.assert_array_equal(whole.faces, cut_off.faces[: len(whole)])
    for face, frame in zip(whole.faces, whole.frames, strict=True):
        np.testing.assert_array_equal(face, to_face(frame, 0.2))
    with pytest.raises(InputError, match="51 pixels a side, and the generator needs 64"):
        read_views(f"views-multipie6:{make_views(people=3)}", 64, 0.2)


def test_mirrored_faces_look_to_the_other_side() -> None:
    faces = np.zeros((2, 72, 72), np.uint8)
    faces[0, :, 64:] = faces[1, :, 32:40] = 255
    data = ViewData(faces, np.array([1, 5]), np.array(["a", "b"]), np.array([60, 0]), np.zeros(2, np.float32))
    learnt = data.to_learn_from()
    assert [learnt.label_set.labels[i] for i in learnt.labels] == ["smile 60", "scream 0", "smile -60", "scream 0"]
    assert learnt.images[2, :, :8].all()
    assert not learnt.images[2, :, 8:].any()
    np.testing.assert_array_equal(learnt.images[3], faces[1])
    assert learnt.subjects is not None
    assert learnt.subjects.tolist() == ["a", "b", "a", "b"]


def test_bad_data_is_refused_in_a_sentence(make_views: MakeViews, tmp_path: Path) -> None:
    lacking = make_views(people=1, change=lambda rows: [row for row in rows if row["view"] != 30])
    with pytest.raises(DatasetError, match="the view at 30 degrees of p00000, neutral, is missing"):
        read_views(f"views-multipie6:{lacking}")
    few = make_views(people=2, views=(-45, 0, 45))
    with pytest.raises(DatasetError, match=r"needs the views -90, .*, 90, and there are -45, 0, 45"):
        read_views(f"views-multipie6:{few}")
    with pytest.raises(InputError, match="64 pixels a side, and the generator needs 128"):
        read_views(f"views-multipie6:{make_views(people=3)}", side=128)
    for other in ("views", "fer2013"):
        with pytest.raises(InputError, match="reads views-multipie6:DIR or multipie:DIR, not"):
            read_views(f"{other}:{tmp_path}")


CAMERAS = ("24_0", "01_0", "20_0", "19_0", "04_1", "05_0", "05_1", "14_0", "13_0", "08_0", "09_0", "12_0", "11_0")


def _multipie(root: Path, photo: np.ndarray, hidden: tuple[str, ...]) -> None:
    def write(image: np.ndarray, session: int, recording: int, camera: str, light: int, subject: int = 1) -> None:
        folder = root / f"session{session:02d}" / "multiview" / f"{subject:03d}" / f"{recording:02d}" / camera
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{subject:03d}_{session:02d}_{recording:02d}_{camera.replace('_', '')}_{light:02d}.png"
        cv2.imwrite(str(folder / name), image[..., ::-1])

    nobody = np.full_like(photo, 90)
    for camera in CAMERAS:
        write(nobody if camera in hidden else photo, 1, 2, camera, 7)
    write(photo, 1, 2, "05_1", 6)  # another light
    write(photo, 1, 2, "19_1", 7)  # from above
    write(photo, 3, 2, "05_1", 7)  # a second smile
    write(photo, 1, 1, "11_0", 7, subject=2)


def test_multi_pie_is_cut_to_the_frame_of_rendered_heads(tmp_path: Path, astronaut: np.ndarray) -> None:
    photo = cv2.resize(astronaut, (256, 256), interpolation=cv2.INTER_AREA)
    _multipie(tmp_path, photo, hidden=("11_0",))
    data = read_views(f"multipie:{tmp_path}")
    assert len(data) == 14  # the other light, the camera above and the second smile are left out
    assert sorted(data.views[data.subjects == "001"].tolist()) == [*VIEWS]
    np.testing.assert_array_equal(data.yaws, data.views)
    # Camera 11_0 sees the left side of the person, who looks to the left of the picture. It found nobody in the smile,
    # which is cut where the other picture of this camera has its face.
    hidden = (data.views == -90) & (data.subjects == "001")
    assert np.ptp(data.faces[hidden]) == 0
    assert np.ptp(data.faces[~hidden].astype(int), axis=(1, 2)).min() > 100


def test_a_camera_that_sees_no_face(tmp_path: Path) -> None:
    _multipie(tmp_path, np.full((64, 64, 3), 90, np.uint8), hidden=())
    with pytest.raises(DatasetError, match="no face was found in this or any other picture of camera"):
        read_views(f"multipie:{tmp_path}")


def test_a_frame_lies_about_a_box_as_about_a_rendered_head() -> None:
    box = np.array((100, 100, 150, 200), np.float32)
    x, y, side = frame_about(box, 0)
    assert x == 125
    assert 140 < side < 160  # a box is two thirds of a rendered frame
    assert 130 < y < 150  # there is more of a head above a face than below it
    turned_right, turned_left, half = (frame_about(box, yaw).x - 125 for yaw in (90, -90, -60))
    assert turned_right < -20  # the head is to the left of a face that looks right
    assert turned_left == pytest.approx(-turned_right)
    assert half == pytest.approx(turned_left / 2)  # 1 - cos 60


def test_outside_of_the_photo_is_its_edge() -> None:
    image = np.arange(16, dtype=np.uint8).reshape(4, 4)[..., None].repeat(3, 2)
    np.testing.assert_array_equal(cut(image, Square(2, 2, 2))[..., 0], [[5, 6], [9, 10]])
    np.testing.assert_array_equal(
        cut(image, Square(0, 3, 4))[..., 0], [[4, 4, 4, 5], [8, 8, 8, 9], *[[12, 12, 12, 13]] * 2]
    )
