"""How much a face's skin is stretched or sheared against what it was shortly before and is shortly after."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mien.features.flow import optical_flow, optical_strain
from mien.video.spotting.blocks import BLOCKS, Mask

ImageArray = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]

# Frames at a time, so that the flows of a long clip need no room.
_CHUNK = 32


def strain(faces: ImageArray, first: Places, second: Places, counted: Mask) -> npt.NDArray[np.float32]:
    """The optical strain of each frame against the middle between two other frames.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Aligned, steady faces.
    first, second : ndarray of int, shape (n,)
        The two other frames for each frame.
    counted : ndarray of bool, shape (s, s)
        Pixels that count; in the others there is no strain.

    Returns
    -------
    ndarray of float32, shape (n, BLOCKS * BLOCKS)
        Mean strain of each block, row by row.

    Notes
    -----
    The flows to both frames are averaged before strain is taken of them. What goes on at an even pace (a turn of the
    head that bends the picture of the face, a slow smile) is opposite in the two and cancels; what comes and goes adds
    up.

    References
    ----------
    M. Shreve et al., "Macro- and micro-expression spotting in long videos using spatio-temporal strain", FG 2011.
    """
    blocks = np.empty((len(faces), BLOCKS * BLOCKS), np.float32)
    for start in range(0, len(faces), _CHUNK):
        part = slice(start, start + _CHUNK)
        to_first, to_second = (optical_flow(faces[part], faces[other[part]]) for other in (first, second))
        flow = np.float32(0.5) * (to_first + to_second)
        for block, stretched in zip(blocks[part], optical_strain(flow) * counted, strict=True):
            block[:] = cv2.resize(stretched, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA).ravel()
    return blocks
