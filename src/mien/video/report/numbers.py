"""The numbers that the page carries: a series for each person and for the audience, and the table to save."""

from __future__ import annotations

import base64
import csv
import gzip
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.drawing.palette import colour_of
from mien.video.timeline import AUDIENCE, Timeline

POINTS = 2000
"""At most so many values of each expression in one series."""


ROWS = 25_000
"""A longer table is not carried whole; at some 90 bytes a packed row, the page stays below about three megabytes."""


class Pace:
    """How a timeline runs, in seconds.

    Attributes
    ----------
    start, end : float
        From the first frame with a face until the last is over.
    step : float
        From one frame with a face to the next, in the median; a second if there is only one.
    bin : float
        Length of the bins over which series are averaged; 0 where every frame has a place.
    gap : float
        Between two values that are further apart, the person is taken to have been away.
    """

    def __init__(self, timeline: Timeline) -> None:
        moments = np.unique(timeline.times)
        self.step = float(np.median(np.diff(moments))) if len(moments) > 1 else 1.0
        self.start, self.end = float(moments[0]), float(moments[-1]) + self.step
        self.bin = (self.end - self.start) / POINTS if len(moments) > POINTS else 0.0
        self.gap = max(1.0, 2.5 * self.step, 1.5 * self.bin)


def drawn(timeline: Timeline, shown: list[int], pace: Pace) -> dict[str, Any]:
    """What the page's script draws, ready for JSON.

    Parameters
    ----------
    timeline : Timeline
        All rows; at least one.
    shown : list of int
        The people who have a series.
    pace : Pace
        Of the timeline.

    Returns
    -------
    dict
        ``start`` and ``end`` in seconds; ``labels`` and ``colours``; and ``series``, by the person's number, and
        ``"0"`` for the audience if there are several people. In a series times are whole milliseconds and
        probabilities whole thousandths, row by row.
    """
    binned = timeline.resample(pace.bin) if pace.bin else timeline
    series = {str(track): _series(binned.of(track), pace) for track in shown}
    if len(timeline.people) > 1:
        everybody = timeline.audience(pace.bin or pace.step)
        _, counts = np.unique(timeline.resample(pace.bin or pace.step).times, return_counts=True)
        series[str(AUDIENCE)] = {**_series(everybody, pace), "counts": counts.tolist()}
    return {
        "start": round(pace.start, 3),
        "end": round(pace.end, 3),
        "labels": timeline.label_set.labels,
        "colours": [f"rgb{colour_of(label)}" for label in timeline.label_set.labels],
        "series": series,
    }


def packed_table(timeline: Timeline) -> tuple[str, str]:
    """The table that the page saves: base64 of a gzipped CSV as `mien.video.tables` has it, and its size in words."""
    rows, seconds = timeline, 0
    while len(rows) > ROWS:
        seconds = 2 * seconds or 1
        rows = timeline.resample(seconds)
    table = rows.to_table()
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*(_cells(name, column) for name, column in table.items()), strict=True))
    packed = base64.b64encode(gzip.compress(text.getvalue().encode(), mtime=0)).decode()
    if not seconds:
        return packed, f"{len(rows):,} rows"
    return packed, (
        f"{len(rows):,} rows, each a mean over {seconds} s; all {len(timeline):,} are in the timeline's own file, as"
        " they would make this page too large"
    )


def _cells(name: str, column: list[Any]) -> list[Any]:
    if not column or not isinstance(column[0], float):
        return column
    return [f"{value:.6f}" for value in column] if name == "time" else [f"{value:.6g}" for value in column]


def _series(rows: Timeline, pace: Pace) -> dict[str, Any]:
    return {
        "times": _thousandths(rows.times),
        "step": round(1000 * (pace.bin or pace.step)),
        "gap": round(1000 * pace.gap),
        "smoothed": _thousandths(rows.probabilities),
        "raw": _thousandths(rows.raw),
    }


def _thousandths(values: npt.NDArray[np.floating]) -> list[int]:
    numbers: list[int] = np.rint(1000 * values.astype(np.float64)).astype(np.int64).ravel().tolist()
    return numbers
