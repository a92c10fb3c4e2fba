"""The Gabor wavelets of Lades et al. (1993), as Liu and Wechsler (2002) and most papers on expressions use them.

A wavelet with wave vector k is, for a place z in pixels,

    (k² / s²) exp(-k² z² / 2s²) [exp(i k·z) - exp(-s² / 2)],    s = 2π.

Five lengths k = (π/2) / √2^i (wavelengths 4, 4√2, 8, 8√2 and 16 pixels) in eight directions jπ/8 make 40.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from scipy.fft import fft2, ifft2

from mien.features.base import FaceArray, FaceDescriptor, FloatArray

SCALES, DIRECTIONS, SIGMA = 5, 8, 2 * np.pi


@lru_cache(maxsize=4)
def gabor_bank(height: int, width: int) -> FloatArray:
    """The Fourier transforms of the wavelets, in closed form.

    Parameters
    ----------
    height, width : int
        Of the transformed picture.

    Returns
    -------
    ndarray of float32, shape (40, height, width)
        In the order of `scipy.fft.fft2`; the eight directions of the shortest wavelength first. Exactly zero at
        frequency zero: a flat picture has no response, and no wavelet is cut off at a window's edge.
    """
    v = 2 * np.pi * np.fft.fftfreq(height)[:, None]
    u = 2 * np.pi * np.fft.fftfreq(width)
    bank = []
    for scale in range(SCALES):
        k = np.pi / 2 / np.sqrt(2) ** scale
        spread = SIGMA**2 / (2 * k**2)
        dc = np.exp(-spread * (u**2 + v**2 + k**2))
        for direction in range(DIRECTIONS):
            angle = direction * np.pi / DIRECTIONS
            distance = (u - k * np.cos(angle)) ** 2 + (v - k * np.sin(angle)) ** 2
            bank.append(2 * np.pi * (np.exp(-spread * distance) - dc))
    result = np.array(bank, np.float32)
    result.setflags(write=False)
    return result


def gabor_magnitudes(faces: FaceArray) -> Iterator[FloatArray]:
    """How strongly each wavelet answers at each pixel.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, h, w)
        Grey faces; beyond its border a face goes on as its mirror image.

    Yields
    ------
    ndarray of float32, shape (n, h, w)
        One a wavelet, in the order of `gabor_bank`, in grey levels.
    """
    height, width = faces.shape[1:]
    wide = np.concatenate([faces, faces[:, :, ::-1]], axis=2)
    spectrum = fft2(np.concatenate([wide, wide[:, ::-1]], axis=1).astype(np.float32))
    for wavelet in gabor_bank(2 * height, 2 * width):
        yield np.abs(ifft2(spectrum * wavelet)[:, :height, :width])


class Gabor(FaceDescriptor):
    """Gabor magnitudes, each averaged over blocks and brought to zero mean and unit variance: 1,440 numbers.

    References
    ----------
    C. Liu, H. Wechsler, "Gabor feature based classification using the enhanced Fisher linear discriminant model for
    face recognition", IEEE Trans. Image Processing 11(4), 2002, eq. 1 and section II: down-sampling by 64.
    """

    def __init__(self, block: int = 8) -> None:
        self.block = block

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        n, height, width = faces.shape
        rows, columns = height // self.block, width // self.block
        parts = []
        for magnitude in gabor_magnitudes(faces):
            kept = magnitude[:, : rows * self.block, : columns * self.block]
            means = kept.reshape(n, rows, self.block, columns, self.block).mean((2, 4)).reshape(n, rows * columns)
            means -= means.mean(1, keepdims=True)
            # A hundredth of a grey level keeps rounding on a flat face from being blown up to a signal.
            parts.append(means / np.maximum(means.std(1, keepdims=True), 0.01))
        return np.concatenate(parts, axis=1)
