"""A resting face is not everybody's neutral: what a person's face shows at rest is taken off its readings."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.labels import LabelSet
from mien.video.smoothing import Smoother
from mien.video.timeline import Timeline

FloatArray = npt.NDArray[np.float32]

LEAD = 4.0
"""How many times as likely as any expression a resting face's neutral is. Over the neutral pictures of FER2013's
PublicTest the default model gives neutral 0.56 on average and the next class, sad, 0.15."""

STRETCH = 2.0
"""Seconds of the stretches of which ``auto`` takes the calmest."""

MIN_READINGS = 10
"""How many readings they have at least; where frames are few, they are longer for it."""

MIN_NEUTRAL = 0.15
"""Share of neutral below which ``auto`` takes no face to be at rest. Of the neutral pictures of FER2013's PublicTest
the default model reads 16 % below it, of the happy ones 88 %."""

# Nothing is divided by less.
_LEAST_PROBABILITY = 1e-6

_TIME = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)", re.ASCII)


class BaselineCorrector:
    """Learns how each person's face reads at rest, and takes that off the person's readings.

    Parameters
    ----------
    label_set : LabelSet
        Of the readings; it needs the label ``"neutral"``.
    baseline : str, optional
        Where faces are at rest: ``"START-END"`` in seconds or minutes and seconds, as ``"12-15.5"`` or
        ``"0:12-0:15.5"``, or ``"auto"``, in the calmest stretch of each person so far. None changes nothing.

    Raises
    ------
    InputError
        If `baseline` is none of these, or the label set has no neutral.

    Notes
    -----
    A face that is built to look sad is read as sadder in all its expressions. With the mean probabilities ``r`` of the
    face at rest, the logit of each expression ``j`` other than neutral is lowered by ``log(LEAD r_j / r_neutral)``
    where that is positive, and no logit is raised. So the resting face reads as neutral; an expression is seen where
    it is stronger than at rest; the odds between expressions that rest does not show stay what they were; and a
    person whose resting face reads as neutral anyway is left alone. Logits are lowered by dividing probabilities.

    ``START-END`` corrects each person from the first reading in that stretch on; who is not seen in it stays
    uncorrected, and a person who is lost and comes back under another number has to be learnt again.

    ``auto`` looks for the stretch with the highest mean probability of neutral less the mean total variation distance
    of the readings from their mean. It must last `STRETCH` seconds and have `MIN_READINGS` readings, so a person who
    is seen for less stays uncorrected, and it must read as neutral with `MIN_NEUTRAL` at least, so someone who laughs
    from the beginning is not taken to be at rest. Nobody can tell a face that is sad throughout from one that only
    looks so: whoever knows the answer should mark the stretch.
    """

    def __init__(self, label_set: LabelSet, baseline: str | None = None) -> None:
        self._active = baseline is not None
        self._marked = None if baseline in (None, "auto") else parse_stretch(str(baseline))
        if self._active and "neutral" not in label_set.labels:
            raise InputError(f"a baseline needs a label set with neutral in it, and {label_set.name} has none")
        self._neutral = label_set.index("neutral") if self._active else 0
        self._rests: dict[int, _MarkedStretch | _CalmestStretch] = {}

    def update(self, track: int, time: float, probabilities: FloatArray) -> FloatArray:
        """`learn` from a person's newest reading, then `correct` it."""
        self.learn(track, time, probabilities)
        return self.correct(track, probabilities)

    def learn(self, track: int, time: float, probabilities: FloatArray) -> None:
        """Note a person's newest reading.

        Parameters
        ----------
        track : int
            Whose reading it is.
        time : float
            Seconds; not before the person's last reading.
        probabilities : ndarray of float32, shape (k,)
            The model's reading of one frame; sums to one.
        """
        if not self._active:
            return
        rest = self._rests.get(track)
        if rest is None:
            rest = self._rests[track] = (
                _MarkedStretch(*self._marked) if self._marked else _CalmestStretch(self._neutral)
            )
        rest.add(time, probabilities.astype(np.float64))

    def correct(self, track: int, probabilities: FloatArray) -> FloatArray:
        """A person's reading less what the person's face shows at rest.

        Parameters
        ----------
        track : int
            Whose reading it is.
        probabilities : ndarray of float32, shape (..., k)
            Sum to one along the last axis.

        Returns
        -------
        ndarray of float32, shape (..., k)
            Sum to one along the last axis; the very input where the person's resting face is not known.
        """
        rest = self.resting_scores(track)
        if rest is None:
            return probabilities
        excess = LEAD * rest / max(float(rest[self._neutral]), _LEAST_PROBABILITY)
        excess[self._neutral] = 1
        corrected = probabilities / np.maximum(excess, 1)
        return np.asarray(corrected / corrected.sum(-1, keepdims=True), np.float32)

    def resting_scores(self, track: int) -> npt.NDArray[np.float64] | None:
        """The mean probabilities of a person's resting face, shape (k,); None as long as they are not known."""
        rest = self._rests.get(track)
        return None if rest is None or rest.mean is None else rest.mean.copy()

    def forget(self, track: int) -> None:
        """Drop a person who is gone; one who was never there is no error."""
        self._rests.pop(track, None)

    def reset(self) -> None:
        """Drop everybody: the scene has changed."""
        self._rests.clear()


