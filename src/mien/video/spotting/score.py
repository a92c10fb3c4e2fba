"""How well movements are spotted: intervals found against intervals marked, as published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from mien.errors import InputError
from mien.video.spotting.movement import Movement

# Seconds are binary fractions: an overlap of exactly the least one is meant to count.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class SpottingScore:
    """Counts of one or several clips; those of several are pooled with ``sum(scores, SpottingScore())``.

    Attributes
    ----------
    hits : int
        Marked movements that were found.
    false : int
        Movements found where none was marked.
    missed : int
        Marked movements that were not found.
    """

    hits: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: SpottingScore) -> SpottingScore:
        return SpottingScore(self.hits + other.hits, self.false + other.false, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of the found that are hits; nan if nothing was found."""
        return _ratio(self.hits, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Share of the marked that are hits; nan if nothing was marked."""
        return _ratio(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; nan if nothing was found and nothing marked."""
        return _ratio(2 * self.hits, 2 * self.hits + self.false + self.missed)


def score_spotting(
    found: Sequence[Movement], truth: Sequence[tuple[float, float]], least_iou: float = 0.5
) -> SpottingScore:
    """Count hits, false spottings and misses in one clip.

    Parameters
    ----------
    found : sequence of Movement
        What `spot` gave.
    truth : sequence of (float, float)
        Onset and offset of each marked movement in seconds.
    least_iou : float, default 0.5
        A hit covers at least this share, intersection over union, above 0 to 1.

    Returns
    -------
    SpottingScore
        Of all ways to give each marked movement at most one found one, and the other way round, that with most hits.

    Raises
    ------
    InputError
        If `least_iou` is out of its range, or a marked movement ends before it begins.

    References
    ----------
    J. Li et al., "MEGC2020 - the third facial micro-expression grand challenge", FG 2020: IoU of 0.5, counts pooled
    over all clips, then F1.
    """
    if not 0 < least_iou <= 1:
        raise InputError(f"least_iou must be above 0 and at most 1, not {least_iou}")
    for onset, offset in truth:
        if not onset < offset:
            raise InputError(f"a movement marked from {onset} to {offset} seconds ends before it begins")
    if not found or not truth:
        return SpottingScore(0, len(found), len(truth))
    overlaps = _iou(np.array([(m.onset, m.offset) for m in found], float), np.array(truth, float))
    matches = overlaps >= least_iou - _ROUNDING
    hits = int(matches[linear_sum_assignment(matches, maximize=True)].sum())
    return SpottingScore(hits, len(found) - hits, len(truth) - hits)


def _iou(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Intersection over union of intervals, shapes (n, 2) and (m, 2); shape (n, m)."""
    starts, ends = np.split(first[:, None], 2, -1)
    others, other_ends = np.split(second[None], 2, -1)
    shared = np.maximum(0, np.minimum(ends, other_ends) - np.maximum(starts, others))
    return np.asarray((shared / (ends - starts + other_ends - others - shared))[..., 0])


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
