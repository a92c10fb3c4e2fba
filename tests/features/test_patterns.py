from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from mien.features.patterns import CBP, LBP, LGBP, N_UNIFORM, UNIFORM_BINS, cbp_codes, cell_histograms, lbp_codes

HAND_MADE = np.array([[[9, 5, 4], [6, 5, 1], [8, 7, 5]]], np.uint8)


def test_lbp_of_a_neighbourhood_worked_out_by_hand() -> None:
    # From the east counter-clockwise: 1 no, 4 no, 5 yes, 9 yes, 6 yes, 8 yes, 7 yes, 5 yes.
    assert lbp_codes(HAND_MADE).tolist() == [[[0b11111100]]]


def test_lbp_on_the_axes_agrees_with_skimage() -> None:
    image = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
    # With four neighbours its circle needs no interpolation: they are ours 0, 2, 4 and 6.
    theirs = local_binary_pattern(image, 4, 1).astype(int)[1:-1, 1:-1]
    ours = lbp_codes(image)
    for bit in range(4):
        np.testing.assert_array_equal(ours >> (2 * bit) & 1, theirs >> bit & 1)


def test_uniform_patterns() -> None:
    assert N_UNIFORM == 59
    assert np.bincount(UNIFORM_BINS).tolist() == [1] * 58 + [198]
    changes = [sum(f"{c:08b}"[i] != f"{c:08b}"[i - 1] for i in range(8)) for c in range(256)]
    np.testing.assert_array_equal(UNIFORM_BINS == 58, np.array(changes) > 2)


def test_cbp_of_a_neighbourhood_worked_out_by_hand() -> None:
    # East-west |1 - 6| = 5, north-east |4 - 8| = 4, north |5 - 7| = 2, north-west |9 - 5| = 4, mean 50/9.
    assert cbp_codes(HAND_MADE, 5).tolist() == [[[0b00001]]]
    assert cbp_codes(HAND_MADE, 4).tolist() == [[[0b01011]]]
    # A centre of 14 moves the mean to 59/9: 7.44 away.
    brighter = HAND_MADE.copy()
    brighter[0, 1, 1] = 14
    assert cbp_codes(brighter, 7).tolist() == [[[0b10000]]]
    assert cbp_codes(brighter, 8).tolist() == [[[0]]]


def test_histograms_of_cells() -> None:
    codes = np.array([[[0, 0, 2, 1], [0, 1, 2, 2]]], np.uint8)
    expected = [[0.75, 0.25, 0, 0, 0.25, 0.75]]
    np.testing.assert_allclose(cell_histograms(codes, 3, 1, 2), expected)


def test_cells_of_unequal_size_each_sum_to_one() -> None:
    codes = np.random.default_rng(0).integers(0, 5, (3, 46, 46)).astype(np.uint8)
    sums = cell_histograms(codes, 5, 7, 6).reshape(3, 42, 5).sum(2)
    np.testing.assert_allclose(sums, 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("descriptor", "length"), [(LBP(), 7 * 6 * 59), (CBP(), 7 * 6 * 32), (LGBP(), 40 * 6 * 6 * 59)]
)
def test_lengths(descriptor, length: int) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
    assert descriptor.transform(faces).shape == (2, length)


@pytest.mark.parametrize("descriptor", [LBP(), LGBP()])
def test_lbp_does_not_care_for_brightness(descriptor) -> None:
    faces = np.random.default_rng(0).integers(0, 200, (2, 48, 48), np.uint8)
    np.testing.assert_allclose(descriptor.transform(faces), descriptor.transform(faces + np.uint8(50)), atol=0.05)


def test_cbp_does_not_care_for_noise_below_its_threshold() -> None:
    noise = np.random.default_rng(0).integers(0, 5, (1, 48, 48), np.uint8)
    np.testing.assert_array_equal(CBP().transform(noise + np.uint8(100)), CBP().transform(np.zeros_like(noise)))
