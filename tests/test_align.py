from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import skimage.data

from mien.align import TEMPLATE, align_faces, centre_crop, crop_views, similarity_transform, warp
from mien.detect.yunet import YuNet

Image = npt.NDArray[np.uint8]
SQUARE = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)


@pytest.fixture(scope="module")
def astronaut() -> Image:
    return np.asarray(skimage.data.astronaut())


def landmarks_at(x: float, y: float, side: float) -> npt.NDArray[np.float32]:
    """Landmarks of one upright face whose frame is the square of that corner and side; shape (1, 5, 2)."""
    return (TEMPLATE * side + (x, y)).astype(np.float32)[None]


def correlation(a: Image, b: Image) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_template_is_symmetric_and_a_face() -> None:
    right_eye, left_eye, nose, right_mouth, left_mouth = TEMPLATE
    for right, left in ((right_eye, left_eye), (right_mouth, left_mouth)):
        assert right[0] + left[0] == pytest.approx(1)
        assert right[0] < 0.5
        assert right[1] == left[1]
    assert nose[0] == 0.5
    assert 0 < right_eye[1] < nose[1] < right_mouth[1] < 1


def test_known_transform_is_recovered() -> None:
    # Turned by 90 degrees, doubled, shifted by (3, 4): (x, y) goes to (3 - 2 y, 4 + 2 x).
    target = np.array([(3, 4), (3, 6), (1, 6), (1, 4)], np.float64)
    np.testing.assert_allclose(similarity_transform(SQUARE, target), [(0, -2, 3), (2, 0, 4)], atol=1e-12)


def test_transform_is_the_least_squares_one() -> None:
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(2, 5, 2))
    # The same as a linear system in a, b, x, y.
    rows = [[(x, -y, 1, 0), (y, x, 0, 1)] for x, y in source]
    a, b, x, y = np.linalg.lstsq(np.reshape(rows, (10, 4)), target.ravel(), rcond=None)[0]
    np.testing.assert_allclose(similarity_transform(source, target), [(a, -b, x), (b, a, y)])


def test_transform_is_never_a_reflection() -> None:
    transform = similarity_transform(SQUARE, SQUARE * (-1, 1))
    assert np.linalg.det(transform[:, :2]) >= 0


def test_transforms_of_many_faces_at_once() -> None:
    sources = np.random.default_rng(0).normal(size=(3, 5, 2))
    together = similarity_transform(sources, TEMPLATE)
    assert together.shape == (3, 2, 3)
    for source, transform in zip(sources, together, strict=True):
        np.testing.assert_allclose(transform, similarity_transform(source, TEMPLATE))


def test_points_that_coincide_give_a_shift() -> None:
    transform = similarity_transform(np.full((5, 2), 7.0), TEMPLATE)
    np.testing.assert_allclose(transform, np.column_stack([np.eye(2), TEMPLATE.mean(0) - 7]), atol=1e-6)


@pytest.mark.parametrize("landmarks", [np.full((5, 2), 9.0), np.full((5, 2), -9e4), TEMPLATE * (-90, 90)])
def test_impossible_landmarks_still_give_a_crop(astronaut: Image, landmarks: npt.NDArray[np.float64]) -> None:
    assert align_faces(astronaut, landmarks[None].astype(np.float32), 48).shape == (1, 48, 48)


def test_no_face() -> None:
    image = np.zeros((9, 9, 3), np.uint8)
    assert align_faces(image, np.zeros((0, 5, 2), np.float32), 48).shape == (0, 48, 48)


def test_frame_at_its_own_size_is_the_picture(astronaut: Image) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    crop = align_faces(astronaut, landmarks_at(180, 70, 96), 96)[0]
    assert np.abs(crop.astype(int) - grey[70:166, 180:276]).max() <= 1


def test_reduction_is_that_of_area_averaging(astronaut: Image) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    for side in (480, 300):
        area = cv2.resize(grey[10 : 10 + side, 20 : 20 + side], (48, 48), interpolation=cv2.INTER_AREA)
        crop = align_faces(astronaut, landmarks_at(20, 10, side), 48)[0]
        assert np.abs(crop.astype(int) - area).mean() < 1
        plain = cv2.resize(grey[10 : 10 + side, 20 : 20 + side], (48, 48), interpolation=cv2.INTER_LINEAR)
        assert np.abs(plain.astype(int) - area).mean() > 4


