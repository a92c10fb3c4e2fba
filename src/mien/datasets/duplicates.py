"""Near-duplicates across splits: FER2013's test pictures are in part training pictures too.

Two checks, and either suffices: correlation of grey values finds what was brightened, compressed or cut by a hair, a
perceptual hash what was shifted, cropped or overprinted with a watermark. In FER2013's 3,589 PublicTest pictures 377
correlate with a training picture; the hash finds 89 more, of which 88 are the same photo to the eye.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

THRESHOLD = 0.95
"""Correlation of grey values from which two pictures count as the same."""

HAMMING = 6
"""Bits of 64 in which the perceptual hashes of the same picture may differ (one of the 89 that it adds is another)."""

FloatArray = npt.NDArray[np.float32]


def near_duplicates(
    images: npt.NDArray[np.uint8],
    reference: npt.NDArray[np.uint8],
    threshold: float = THRESHOLD,
    hamming: int = HAMMING,
) -> npt.NDArray[np.bool_]:
    """Which pictures also lie, nearly or exactly, among others.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, h, w)
        The pictures in question.
    reference : ndarray of uint8, shape (m, h, w)
        Where they are looked for.
    threshold : float
        Least correlation, 0 to 1.
    hamming : int
        Most bits in which perceptual hashes may differ, 0 to 64.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    # With unit rows, the product of two hashes is 1 less one 32nd for each bit in which they differ.
    return _reach(images, reference, _standardise, threshold) | _reach(images, reference, _hash, 1 - hamming / 32)


def _reach(
    images: npt.NDArray[np.uint8],
    reference: npt.NDArray[np.uint8],
    print_of: Callable[[npt.NDArray[np.uint8]], FloatArray],
    least: float,
) -> npt.NDArray[np.bool_]:
    """Which pictures have a fingerprint whose product with one of the reference is large enough."""
    found = np.zeros(len(images), bool)
    wanted = print_of(images)
    for start in range(0, len(reference), 4096):
        found |= (wanted @ print_of(reference[start : start + 4096]).T).max(1) >= least
    return found


def _standardise(images: npt.NDArray[np.uint8]) -> FloatArray:
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return rows


def _hash(images: npt.NDArray[np.uint8]) -> FloatArray:
    """Perceptual hashes: 64 bits as plus and minus one eighth.

    A bit says whether one of the cosine coefficients 1 to 8 by 1 to 8 is above their median (Zauner 2010,
    "Implementation and Benchmarking of Perceptual Image Hash Functions", section 3.2.1).
    """
    down, across = (_cosines(side) for side in images.shape[1:])
    coefficients = (down @ images.astype(np.float32) @ across.T).reshape(len(images), -1)
    above = coefficients > np.median(coefficients, 1, keepdims=True)
    return np.where(above, 0.125, -0.125).astype(np.float32)


def _cosines(side: int) -> FloatArray:
    """Rows 1 to 8 of the discrete cosine transform (type II) of so many samples."""
    phase = np.outer(np.arange(1, 9), 2 * np.arange(side) + 1) * (np.pi / (2 * side))
    return np.asarray(np.cos(phase), np.float32)
