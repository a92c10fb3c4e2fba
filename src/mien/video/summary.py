"""What one person showed, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class PersonSummary:
    """What one person showed.

    Attributes
    ----------
    track : int
        The person's number.
    first, last : float
        Seconds at which the person was first and last seen.
    seconds : float
        Time on screen: each row lasts until the person's next one, unless that is further away than the gap allowed;
        the last row lasts the median of the others. 0 for a person with a single row.
    shares : dict from str to float
        For each label, the share of that time in which it was the most probable; they sum to one. Where the time on
        screen is 0, each row counts the same.
    means : dict from str to float
        For each label, its mean probability over that time; they sum to one.
    changes : float
        How often a second the label changes while the person is on screen: flicker.
    """

    track: int
    first: float
    last: float
    seconds: float
    shares: dict[str, float]
    means: dict[str, float]
    changes: float


def summarize(
    track: int,
    times: npt.NDArray[np.float64],
    probabilities: npt.NDArray[np.float32],
    labels: Sequence[str],
    gap: float,
) -> PersonSummary:
    """The summary of one person's rows.

    Parameters
    ----------
    track : int
        The person's number.
    times : ndarray of float64, shape (n,)
        Seconds, in order; at least one.
    probabilities : ndarray of float32, shape (n, k)
        Rows sum to one.
    labels : sequence of str
        The ``k`` names.
    gap : float
        Seconds; longer gaps between two rows are not time on screen.
    """
    gaps = np.diff(times)
    together = gaps <= gap
    typical = float(np.median(gaps[together])) if together.any() else 0.0
    durations = np.append(np.where(together, gaps, 0.0), typical)
    seconds = float(durations.sum())
    weights = durations / seconds if seconds > 0 else np.full(len(times), 1 / len(times))
    best = probabilities.argmax(1)
    shares = np.bincount(best, weights, minlength=len(labels))
    changes = int((together & (np.diff(best) != 0)).sum())
    return PersonSummary(
        track,
        float(times[0]),
        float(times[-1]),
        seconds,
        dict(zip(labels, shares.tolist(), strict=True)),
        dict(zip(labels, (weights @ probabilities).tolist(), strict=True)),
        changes / seconds if seconds > 0 else 0.0,
    )
