"""From a curve over time to the movements in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import find_peaks, peak_prominences

from mien.video.spotting.blocks import NORMAL
from mien.video.spotting.movement import Movement

Curve = npt.NDArray[np.float64]

TOLERANCE = 1.5
"""A movement may be this many times shorter or longer than asked for: half heights are no exact feet."""


def find_movements(
    contrast: Curve, times: Curve, *, tau: float, noise: float, shortest: float, longest: float
) -> list[Movement]:
    """The movements that stand out from a contrast curve.

    Parameters
    ----------
    contrast : ndarray of float64, shape (n,)
        Around 0 where nothing moves.
    times : ndarray of float64, shape (n,)
        Seconds, strictly increasing.
    tau : float
        Peaks count above mean + tau (maximum - mean).
    noise : float
        They also have to be this many robust standard deviations above the median. Without it the largest peak of
        a clip would always count, also where nothing moves.
    shortest, longest : float
        Seconds; others, beyond `TOLERANCE`, are no short movements.

    Returns
    -------
    list of Movement
        In the order of time, none overlapping another. On each side of the apex the line through half the peak's
        height is followed to the ground: there are onset and offset. A rise that does not begin below half its height
        belongs to its higher neighbour.
    """
    ground = float(np.median(contrast))
    spread = max(NORMAL * float(np.median(np.abs(contrast - ground))), 1e-6)
    mean, highest = float(contrast.mean()), float(contrast.max())
    least = max(mean + tau * (highest - mean), ground + noise * spread)
    apexes, _ = find_peaks(contrast, height=least)
    apexes = apexes[peak_prominences(contrast, apexes)[0] >= (contrast[apexes] - ground) / 2]
    movements = []
    for apex in apexes:
        half = (ground + contrast[apex]) / 2
        onset = 2 * _crossing(contrast[apex::-1], times[apex::-1], half) - times[apex]
        offset = 2 * _crossing(contrast[apex:], times[apex:], half) - times[apex]
        strength = float((contrast[apex] - ground) / spread)
        movements.append(_movement(times, onset, times[apex], offset, strength))
    least_time, most_time = shortest / TOLERANCE, longest * TOLERANCE
    return [m for m in merge(movements, times) if least_time <= m.duration <= most_time]


def merge(movements: list[Movement], times: Curve) -> list[Movement]:
    """Make one of movements that overlap, with the apex of the strongest; they come and go in the order of apexes."""
    result: list[Movement] = []
    for movement in movements:
        while result and result[-1].offset > movement.onset:
            other = result.pop()
            top = max(movement, other, key=lambda m: m.strength)
            onset, offset = min(movement.onset, other.onset), max(movement.offset, other.offset)
            movement = _movement(times, onset, top.apex, offset, top.strength)
        result.append(movement)
    return result


def _crossing(values: Curve, times: Curve, level: float) -> float:
    """When values that begin above a level fall to it, linearly between frames; if they do not, the last time."""
    below = np.flatnonzero(values <= level)
    if not len(below):
        return float(times[-1])
    i = int(below[0])
    share = (values[i - 1] - level) / (values[i - 1] - values[i])
    return float(times[i - 1] + share * (times[i] - times[i - 1]))


def _movement(times: Curve, onset: float, apex: float, offset: float, strength: float) -> Movement:
    onset, offset = float(max(onset, times[0])), float(min(offset, times[-1]))
    first, middle, last = (int(np.abs(times - time).argmin()) for time in (onset, apex, offset))
    return Movement(onset, float(apex), offset, first, middle, last, strength)
