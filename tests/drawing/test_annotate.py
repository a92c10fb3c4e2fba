"""Pictures with marked faces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from skimage import data

from mien.drawing.annotate import annotate
from mien.drawing.palette import colour_of
from mien.errors import InputError
from mien.faces import Faces
from mien.labels import EKMAN7, LABEL_SETS, LabelSet


def astronaut() -> npt.NDArray[np.uint8]:
    return np.asarray(data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]


def make_faces(
    boxes: list[list[float]], size: tuple[int, int], label: str = "happy", label_set: LabelSet = EKMAN7
) -> Faces:
    n, k = len(boxes), len(label_set)
    probabilities = np.full((n, k), 0.3 / (k - 1), np.float32)
    probabilities[:, label_set.index(label)] = 0.7
    return Faces(
        np.array(boxes, np.float32),
        np.ones(n, np.float32),
        np.zeros((n, 5, 2), np.float32),
        probabilities,
        label_set,
        size,
    )


def differs(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    changed: npt.NDArray[np.bool_] = (one != other).any(axis=2)
    return changed


def test_a_face_is_boxed_in_the_colour_of_its_expression() -> None:
    for label_set in LABEL_SETS.values():
        for label in label_set.labels:
            grey = np.full((300, 300, 3), 128, np.uint8)
            picture = annotate(grey, make_faces([[100, 110, 180, 200]], (300, 300), label, label_set))
            # The middle of each of the four edges.
            for x, y in ((140, 110), (140, 199), (100, 155), (179, 155)):
                assert tuple(picture[y, x]) == colour_of(label), (label, x, y)


def test_the_face_itself_stays_as_it_is() -> None:
    image = astronaut()
    picture = annotate(image, make_faces([[173, 60, 277, 190]], (512, 512)))
    changed = differs(picture, image)
    assert not changed[70:180, 185:265].any()
    # The plate above and the chart on the right are there.
    assert changed[35:58, 173:240].any()
    assert changed[60:160, 285:370].mean() > 0.9


def test_the_picture_is_a_new_one() -> None:
    image = astronaut()
    image.flags.writeable = False
    before = image.copy()
    picture = annotate(image, make_faces([[173, 60, 277, 190]], (512, 512)))
    assert (image == before).all()
    assert picture.flags.writeable
    assert not np.shares_memory(picture, image)
    assert picture.dtype == np.uint8
    assert picture.shape == image.shape


def test_without_faces_the_picture_is_the_same() -> None:
    image = astronaut()
    picture = annotate(image, Faces.empty(EKMAN7, (512, 512)))
    assert (picture == image).all()
    assert not np.shares_memory(picture, image)


@pytest.mark.parametrize("side", [1, 2, 8, 24, 48, 96])
def test_tiny_pictures_work(side: int) -> None:
    image = np.zeros((side, side, 3), np.uint8)
    picture = annotate(image, make_faces([[0, 0, side, side]], (side, side)))
    assert picture.shape == image.shape
    assert picture.any()


def test_lines_grow_with_the_picture() -> None:
    def stroke(side: int) -> int:
        box = [0.3 * side, 0.3 * side, 0.6 * side, 0.6 * side]
        picture = annotate(np.zeros((side, side, 3), np.uint8), make_faces([box], (side, side)))
        row = picture[int(0.45 * side), : int(0.45 * side)]
        return int((row == colour_of("happy")).all(axis=1).sum())

    assert stroke(100) == 1
    assert 1 < stroke(500) < stroke(2000) < 15


def test_boxes_may_reach_over_the_edge_or_lie_outside() -> None:
    image = np.full((200, 300, 3), 90, np.uint8)
    over = [[-40.0, -30.0, 60.0, 80.0], [250.0, 150.0, 340.0, 260.0], [-50.0, -50.0, 400.0, 400.0]]
    for box in over:
        assert differs(annotate(image, make_faces([box], (300, 200))), image).any()
    outside = [[400.0, 50.0, 500.0, 150.0], [-90.0, -90.0, -10.0, -10.0], [50.0, 50.0, 50.0, 90.0]]
    assert not differs(annotate(image, make_faces(outside, (300, 200))), image).any()


def test_a_chart_never_covers_a_neighbour() -> None:
    image = np.full((200, 420, 3), 90, np.uint8)
    boxes = [[10.0, 60.0, 110.0, 180.0], [130.0, 60.0, 230.0, 180.0], [250.0, 60.0, 350.0, 180.0]]
    changed = differs(annotate(image, make_faces(boxes, (420, 200))), image)
    for x1, y1, x2, y2 in boxes:
        assert not changed[int(y1) + 8 : int(y2) - 8, int(x1) + 8 : int(x2) - 8].any()


def test_a_picture_of_another_size_is_refused() -> None:
    faces = make_faces([[1, 1, 9, 9]], (20, 10))
    with pytest.raises(InputError, match=r"\(10, 20, 3\).*\(20, 10, 3\)"):
        annotate(np.zeros((20, 10, 3), np.uint8), faces)
    with pytest.raises(InputError, match="float32"):
        annotate(np.zeros((10, 20, 3), np.float32), faces)


def test_a_name_makes_the_plate_longer_and_charts_can_be_left_out() -> None:
    image = astronaut()
    faces = make_faces([[173, 60, 277, 190]], (512, 512))
    plain = differs(annotate(image, faces, charts=False), image)
    named = differs(annotate(image, faces, names=["somebody"], charts=False), image)
    assert not plain[60:190, 285:].any()
    assert plain[:58].any(axis=0).sum() + 30 < named[:58].any(axis=0).sum()


def test_there_must_be_a_name_for_each_face() -> None:
    with pytest.raises(InputError, match="1 faces and 2 names"):
        annotate(np.zeros((300, 300, 3), np.uint8), make_faces([[9, 9, 90, 90]], (300, 300)), names=["a", "b"])
