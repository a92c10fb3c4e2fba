"""Near-duplicates across splits: FER2013's test pictures are in part training pictures too."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

THRESHOLD = 0.95
"""Correlation of grey values from which two pictures count as the same."""


def near_duplicates(
    images: npt.NDArray[np.uint8], reference: npt.NDArray[np.uint8], threshold: float = THRESHOLD
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

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    found = np.zeros(len(images), bool)
    wanted = _standardise(images)
    for start in range(0, len(reference), 4096):
        found |= (wanted @ _standardise(reference[start : start + 4096]).T).max(1) > threshold
    return found


def _standardise(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return rows
