"""`Timeline`: every reading of a video, one row a face and frame."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import InputError, UnknownName
from mien.labels import LabelSet
from mien.video.frame import WatchedFrame
from mien.video.peaks import Peak, strongest_changes
from mien.video.summary import PersonSummary, summarize

FloatArray = npt.NDArray[np.float32]

AUDIENCE = 0
"""The track of rows that stand for everybody; people count from 1."""

_BEFORE_LABELS = ("time", "frame", "track", "x1", "y1", "x2", "y2", "score")


def number_columns(label_set: LabelSet) -> list[str]:
    """The columns of a timeline's table that hold numbers: all but ``label``, in order."""
    return [*_BEFORE_LABELS, *label_set.labels, *(f"raw_{label}" for label in label_set.labels)]


@dataclass(frozen=True, eq=False)
class Timeline:
    """Every reading of a video, one row a face and frame, in the order of time.

    Attributes
    ----------
    times : ndarray of float64, shape (n,)
        Seconds from the start of the source; they never decrease.
    frames : ndarray of int64, shape (n,)
        Number of the frame in the source, from 0.
    tracks : ndarray of int64, shape (n,)
        Whose face it is, from 1; 0 in the rows that stand for a whole `audience`.
    boxes : ndarray of float32, shape (n, 4)
        ``x1, y1, x2, y2`` in pixels; not-a-number for an `audience`.
    scores : ndarray of float32, shape (n,)
        The detector's confidence, 0 to 1.
    probabilities : ndarray of float32, shape (n, k)
        Smoothed and corrected, over `label_set`; each row sums to one.
    raw : ndarray of float32, shape (n, k)
        The model's reading of the frame by itself.
    label_set : LabelSet
        The names of the ``k`` probabilities.

    Raises
    ------
    InputError
        If the shapes do not agree or time runs backwards; the message says what was expected.
    """

    times: npt.NDArray[np.float64]
    frames: npt.NDArray[np.int64]
    tracks: npt.NDArray[np.int64]
    boxes: FloatArray
    scores: FloatArray
    probabilities: FloatArray
    raw: FloatArray
    label_set: LabelSet

    def __post_init__(self) -> None:
        n, k = len(self.times), len(self.label_set)
        shapes = {"boxes": (n, 4), "probabilities": (n, k), "raw": (n, k)}
        for field in fields(self):
            if field.name != "label_set":
                shape, found = shapes.get(field.name, (n,)), getattr(self, field.name).shape
                if found != shape:
                    raise InputError(f"Timeline.{field.name} must have shape {shape}, not {found}")
        if (back := np.diff(self.times) < 0).any():
            row = int(back.argmax())
            raise InputError(
                f"Timeline.times must not decrease, but {self.times[row + 1]:g} follows {self.times[row]:g}"
            )

    @classmethod
    def from_frames(cls, frames: Iterable[WatchedFrame], label_set: LabelSet) -> Timeline:
        """The readings of all frames, which are consumed; only the numbers are kept, not the pictures.

        Parameters
        ----------
        frames : iterable of WatchedFrame
            In the order of time; a frame without faces adds no row.
        label_set : LabelSet
            Of all the frames' faces.

        Raises
        ------
        InputError
            If a frame's label set is another.
        """
        rows = array("d")
        for frame in frames:
            faces = frame.faces
            if faces.label_set != label_set:
                raise InputError(f"frame {frame.number} is over {faces.label_set.name}, not {label_set.name}")
            moment = np.tile((frame.time, frame.number), (len(faces), 1))
            columns = (moment, frame.tracks, faces.boxes, faces.detection_scores, faces.probabilities, frame.raw)
            rows.frombytes(np.column_stack(columns).tobytes())
        return cls.from_numbers(np.array(rows).reshape(-1, len(number_columns(label_set))), label_set)

    @classmethod
    def from_numbers(cls, numbers: npt.NDArray[np.float64], label_set: LabelSet) -> Timeline:
        """A timeline from one matrix of shape (n, 8 + 2 k), whose columns are `number_columns`."""
        k = len(label_set)
        return cls(
            numbers[:, 0].copy(),
            numbers[:, 1].astype(np.int64),
            numbers[:, 2].astype(np.int64),
            numbers[:, 3:7].astype(np.float32),
            numbers[:, 7].astype(np.float32),
            numbers[:, 8 : 8 + k].astype(np.float32),
            numbers[:, 8 + k :].astype(np.float32),
            label_set,
        )

    @classmethod
    def empty(cls, label_set: LabelSet) -> Timeline:
        """A video in which nobody was seen."""
        return cls.from_frames([], label_set)

    def __len__(self) -> int:
        return len(self.times)

    @cached_property
    def labels(self) -> list[str]:
        """The most probable label of each row."""
        return [self.label_set.labels[i] for i in self.probabilities.argmax(1)]

    @cached_property
    def people(self) -> list[int]:
        """The numbers of the tracks, in the order in which they first appear."""
        return list(dict.fromkeys(self.tracks.tolist()))

    def of(self, track: int) -> Timeline:
        """The rows of one person; raises `UnknownName` for a number that is not there."""
        if track not in self.people:
            raise UnknownName("person", str(track), map(str, self.people))
        return self._rows(self.tracks == track)

    def between(self, start: float, end: float) -> Timeline:
        """The rows from `start` on and before `end`, in seconds."""
        return self._rows((self.times >= start) & (self.times < end))

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict a row, of native Python values, ready for JSON; ``box`` is None for an audience."""
        labels = self.label_set.labels
        columns = (self.times, self.frames, self.tracks, self.boxes, self.scores, self.probabilities, self.raw)
        return [
            {
                "time": time,
                "frame": frame,
                "track": track,
                "box": None if track == AUDIENCE else box,
                "score": score,
                "label": label,
                "probabilities": dict(zip(labels, probabilities, strict=True)),
                "raw": dict(zip(labels, raw, strict=True)),
            }
            for label, time, frame, track, box, score, probabilities, raw in zip(
                self.labels, *(column.tolist() for column in columns), strict=True
            )
        ]

    def to_table(self) -> dict[str, list[Any]]:
        """Columns of equal length, as `pandas.DataFrame` or `polars.DataFrame` take them.

        The columns are ``time, frame, track, x1, y1, x2, y2, score, label``, one for each label's probability, and
        one for each label's raw probability, whose names begin with ``raw_``.
        """
        columns = (self.times, self.frames, self.tracks, *self.boxes.T, self.scores)
        table = {name: column.tolist() for name, column in zip(_BEFORE_LABELS, columns, strict=True)}
        table["label"] = self.labels
        for prefix, values in (("", self.probabilities), ("raw_", self.raw)):
            for label, column in zip(self.label_set.labels, values.T, strict=True):
                table[prefix + label] = column.tolist()
        return table

    def to_pandas(self) -> Any:
        """`to_table` as a `pandas.DataFrame`; raises `InputError` if pandas is not installed."""
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise InputError("to_pandas needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.to_table())

    def resample(self, seconds: float) -> Timeline:
        """One row for each person and bin of time in which the person was seen.

        Parameters
        ----------
        seconds : float
            Length of a bin; bin ``k`` goes from ``k * seconds`` to before ``(k + 1) * seconds``.

        Returns
        -------
        Timeline
            Times are the starts of the bins, frames the first that the person has in it, all else means; probabilities
            sum to one. A bin without a person has no row of that person. People of one bin are in the order of their
            numbers.

        Raises
        ------
        InputError
            If `seconds` is not positive.
        """
        if not seconds > 0:
            raise InputError(f"the length of a bin must be positive, not {seconds:g} s")
        # To the microsecond, which is also what files keep, so that frame 3 at 10 a second is in bin 3 of 0.1 s.
        bins = np.floor((self.times + 1e-6) / seconds)
        return self._means(bins * seconds, self.tracks)

    def audience(self, seconds: float = 1.0) -> Timeline:
        """The audience as if it were one person, with track 0: one row for each bin of time with anybody in it.

        Parameters
        ----------
        seconds : float, default 1.0
            Length of a bin, as in `resample`.

        Returns
        -------
        Timeline
            Means over the people in the bin, each of whom counts once however many frames show them; boxes are
            not-a-number.

        Raises
        ------
        InputError
            If `seconds` is not positive.
        """
        return self.resample(seconds)._everybody()

    def summary(self, gap: float = 1.0) -> list[PersonSummary]:
        """What each person showed, in the order of `people`.

        Parameters
        ----------
        gap : float, default 1.0
            Seconds; a person is taken to be away between two rows that are further apart.
        """
        return [
            summarize(track, rows.times, rows.probabilities, self.label_set.labels, gap)
            for track, rows in ((track, self.of(track)) for track in self.people)
        ]

    def peaks(self, count: int = 10, window: float = 1.0, track: int | None = None) -> list[Peak]:
        """The moments of strongest change, the strongest first.

        Parameters
        ----------
        count : int, default 10
            At most so many.
        window : float, default 1.0
            Seconds before and after a moment that are compared.
        track : int, optional
            Only of this person, or with 0 of the audience: in each frame the mean over the people in it. By default of
            every person and, if there are several, of the audience.

        Returns
        -------
        list of Peak
            No two of one track lie within one window. What change is says `mien.video.peaks.find_peaks`.

        Raises
        ------
        InputError
            If `window` is not positive, or there is no such track.
        """
        if not window > 0:
            raise InputError(f"the window must be positive, not {window:g} s")
        if track is not None:
            parts = [self._everybody() if track == AUDIENCE else self.of(track)]
        else:
            parts = [self.of(person) for person in self.people]
            if len(parts) > 1:
                parts.append(self._everybody())
        return strongest_changes(parts, count, window)

    def _rows(self, chosen: npt.NDArray[Any]) -> Timeline:
        arrays = {field.name: getattr(self, field.name)[chosen] for field in fields(self) if field.name != "label_set"}
        return Timeline(**arrays, label_set=self.label_set)

    def _everybody(self) -> Timeline:
        means = self._means(self.times, np.full(len(self), AUDIENCE))
        return replace(means, boxes=np.full_like(means.boxes, np.nan))

    def _means(self, times: npt.NDArray[np.float64], tracks: npt.NDArray[np.int64]) -> Timeline:
        """One row for each pair of time and track, with the first frame and the mean of all else."""
        order = np.lexsort((tracks, times))
        keys = np.stack((times, tracks))[:, order]
        starts = np.flatnonzero(np.diff(keys, axis=1, prepend=np.nan).any(0))
        counts = np.diff(starts, append=len(self))[:, None]

        def mean(values: FloatArray) -> npt.NDArray[np.float64]:
            sums: npt.NDArray[np.float64] = np.add.reduceat(values[order], starts, axis=0, dtype=np.float64)
            return sums / counts

        def mean_probabilities(values: FloatArray) -> FloatArray:
            means = mean(values)
            return np.asarray(means / means.sum(1, keepdims=True), np.float32)

        first = order[starts]
        return Timeline(
            times[first],
            self.frames[first],
            tracks[first],
            mean(self.boxes).astype(np.float32),
            mean(self.scores[:, None])[:, 0].astype(np.float32),
            mean_probabilities(self.probabilities),
            mean_probabilities(self.raw),
            self.label_set,
        )
