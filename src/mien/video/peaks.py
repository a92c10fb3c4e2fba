"""Moments at which an expression changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mien.video.timeline import Timeline

_MICROSECOND = 1e-6


@dataclass(frozen=True)
class Peak:
    """A moment at which an expression changes.

    Attributes
    ----------
    time : float
        Seconds: the last row before the change.
    track : int
        The person's number, or 0 for the audience.
    change : float
        Total-variation distance between the mean probabilities before and after, 0 to 1.
    before, after : str
        The label that is most probable in the mean of either side; they may be the same.
    frame : int
        Number of the frame at `time`.
    """

    time: float
    track: int
    change: float
    before: str
    after: str
    frame: int


def find_peaks(person: Timeline, window: float) -> list[Peak]:
    """The rows of one person at which the change is no less than at the rows next to it.

    The change at time ``t`` is the total-variation distance, half the sum of absolute differences, between the mean
    probabilities over ``(t - window, t]`` and over ``(t, t + window]``. It is taken where both sides hold two rows or
    more whose first and last lie at least half a window apart.

    Parameters
    ----------
    person : Timeline
        Rows of one track.
    window : float
        Seconds.

    Returns
    -------
    list of Peak
        In the order of time; changes of less than a millionth are none.
    """
    times = person.times
    start = np.searchsorted(times, times - window + _MICROSECOND)
    middle = np.searchsorted(times, times, side="right")
    end = np.searchsorted(times, times + window + _MICROSECOND)
    enough = (middle - start >= 2) & (end - middle >= 2)
    start, middle, end, rows = (index[enough] for index in (start, middle, end, np.arange(len(times))))
    shortest = np.minimum(times[middle - 1] - times[start], times[end - 1] - times[middle])
    covered = shortest >= window / 2 - _MICROSECOND
    start, middle, end, rows = (index[covered] for index in (start, middle, end, rows))

    sums = np.concatenate([np.zeros((1, len(person.label_set))), person.probabilities.cumsum(0, dtype=np.float64)])
    before = (sums[middle] - sums[start]) / (middle - start)[:, None]
    after = (sums[end] - sums[middle]) / (end - middle)[:, None]
    changes = np.zeros(len(times))
    changes[rows] = np.abs(after - before).sum(1) / 2
    padded = np.concatenate([[0], changes, [0]])
    highest = (changes >= padded[:-2]) & (changes >= padded[2:]) & (changes > 1e-6)
    labels = person.label_set.labels
    return [
        Peak(
            float(times[row]),
            int(person.tracks[row]),
            float(changes[row]),
            labels[before[i].argmax()],
            labels[after[i].argmax()],
            int(person.frames[row]),
        )
        for i, row in enumerate(rows)
        if highest[row]
    ]


def strongest_changes(parts: Iterable[Timeline], count: int, window: float) -> list[Peak]:
    """At most `count` peaks of several tracks, the strongest first.

    Of one track, a peak that has a stronger one (of equals, an earlier one) within a window is left out.
    """
    found: list[Peak] = []
    for part in parts:
        kept: list[Peak] = []
        for peak in sorted(find_peaks(part, window), key=_rank):
            if len(kept) < count and all(abs(peak.time - other.time) > window + _MICROSECOND for other in kept):
                kept.append(peak)
        found += kept
    return sorted(found, key=_rank)[:count]


def _rank(peak: Peak) -> tuple[float, float, int]:
    return -peak.change, peak.time, peak.track
