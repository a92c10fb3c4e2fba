"""Readings that hold still: a mean over the last moments of each person."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf

import numpy as np
import numpy.typing as npt

from mien.errors import InputError

FloatArray = npt.NDArray[np.float32]

# A face with a score of 0 still has a mean.
_LEAST_CONFIDENCE = 1e-6


@dataclass(slots=True)
class _Sum:
    """Weighted sum of a person's readings and the sum of their weights, as of `time`."""

    time: float
    readings: npt.NDArray[np.float64]
    weights: float


class Smoother:
    """A mean of each person's readings, in which a reading fades with its age.

    Parameters
    ----------
    seconds : float, default 0.3
        Time constant: a reading that old counts 1/e. 0 leaves readings as they are.

    Raises
    ------
    InputError
        If `seconds` is negative or not finite.

    Notes
    -----
    With readings ``x_i`` at the times ``t_i``, detection scores ``s_i`` and time constant ``tau``, the reading at time
    ``t`` becomes ``sum(w_i x_i) / sum(w_i)`` with ``w_i = s_i max(x_i) exp(-(t - t_i) / tau)``, over all readings so
    far. That is an exponential moving average, normalised:

    - It needs no past to begin with: the first reading is returned as it is.
    - It follows the clock, not the count of frames: after a gap of many time constants the past has no weight left,
      and the average begins anew. How long a change takes to show does not depend on the frame rate.
    - It uses no future readings, so it works live. At a steady rate its readings are `seconds` old on average, and a
      change between two expressions shows after about ``0.7 seconds``, sooner if the new one is read with more
      certainty.

    Probabilities are averaged, not their logarithms. In a mean of logarithms a single frame that gives an expression
    a probability near 0, as one blurred by motion may, rules it out for a second; here no frame has more than its
    share. Nor does a mean of probabilities get surer than the readings that it is made of.
    """

    def __init__(self, seconds: float = 0.3) -> None:
        if not 0 <= seconds < inf:
            raise InputError(f"the seconds of smoothing must be 0 or more, not {seconds:g}")
        self._seconds = seconds
        self._sums: dict[int, _Sum] = {}

    def update(self, track: int, time: float, probabilities: FloatArray, confidence: float = 1.0) -> FloatArray:
        """The smoothed reading of a person, the newest reading included.

        Parameters
        ----------
        track : int
            Whose reading it is.
        time : float
            Seconds; not before the person's last reading.
        probabilities : ndarray of float32, shape (k,)
            The newest reading; sums to one.
        confidence : float, default 1.0
            How surely this is a face, 0 to 1: the detector's score.

        Returns
        -------
        ndarray of float32, shape (k,)
            Sums to one.
        """
        if self._seconds == 0:
            return probabilities
        weight = max(confidence, _LEAST_CONFIDENCE) * float(probabilities.max())
        reading = weight * probabilities.astype(np.float64)
        if (past := self._sums.get(track)) is not None:
            fading = exp(-max(time - past.time, 0.0) / self._seconds)
            reading += fading * past.readings
            weight += fading * past.weights
        self._sums[track] = _Sum(time, reading, weight)
        return np.asarray(reading / weight, np.float32)

    def forget(self, track: int) -> None:
        """Drop a person who is gone; one who was never there is no error."""
        self._sums.pop(track, None)

    def reset(self) -> None:
        """Drop everybody: the scene has changed."""
        self._sums.clear()
