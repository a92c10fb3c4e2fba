from __future__ import annotations

import numpy as np
import pytest
from scipy.fft import ifft2

from mien.features.gabor import Gabor, gabor_bank, gabor_magnitudes


def wavelet(scale: int, direction: int, x: float, y: float) -> complex:
    """Straight from the formula."""
    k = np.pi / 2 / 2 ** (scale / 2)
    sigma = 2 * np.pi
    angle = direction * np.pi / 8
    wave = np.exp(1j * k * (x * np.cos(angle) + y * np.sin(angle))) - np.exp(-(sigma**2) / 2)
    return k**2 / sigma**2 * np.exp(-(k**2) * (x**2 + y**2) / (2 * sigma**2)) * wave


@pytest.mark.parametrize("scale", range(5))
@pytest.mark.parametrize("direction", [0, 1, 4, 7])
def test_wavelets_are_the_formula(scale: int, direction: int) -> None:
    kernel = ifft2(gabor_bank(256, 256)[8 * scale + direction].astype(np.float64))
    for x, y in ((0, 0), (1, 0), (0, 2), (-3, 1), (5, -4)):
        assert kernel[y, x] == pytest.approx(wavelet(scale, direction, x, y), abs=1e-6)


def test_a_flat_face_has_no_response() -> None:
    faces = np.full((1, 48, 48), 200, np.uint8)
    assert max(magnitude.max() for magnitude in gabor_magnitudes(faces)) < 1e-3
    np.testing.assert_allclose(Gabor().transform(faces), 0, atol=0.05)


def test_a_grating_answers_to_its_own_wavelet() -> None:
    # Wavelength 8 pixels along x: the third length, direction 0.
    x = np.arange(48)
    faces = np.tile((128 + 100 * np.cos(2 * np.pi * (x + 0.5) / 8)).astype(np.uint8), (1, 48, 1))
    strength = [magnitude.mean() for magnitude in gabor_magnitudes(faces)]
    assert np.argmax(strength) == 16


def test_magnitudes_are_averaged_over_blocks_and_standardised() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
    described = Gabor().transform(faces).reshape(2, 40, 6, 6)
    np.testing.assert_allclose(described.mean((2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(described.std((2, 3)), 1, atol=1e-4)
    magnitude = list(gabor_magnitudes(faces))[7][1]
    block, rest = magnitude[8:16, 40:48].mean(), magnitude.mean()
    spread = magnitude.reshape(6, 8, 6, 8).mean((1, 3)).std()
    assert described[1, 7, 1, 5] == pytest.approx((block - rest) / spread, abs=1e-4)
