"""How much a face's texture differs from what it was shortly before and is shortly after."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mien.features.patterns import N_UNIFORM, UNIFORM_BINS, cell_histograms, lbp_codes
from mien.video.spotting.blocks import BLOCKS, Mask

ImageArray = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]

# Standard deviation of the blur in parts of the face's side: on bare skin, codes would else be those of camera noise.
_BLUR = 1 / 56


def difference(faces: ImageArray, first: Places, second: Places, counted: Mask) -> npt.NDArray[np.float32]:
    """The chi-squared distance of each frame's LBP histograms to the mean of two other frames'.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Aligned, steady faces.
    first, second : ndarray of int, shape (n,)
        The two other frames for each frame.
    counted : ndarray of bool, shape (s, s)
        Pixels that count; the others have one and the same code in all frames.

    Returns
    -------
    ndarray of float32, shape (n, BLOCKS * BLOCKS)
        Of each block, row by row; 0 to 2.

    References
    ----------
    A. Moilanen, G. Zhao, M. Pietikäinen, "Spotting rapid facial movements from videos using appearance-based feature
    difference analysis", ICPR 2014.
    """
    blurred = np.stack([cv2.GaussianBlur(face, (0, 0), _BLUR * len(face)) for face in faces])
    codes = np.where(counted[1:-1, 1:-1], UNIFORM_BINS[lbp_codes(blurred)], 0).astype(np.uint8)
    histograms = cell_histograms(codes, N_UNIFORM, BLOCKS, BLOCKS).reshape(len(faces), BLOCKS * BLOCKS, N_UNIFORM)
    distances = np.empty(histograms.shape[:2], np.float32)
    for i, own in enumerate(histograms):
        mean = (histograms[first[i]] + histograms[second[i]]) / 2
        total = own + mean
        distances[i] = ((own - mean) ** 2 / np.where(total > 0, total, 1)).sum(-1)
    return distances
