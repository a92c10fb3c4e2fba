"""Local binary patterns and their kin: a code for each pixel's neighbourhood, counted in cells.

The neighbourhood is the 3x3 square. Its comparisons are between whole grey levels, so they are exact; on the
interpolated circle (as in scikit-image) rounding decides wherever the picture is flat.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mien.features.base import FaceArray, FaceDescriptor, FloatArray
from mien.features.gabor import gabor_magnitudes

CodeArray = npt.NDArray[np.uint8]

# Row and column of each neighbour, counter-clockwise from the east: opposite ones are four apart.
_RING = ((0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1))


def _uniform_bins() -> CodeArray:
    """The bin of each code: 0 to 57 for those with at most two changes around the ring, 58 for all others."""
    codes = np.arange(256, dtype=np.uint8)
    turned = (codes << 1 | codes >> 7).astype(np.uint8)
    changes = np.unpackbits((codes ^ turned)[:, None], axis=1).sum(1)
    uniform = changes <= 2
    return np.asarray(np.where(uniform, uniform.cumsum() - 1, uniform.sum()), np.uint8)


UNIFORM_BINS = _uniform_bins()
N_UNIFORM = int(UNIFORM_BINS.max()) + 1


def lbp_codes(images: npt.NDArray[Any]) -> CodeArray:
    """Local binary patterns: bit ``p`` says whether neighbour ``p`` is at least as bright as the centre.

    Parameters
    ----------
    images : ndarray, shape (..., h, w)
        Pictures.

    Returns
    -------
    ndarray of uint8, shape (..., h - 2, w - 2)
        Neighbours are numbered counter-clockwise from the east. The border has no whole neighbourhood.

    References
    ----------
    T. Ojala, M. Pietikäinen, T. Mäenpää, "Multiresolution gray-scale and rotation invariant texture classification
    with local binary patterns", PAMI 24(7), 2002.
    """
    centre, *ring = _neighbourhood(images)
    codes = np.zeros(centre.shape, np.uint8)
    for p, neighbour in enumerate(ring):
        codes |= (neighbour >= centre).view(np.uint8) << p
    return codes


def cbp_codes(images: FaceArray, threshold: int = 5) -> CodeArray:
    """Centralised binary patterns: which opposite neighbours differ, and whether the centre differs from the mean.

    Parameters
    ----------
    images : ndarray of uint8, shape (..., h, w)
        Pictures.
    threshold : int
        Differences count from so many grey levels on.

    Returns
    -------
    ndarray of uint8, shape (..., h - 2, w - 2)
        0 to 31. Bits 0 to 3: east and west, north-east and south-west, north and south, north-west and south-east.
        Bit 4: the centre and the mean of all nine.

    References
    ----------
    X. Fu, W. Wei, "Centralized binary patterns embedded with image Euclidean distance for facial expression
    recognition", ICNC 2008.
    """
    centre, *ring = _neighbourhood(images.astype(np.int16))
    codes = np.zeros(centre.shape, np.uint8)
    for p in range(4):
        codes |= (abs(ring[p] - ring[p + 4]) >= threshold).view(np.uint8) << p
    # Nine times both sides, which keeps to whole numbers.
    codes |= (abs(9 * centre - sum(ring, centre)) >= 9 * threshold).view(np.uint8) << 4
    return codes


def cell_histograms(codes: CodeArray, bins: int, rows: int, columns: int) -> FloatArray:
    """How often each code occurs in each cell of a grid.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n, h, w)
        Less than `bins`.
    bins : int
        Number of codes.
    rows, columns : int
        The grid. Where its lines fall between pixels, cells differ by one pixel.

    Returns
    -------
    ndarray of float32, shape (n, rows * columns * bins)
        Cell after cell, row by row; each histogram sums to one.
    """
    n, height, width = codes.shape
    cells = (np.arange(height) * rows // height)[:, None] * columns + np.arange(width) * columns // width
    places = codes + bins * (cells + rows * columns * np.arange(n)[:, None, None])
    counts = np.bincount(places.ravel(), minlength=n * rows * columns * bins).reshape(n, rows * columns, bins)
    sizes = np.bincount(cells.ravel())[:, None]
    return (counts / sizes).astype(np.float32).reshape(n, rows * columns * bins)


class LBP(FaceDescriptor):
    """Histograms of uniform local binary patterns in cells: 59 bins in 7 x 6 cells are 2,478 numbers.

    References
    ----------
    C. Shan, S. Gong, P. McOwan, "Facial expression recognition based on local binary patterns: a comprehensive study",
    Image and Vision Computing 27, 2009. They cut faces of 110x150 into 6 columns and 7 rows.
    """

    def __init__(self, rows: int = 7, columns: int = 6) -> None:
        self.rows = rows
        self.columns = columns

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        return cell_histograms(UNIFORM_BINS[lbp_codes(faces)], N_UNIFORM, self.rows, self.columns)


class CBP(FaceDescriptor):
    """Histograms of centralised binary patterns (`cbp_codes`) in cells: 32 bins in 7 x 6 cells are 1,344 numbers."""

    def __init__(self, threshold: int = 5, rows: int = 7, columns: int = 6) -> None:
        self.threshold = threshold
        self.rows = rows
        self.columns = columns

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        return cell_histograms(cbp_codes(faces, self.threshold), 32, self.rows, self.columns)


class LGBP(FaceDescriptor):
    """Histograms of uniform local binary patterns of the 40 Gabor magnitudes, in cells of about 8x8 pixels.

    84,960 numbers for a face of 48x48, filter after filter: too many to hold for all faces (see `Projection`).

    References
    ----------
    W. Zhang et al., "Local Gabor binary pattern histogram sequence (LGBPHS)", ICCV 2005.
    """

    def __init__(self, cell: int = 8) -> None:
        self.cell = cell

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        rows, columns = (side // self.cell for side in faces.shape[1:])
        histograms = [
            cell_histograms(UNIFORM_BINS[lbp_codes(magnitude)], N_UNIFORM, rows, columns)
            for magnitude in gabor_magnitudes(faces)
        ]
        return np.concatenate(histograms, axis=1)


def _neighbourhood(images: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Centre and eight neighbours of every pixel that has them, as views of shape (..., h - 2, w - 2)."""
    height, width = images.shape[-2:]
    return [images[..., 1 + y : height - 1 + y, 1 + x : width - 1 + x] for y, x in ((0, 0), *_RING)]
