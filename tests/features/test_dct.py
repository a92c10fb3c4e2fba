from __future__ import annotations

import numpy as np
from scipy.fft import idctn

from mien.features.dct import DCT, zigzag


def test_zigzag_is_jpegs() -> None:
    # Figure 5 of the JPEG standard (ITU-T T.81), its first 15 places and its last.
    expected = [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4]
    places = zigzag(8, 8)
    assert (places[:15] @ (8, 1)).tolist() == expected
    assert places[-1].tolist() == [7, 7]
    assert len({tuple(place) for place in places.tolist()}) == 64


def test_coefficients_are_the_cosines_amplitudes() -> None:
    # A face made of three orthonormal cosines: places 1 (0, 1), 2 (1, 0) and 4 (1, 1) of the zigzag.
    spectrum = np.zeros((48, 48))
    spectrum[0, 0], spectrum[0, 1], spectrum[1, 0], spectrum[1, 1] = 24, 2, -3, 4
    face = np.round(idctn(spectrum, norm="ortho") * 255)
    assert 0 <= face.min() <= face.max() <= 255
    described = DCT(6).transform(face.astype(np.uint8)[None])
    np.testing.assert_allclose(described, [[2, -3, 0, 4, 0, 0]], atol=0.01)


def test_all_coefficients_hold_all_the_contrast() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (4, 48, 48), np.uint8)
    energy = (DCT(48 * 48 - 1).transform(faces).astype(np.float64) ** 2).sum(1)
    np.testing.assert_allclose(energy, (faces / 255).var((1, 2)) * 48 * 48, rtol=1e-4)
