from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.feature import hog

from mien.features.gradients import HOG, SIFT


@pytest.fixture(scope="module")
def face(astronaut: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey[60:200, 150:290], (48, 48), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_hog_of_a_ramp_lies_in_the_bin_of_its_direction(turn: int) -> None:
    ramp = np.repeat((np.arange(48, dtype=np.uint8) * 5)[None, :], 48, axis=0)
    ramp = np.rot90(ramp, -turn // 90)
    # Bins are 20 degrees wide, the first centred on 10, so 90 is the middle of the fifth and 0 lies between two.
    signed = HOG((8,), blurs=(0,)).transform(ramp[None]).reshape(-1, 18)
    assert signed.shape[0] == 5 * 5 * 4
    expected = {0: {17, 0}, 90: {4}, 180: {8, 9}, 270: {13}}[turn]
    assert set(np.flatnonzero(signed.max(0) > 0.03)) == expected
    unsigned = HOG((8,), signed=False, blurs=(0,)).transform(ramp[None]).reshape(-1, 9)
    assert set(np.flatnonzero(unsigned.max(0) > 0.03)) == {b % 9 for b in expected}


def test_hog_blocks_have_unit_length(face: np.ndarray) -> None:
    blocks = HOG((8,), signed=False, blurs=(0,)).transform(face[None]).reshape(25, 36) ** 2
    np.testing.assert_allclose(np.linalg.norm(blocks, axis=1), 1, atol=0.02)
    assert blocks.max() < 0.5


def test_hog_is_much_like_skimages(face: np.ndarray) -> None:
    # OpenCV also interpolates votes in place and weights them, and walks blocks and cells column by column.
    theirs = hog(face, 9, (8, 8), (2, 2), "L2-Hys", feature_vector=False)
    described = HOG((8,), signed=False, blurs=(0,)).transform(face[None]) ** 2
    ours = described.reshape(5, 5, 2, 2, 9).transpose(1, 0, 3, 2, 4)
    right = np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]
    untransposed = np.corrcoef(described.ravel(), theirs.ravel())[0, 1]
    assert right > 0.7
    assert right > untransposed + 0.2


def test_hog_of_several_cell_sizes_is_joined(face: np.ndarray) -> None:
    both = HOG((12, 8), blurs=(0,)).transform(face[None])
    assert both.shape == (1, 3 * 3 * 72 + 5 * 5 * 72)
    np.testing.assert_array_equal(both[:, 648:], HOG((8,), blurs=(0,)).transform(face[None]))


def test_hog_of_a_face_and_of_the_smoothed_face_are_joined(face: np.ndarray) -> None:
    both = HOG((8,), blurs=(0, 2)).transform(np.stack([face, face[::-1]]))
    smoothed = np.stack([cv2.GaussianBlur(each, (0, 0), 2) for each in (face, face[::-1])])
    for half, faces in zip(np.hsplit(both, 2), (np.stack([face, face[::-1]]), smoothed), strict=True):
        np.testing.assert_array_equal(half, HOG((8,), blurs=(0,)).transform(faces))


def test_sift_is_128_numbers_a_place_in_reading_order(face: np.ndarray) -> None:
    whole = SIFT(grid=5, patch=12).transform(face[None]).reshape(5, 5, 128)
    # A spot is seen by the places near it only.
    spotted = face.copy()
    spotted[3:6, 41:45] = 255 - spotted[3:6, 41:45]
    changed = np.abs(SIFT(grid=5, patch=12).transform(spotted[None]).reshape(5, 5, 128) - whole).max(2) > 0
    assert changed[0, 4]
    assert not changed[2:].any()
    assert not changed[:, :3].any()


def test_sift_of_a_ramp_points_along_it() -> None:
    ramp = np.repeat((np.arange(48, dtype=np.uint8) * 5)[None, None, :], 48, axis=1)
    described = SIFT().transform(ramp)
    assert described.shape == (1, 5 * 5 * 128)
    middle = described.reshape(5, 5, 16, 8)[2, 2]
    np.testing.assert_array_equal(middle.argmax(1), 0)
