"""The steps of spotting by themselves, on curves and pictures whose answer is known."""

import cv2
import numpy as np
import pytest
from scipy import ndimage

from mien.align import TEMPLATE
from mien.video.spotting import Movement
from mien.video.spotting.blocks import counted, stand_out
from mien.video.spotting.difference import difference
from mien.video.spotting.peaks import find_movements, merge
from mien.video.spotting.steady import steady
from mien.video.spotting.strain import strain

SETTINGS = {"tau": 0.2, "noise": 8.0, "shortest": 0.04, "longest": 0.2}
TIMES = np.arange(300) / 100


@pytest.fixture(scope="module")
def texture():
    """Smooth noise of 0 to 255."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(96, 96)), 3)
    return 255 * (noise - noise.min()) / np.ptp(noise)


def _triangle(apex, half, height=1.0):
    """Rises from nothing at ``apex - half`` to the height, and falls again."""
    return height * np.clip(1 - np.abs(TIMES - apex) / half, 0, None)


def _unrest():
    """Median 0; the median of the absolute values is 1 / 1.4826, so that the robust standard deviation is 1."""
    return np.tile([0.0, 1.0, -1.0, 2.0, -2.0], 60) / 1.4826


def test_a_triangle_is_found_from_foot_to_foot():
    (movement,) = find_movements(_triangle(1.0, 0.08), TIMES, **SETTINGS)
    assert (movement.onset, movement.apex, movement.offset) == pytest.approx((0.92, 1.0, 1.08))
    assert (movement.onset_frame, movement.apex_frame, movement.offset_frame) == (92, 100, 108)
    assert movement.duration == pytest.approx(0.16)


def test_the_noise_floor_counts_robust_deviations():
    curve = _unrest()
    curve[100:104] = 7.5
    assert find_movements(curve, TIMES, **SETTINGS) == []
    curve[100:104] = 8.5
    (movement,) = find_movements(curve, TIMES, **SETTINGS)
    assert movement.strength == pytest.approx(8.5)


def test_tau_leaves_out_what_is_small_beside_the_largest():
    curve = _triangle(1.0, 0.08) + _triangle(2.0, 0.08, 0.3)
    assert [m.apex for m in find_movements(curve, TIMES, **SETTINGS)] == pytest.approx([1.0, 2.0])
    assert [m.apex for m in find_movements(curve, TIMES, **SETTINGS | {"tau": 0.4})] == pytest.approx([1.0])


@pytest.mark.parametrize(("half", "found"), [(0.013, 0), (0.015, 1), (0.145, 1), (0.155, 0)])
def test_durations_have_limits(half, found):
    """1/25 to 1/5 s, half as much again either way: 0.027 to 0.3 s."""
    fine = np.arange(3000) / 1000
    curve = np.clip(1 - np.abs(fine - 1.5) / half, 0, None)
    assert len(find_movements(curve, fine, **SETTINGS)) == found


def test_a_dent_does_not_make_two_of_one():
    curve = _triangle(1.0, 0.08)
    curve[102] *= 0.8
    assert len(find_movements(curve, TIMES, **SETTINGS)) == 1


def test_overlapping_movements_become_one():
    first = Movement(0.9, 1.0, 1.1, 90, 100, 110, 20.0)
    second = Movement(1.05, 1.1, 1.15, 105, 110, 115, 30.0)
    third = Movement(1.2, 1.25, 1.3, 120, 125, 130, 10.0)
    assert merge([first, second, third], TIMES) == [Movement(0.9, 1.1, 1.15, 90, 110, 115, 30.0), third]


def test_strain_of_a_stretched_face(texture):
    """Two percent wider than the face before and after: e_xx = -0.02 / 1.02 on the way back to either."""
    wider, widest = (
        cv2.warpAffine(texture, np.array([(1 + e, 0, -48 * e), (0, 1, 0)]), (96, 96), borderMode=cv2.BORDER_REFLECT)
        for e in (0.02, 0.04)
    )
    faces = np.stack([texture, wider, texture, widest]).round().astype(np.uint8)
    everywhere = np.ones((96, 96), bool)
    one = np.array([0, 0, 0, 0])
    curve = strain(faces, one, one + 2, everywhere)
    assert curve.shape == (4, 36)
    assert curve[[0, 2]] == pytest.approx(0, abs=1e-3)
    assert np.median(curve[[1, 3]], 1) == pytest.approx((0.02 / 1.02, 0.04 / 1.04), rel=0.2)
    # On the even way from narrow to widest, the middle one does not stand out.
    assert np.median(strain(faces, one, one + 3, everywhere)[1]) < 0.02 / 3


def test_pixels_that_do_not_count_have_no_strain(texture):
    faces = np.stack([texture, texture[::-1]]).astype(np.uint8)
    assert strain(faces, np.array([1, 0]), np.array([1, 0]), np.zeros((96, 96), bool)).max() == 0


def test_chi_squared_of_codes_that_are_all_alike():
    """Flat: all neighbours as bright, one code. A slope: another. So histograms are 1 in one place."""
    slope = np.broadcast_to(np.arange(96) * 2, (96, 96))
    faces = np.stack([np.full((96, 96), 100), slope, slope]).astype(np.uint8)
    seen = np.ones((96, 96), bool)
    places = np.array([1, 0, 1]), np.array([2, 1, 2])
    # Against two others of another code (1 - 0)^2 / 1 twice; half of them: 0.5^2 / 1.5 + 0.5^2 / 0.5.
    inner = difference(faces, *places, seen).reshape(3, 6, 6)[:, 1:-1, 1:-1]
    np.testing.assert_allclose(inner, np.broadcast_to(np.array([2, 2 / 3, 0])[:, None, None], (3, 4, 4)), atol=1e-5)


def test_eyes_do_not_count_but_brows_and_mouth_do():
    def at(points, margin=1.0, eyes=False):
        x, y = (120 * (0.5 + (points - 0.5) / margin)).astype(int).T
        return counted(120, margin, eyes)[y, x].tolist()

    eyes, mouth = TEMPLATE[:2], TEMPLATE[3:]
    for margin in (1.0, 1.3):
        assert at(eyes, margin) == [False, False]
        assert at(eyes, margin, eyes=True) == [True, True]
        assert at(mouth, margin) == [True, True]
        # Brows lie some two fifths of the eyes' distance above them.
        assert at(eyes - (0, 0.14), margin) == [True, True]
    # Hair, background and the crop's edge do not.
    assert at(np.array([(0.5, 0.01), (0.01, 0.5), (0.1, 0.1), (0.9, 0.9)]), eyes=True) == [False] * 4
    assert not at(np.array([(0.5, -0.05)]), 1.3, eyes=True)[0]


def test_restless_blocks_count_less():
    """A quiet block that jumps by 0.1 stands out; one that swings by more all the time does not."""
    blocks = np.zeros((101, 36), np.float32)
    blocks[:, :12] = 0.5 * (np.arange(101) % 3)[:, None]
    blocks[50, 12:24] = 0.1
    curve = stand_out(blocks)
    assert curve.argmax() == 50
    # Quiet blocks have no unrest but the least: 0.1 / 0.002.
    assert curve[50] == pytest.approx(50, rel=1e-3)
    assert np.delete(curve, 50).max() < 1


def test_unrest_is_taken_away(texture):
    rng = np.random.default_rng(1)
    shifts = rng.normal(0, 0.7, (12, 2))
    shifts[0] = 0
    shaken = np.stack([ndimage.shift(texture, shift, order=3, mode="nearest") for shift in shifts])
    shaken = shaken.round().clip(0, 255).astype(np.uint8)

    def unrest(faces):
        return np.abs(faces[:, 8:-8, 8:-8].astype(float) - texture[8:-8, 8:-8]).mean()

    assert unrest(steady(shaken)) < unrest(shaken) / 5


def test_a_frame_that_lies_on_nothing_is_left_as_it_is(texture):
    faces = np.stack([texture, np.full((96, 96), 7.0), texture]).astype(np.uint8)
    np.testing.assert_array_equal(steady(faces)[1], faces[1])
