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

# Half axes of ellipses in the unit square of TEMPLATE: of the face, brows to chin, without hair and background; and of
# what blinks move, up to the brows. It is wider than the lids, for optical flow carries movement some pixels further.
_FACE = np.array([20.0, 22.0]) / 48
_EYE = np.array([9.0, 6.0]) / 48


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
        Only within the oval of the face: hair moves by itself, the background moves whenever the head does, and what
        is seen near the edge changes with the crop.
    """
    middles = 0.5 + margin * ((np.arange(side) + 0.5) / side - 0.5)
    points = np.stack(np.meshgrid(middles, middles), -1)
    result = _within(points, np.array([0.5, 0.5]), _FACE)
    if not eyes:
        for eye in TEMPLATE[:2]:
            result &= ~_within(points, eye, _EYE)
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


def _within(points: npt.NDArray[np.floating], centre: npt.NDArray[np.floating], half: npt.NDArray[np.floating]) -> Mask:
    """Which points, ``x, y`` on the last axis, lie in an ellipse."""
    return np.asarray((((points - centre) / half) ** 2).sum(-1) <= 1)
