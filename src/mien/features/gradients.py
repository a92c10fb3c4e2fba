"""Histograms of gradient directions: HOG and SIFT on a grid, both OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np

from mien.features.base import FaceArray, FaceDescriptor, FloatArray


class HOG(FaceDescriptor):
    """Histograms of oriented gradients in cells, normalised (L2-Hys) in overlapping blocks of 2x2 cells; their roots.

    Parameters
    ----------
    cells : tuple of int
        Sides of the cells in pixels; several sizes are joined.
    signed : bool
        18 directions all the way round, or 9 that do not tell a step up from a step down. Clothes, for which 9 were
        chosen, may be brighter or darker than what is behind them, but a mouth is dark in any face.
    blurs : tuple of float
        Standard deviations in pixels of the Gaussians with which faces are smoothed before; 0 leaves them as they are.
        Several are joined: a wrinkle is a gradient of one pixel's width, a cheek's shade is one of many.

    Notes
    -----
    With square roots a distance between faces is Hellinger's between their histograms, in which few large numbers do
    not outweigh many small ones. For a face of 48x48, cells of 8, 9 directions and one blur give 900 numbers. OpenCV's
    is the paper's (votes are interpolated in place too, and weighted by a Gaussian in each block); scikit-image's
    leaves these out and takes longer.

    References
    ----------
    N. Dalal, B. Triggs, "Histograms of oriented gradients for human detection", CVPR 2005; for the square roots
    R. Arandjelović, A. Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012.
    """

    def __init__(
        self, cells: tuple[int, ...] = (16, 12, 8), signed: bool = True, blurs: tuple[float, ...] = (0.0, 1.0)
    ) -> None:
        self.cells = cells
        self.signed = signed
        self.blurs = blurs

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        smoothed = [faces if blur == 0 else _smoothed(faces, blur) for blur in self.blurs]
        histograms = np.concatenate([self._describe_with(cell, each) for each in smoothed for cell in self.cells], 1)
        return np.asarray(np.sqrt(histograms), np.float32)

    def _describe_with(self, cell: int, faces: FaceArray) -> FloatArray:
        # Whole cells only: what is left over is cut off on the right and below.
        height, width = (side // cell * cell for side in faces.shape[1:])
        descriptor = cv2.HOGDescriptor(
            (width, height),
            (2 * cell, 2 * cell),
            (cell, cell),
            (cell, cell),
            18 if self.signed else 9,
            _signedGradient=self.signed,
        )
        result = np.empty((len(faces), descriptor.getDescriptorSize()), np.float32)
        for row, face in zip(result, faces, strict=True):
            row[:] = descriptor.compute(np.ascontiguousarray(face[:height, :width]))
        return result


def _smoothed(faces: FaceArray, blur: float) -> FaceArray:
    result = np.empty_like(faces)
    for row, face in zip(result, faces, strict=True):
        row[:] = cv2.GaussianBlur(face, (0, 0), blur)
    return result


class SIFT(FaceDescriptor):
    """SIFT descriptors at fixed places of a square grid, all upright and of one size.

    Parameters
    ----------
    grid : int
        Places a side.
    patch : int
        Side in pixels of what one descriptor sees: 4x4 cells of 8 directions, 128 numbers.

    References
    ----------
    D. Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 60(2), 2004.
    """

    def __init__(self, grid: int = 5, patch: int = 16) -> None:
        self.grid = grid
        self.patch = patch

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        height, width = faces.shape[1:]
        steps = (np.arange(self.grid) + 0.5) / self.grid
        # OpenCV's cells are 1.5 times the key point's size, and it counts from pixel centres.
        points = [
            cv2.KeyPoint(float(x), float(y), self.patch / 6, 0.0)
            for y in steps * height - 0.5
            for x in steps * width - 0.5
        ]
        sift = cv2.SIFT.create()
        result = np.empty((len(faces), len(points) * 128), np.float32)
        for row, face in zip(result, faces, strict=True):
            row[:] = sift.compute(face, points)[1].ravel()
        return result