def correct_timeline(timeline: Timeline, baseline: str, smooth: float = 0.3) -> Timeline:
    """A timeline whose probabilities are made anew from the raw ones, each person's resting face taken off.

    Unlike a watched video, of which each frame is corrected by what was known when it came, all of a person's rows are
    corrected by what is known at the end, the first rows too.

    Parameters
    ----------
    timeline : Timeline
        Of a whole video.
    baseline : str
        ``"auto"`` or ``"START-END"``; see `BaselineCorrector`.
    smooth : float, default 0.3
        Seconds over which readings are averaged; see `Smoother`.

    Returns
    -------
    Timeline
        The same rows and raw probabilities.

    Raises
    ------
    InputError
        If `baseline` or `smooth` cannot be used, or the label set has no neutral.
    """
    corrector, smoother = BaselineCorrector(timeline.label_set, baseline), Smoother(smooth)
    readings = list(zip(timeline.tracks.tolist(), timeline.times.tolist(), timeline.raw, strict=True))
    for reading in readings:
        corrector.learn(*reading)
    probabilities = np.empty_like(timeline.raw)
    for row, (track, time, raw) in enumerate(readings):
        score = float(timeline.scores[row])
        probabilities[row] = smoother.update(track, time, corrector.correct(track, raw), score)
    return replace(timeline, probabilities=probabilities)


def parse_stretch(text: str) -> tuple[float, float]:
    """Start and end in seconds of ``"12-15.5"``, ``"0:12-0:15.5"`` or ``"1:00:00-1:00:05"``.

    Raises
    ------
    InputError
        If it is not of that form, or does not end after its start.
    """
    start, dash, end = text.partition("-")
    matches = _TIME.fullmatch(start.strip()), _TIME.fullmatch(end.strip())
    if not (dash and matches[0] and matches[1]):
        raise InputError(f"a baseline is 'auto' or START-END in seconds, such as 12-15.5 or 0:12-0:15, not {text!r}")
    first, last = (float(m[1] or 0) * 3600 + float(m[2] or 0) * 60 + float(m[3]) for m in matches if m)
    if last <= first:
        raise InputError(f"the baseline {text!r} does not end after its start")
    return first, last


class _MarkedStretch:
    """The mean of the readings from `start` to `end`."""

    def __init__(self, start: float, end: float) -> None:
        self._start, self._end = start, end
        self._count = 0
        self.mean: npt.NDArray[np.float64] | None = None

    def add(self, time: float, reading: npt.NDArray[np.float64]) -> None:
        if self._start <= time <= self._end:
            self._count += 1
            self.mean = reading if self.mean is None else self.mean + (reading - self.mean) / self._count


class _CalmestStretch:
    """The mean of the calmest stretch so far; of the past it keeps one stretch of readings."""

    def __init__(self, neutral: int) -> None:
        self._neutral = neutral
        self._recent: deque[tuple[float, npt.NDArray[np.float64]]] = deque()
        self._calmness = -np.inf
        self.mean: npt.NDArray[np.float64] | None = None

    def add(self, time: float, reading: npt.NDArray[np.float64]) -> None:
        recent = self._recent
        if recent and time - recent[-1][0] > STRETCH:
            recent.clear()  # away for too long to be one stretch
        recent.append((time, reading))
        while len(recent) > MIN_READINGS and time - recent[1][0] >= STRETCH:
            recent.popleft()
        if len(recent) < MIN_READINGS or time - recent[0][0] < STRETCH:
            return
        readings = np.array([probabilities for _, probabilities in recent])
        mean = readings.mean(0)
        calmness = mean[self._neutral] - np.abs(readings - mean).sum(1).mean() / 2
        if mean[self._neutral] >= MIN_NEUTRAL and calmness > self._calmness:
            self._calmness, self.mean = calmness, mean
