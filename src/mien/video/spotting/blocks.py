"""Which pixels count in spotting, and how the blocks of a face are brought to one number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.align import TEMPLATE

FloatArray = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

BLOCKS = 6
"""Blocks a side."""
# A micro-expression moves a few of them (Moilanen et al. 2014 take the largest third).
_LARGEST = BLOCKS * BLOCKS // 3

NORMAL = 1.4826
"""Standard deviation of normally distributed values over the median of their absolute deviations."""
# Added to each block's own, for clips without any noise; strain and chi-squared distances are both mere ratios.
_LEAST_UNREST = 0.002

# Half axes of the ellipse that lids move in, in the unit square of TEMPLATE; brows lie above it.
_EYE = np.array([6.5, 4.0]) / 48
_EDGE = 1 / 24


def counted(side: int, margin: float = 1.0, eyes: bool = False) -> Mask:
    """The pixels of an aligned face in which movement counts.

    Parameters
    ----------
    side : int
        Of the face in pixels.
    margin : float, default 1.0
        As for `mien.align.align_faces`.
    eyes : bool, default False
        Whether lids and eyeballs count: blinks are as short as micro-expressions, and stronger.

    Returns
    -------
    ndarray of bool, shape (side, side)
        The outermost pixels never count: what is seen there changes with the crop.
    """
    middles = (np.arange(side) + 0.5) / side
    inside = np.minimum(middles, 1 - middles) > _EDGE
    result = inside & inside[:, None]
    if not eyes:
        x, y = np.meshgrid(middles, middles)
        for eye in 0.5 + (TEMPLATE[:2] - 0.5) / margin:
            half = _EYE / margin
            result &= ((x - eye[0]) / half[0]) ** 2 + ((y - eye[1]) / half[1]) ** 2 > 1
    return result


def stand_out(blocks: FloatArray) -> npt.NDArray[np.float64]:
    """How far each frame stands out from the clip: its blocks' differences, brought to one number.

    Parameters
    ----------
    blocks : ndarray of float32, shape (n, BLOCKS * BLOCKS)
        What a method gives.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mean of the largest third, after Moilanen et al. But hair and background are restless all the time, and would
        always be the largest. So each block is first counted in its own robust standard deviations above its own
        median over the clip.
    """
    above = blocks - np.median(blocks, axis=0)
    relative = above / (NORMAL * np.median(np.abs(above), axis=0) + _LEAST_UNREST)
    return np.asarray(np.partition(relative, -_LARGEST, axis=1)[:, -_LARGEST:].mean(1), np.float64)
