"""The two-dimensional cosine transform: a face's coarse shading in a few numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn

from mien.features.base import FaceArray, FaceDescriptor


def zigzag(height: int, width: int) -> npt.NDArray[np.intp]:
    """Rows and columns of a matrix along its anti-diagonals, as JPEG walks them: shape (height * width, 2)."""
    cells = [(row, column) for row in range(height) for column in range(width)]
    return np.array(sorted(cells, key=lambda cell: (sum(cell), cell[sum(cell) % 2 == 0])), np.intp)


class DCT(FaceDescriptor):
    """The lowest frequencies of the orthonormal 2D-DCT along the zigzag, without the mean brightness.

    Parameters
    ----------
    n_coefficients : int
        How many; papers keep 36 to 256.
    """

    def __init__(self, n_coefficients: int = 256) -> None:
        self.n_coefficients = n_coefficients

    def describe(self, faces: FaceArray) -> npt.NDArray[np.floating]:
        """See `FaceDescriptor`."""
        spectrum = dctn(faces.astype(np.float32) / 255, axes=(1, 2), norm="ortho")
        rows, columns = zigzag(*faces.shape[1:])[1 : self.n_coefficients + 1].T
        return np.asarray(spectrum[:, rows, columns])