def test_margin_shows_more_around(astronaut: Image) -> None:
    wide = align_faces(astronaut, landmarks_at(200, 100, 100), 48, margin=1.5)
    same = align_faces(astronaut, landmarks_at(175, 75, 150), 48)
    assert np.abs(wide.astype(int) - same).max() <= 1


def test_edge_of_the_picture_is_continued() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    image[:, :50] = 50
    crop = align_faces(image, landmarks_at(-80, -80, 160), 40)[0]
    assert crop.min() == 50  # nothing black
    np.testing.assert_array_equal(crop[:, :30], 50)


def test_wide_panorama() -> None:
    image = np.zeros((60, 40_000, 3), np.uint8)
    image[:, 39_900:] = 255
    crop = align_faces(image, landmarks_at(39_920, 5, 48), 48)
    assert crop.min() == 255


@pytest.mark.parametrize("angle", [-30, 30])
def test_turned_photo_gives_nearly_the_same_crop(astronaut: Image, angle: float) -> None:
    yunet = YuNet()
    turn = cv2.getRotationMatrix2D((220, 115), angle, 1)
    turned = np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)), np.uint8)
    crops = [align_faces(image, yunet.detect(image).landmarks, 48) for image in (astronaut, turned)]
    assert len(crops[0]) == len(crops[1]) == 1
    assert correlation(crops[0], crops[1]) > 0.93
    # The crop of the turned photo as it stands is quite another picture.
    upright = yunet.detect(astronaut).landmarks
    assert correlation(crops[0], align_faces(turned, upright, 48)) < 0.8


def test_warp_keeps_channels(astronaut: Image) -> None:
    shift = np.array([(1, 0, -10), (0, 1, -20)], np.float64)
    np.testing.assert_array_equal(warp(astronaut, shift, 32), astronaut[20:52, 10:42])
    np.testing.assert_array_equal(warp(astronaut[..., 0], shift, 32), astronaut[20:52, 10:42, 0])


def test_views_by_hand() -> None:
    face = np.arange(0, 32, 2, dtype=np.uint8).reshape(1, 4, 4)
    corners = [[(0, 2), (8, 10)], [(4, 6), (12, 14)], [(16, 18), (24, 26)], [(20, 22), (28, 30)]]
    # The whole face at half the size: each pixel the mean of four, for example (0 + 2 + 8 + 10) / 4 = 5.
    for middle, view in (("centre", [(10, 12), (18, 20)]), ("whole", [(5, 9), (21, 25)])):
        five = [*corners, view]
        mirrored = [[row[::-1] for row in view] for view in five]
        np.testing.assert_array_equal(crop_views(face, 2, 1, middle), [[view]])
        np.testing.assert_array_equal(crop_views(face, 2, 2, middle), [[view, mirrored[-1]]])
        np.testing.assert_array_equal(crop_views(face, 2, 5, middle), [five])
        np.testing.assert_array_equal(crop_views(face, 2, 10, middle), [five + mirrored])
    np.testing.assert_array_equal(centre_crop(face, 2), [[(10, 12), (18, 20)]])


def test_views_of_a_ramp_start_where_they_should() -> None:
    downwards = np.tile(5 * np.arange(48, dtype=np.uint8)[:, None], 48)
    views = crop_views(np.stack([downwards, downwards.T]), 44, 10)
    assert views.shape == (2, 10, 44, 44)
    assert views.dtype == np.uint8
    np.testing.assert_array_equal(views[0, :, 0, 0] / 5, [0, 0, 4, 4, 2] * 2)
    # A mirrored view begins with the last column of the other, 43 further right.
    np.testing.assert_array_equal(views[1, :, 0, 0] / 5, [0, 4, 0, 4, 2, 43, 47, 43, 47, 45])


def test_views_of_no_face() -> None:
    none = np.zeros((0, 48, 48), np.uint8)
    for middle in ("centre", "whole"):
        assert crop_views(none, 42, 10, middle).shape == (0, 10, 42, 42)
