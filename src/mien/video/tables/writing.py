"""Timelines written while a video runs, so that a killed process leaves what it had seen."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Callable, Iterable
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from mien.labels import LabelSet
from mien.video.closing import Closing
from mien.video.frame import WatchedFrame
from mien.video.tables.formats import CSV, PARQUET, format_of, import_parquet, journal_of
from mien.video.tables.reading import read_rows, to_timeline
from mien.video.timeline import Timeline

_BATCH = 10_000
"""Rows in memory while a journal becomes Parquet."""


def open_timeline_writer(path: str | Path, label_set: LabelSet) -> TimelineWriter:
    """A writer of the format that the file's name says.

    Parameters
    ----------
    path : str or Path
        Ends in ``.csv``, ``.jsonl`` (or ``.ndjson``) or ``.parquet``. A file that is there is written over; one in
        Parquet only once the new one is whole.
    label_set : LabelSet
        Of the faces that will be written.

    Raises
    ------
    InputError
        For another ending.
    MissingExtra
        For Parquet without pyarrow.
    OSError
        If the file cannot be written; its ``filename`` is set.
    """
    path = Path(path)
    kind = format_of(path)
    if kind == PARQUET:
        return _ParquetWriter(path, label_set)
    if kind == CSV:
        return TimelineWriter(path, label_set, _csv_lines, _csv_line(Timeline.empty(label_set).to_table()))
    return TimelineWriter(path, label_set, _json_lines)


class TimelineWriter(Closing):
    """Writes the rows of each frame at once: whatever happens to the process, they are with the operating system.

    Times are written to the microsecond and all other fractions to six significant digits. A context manager.

    Parameters
    ----------
    path : Path
        The file; written over.
    label_set : LabelSet
        Of all frames.
    encode : callable
        Makes text, in whole lines, of the rows of a frame.
    header : str
        What the file begins with.

    Raises
    ------
    OSError
        If the file cannot be opened or written, with its ``filename``; what was written before stays.
    """

    def __init__(
        self, path: Path, label_set: LabelSet, encode: Callable[[list[dict[str, Any]]], str], header: str = ""
    ) -> None:
        self._path = path
        self._label_set = label_set
        self._encode = encode
        # Without a buffer: one call to the system a frame costs microseconds, and nothing is lost with the process.
        self._file = path.open("wb", buffering=0)
        try:
            self._append(header)
        except OSError:
            self._file.close()
            raise

    def write(self, frame: WatchedFrame) -> None:
        """Write one frame's rows; raises `InputError` if its faces are over another label set."""
        rows = Timeline.from_frames([frame], self._label_set).to_dicts()
        if rows:
            self._append(self._encode([_shortened(row) | {"time": round(row["time"], 6)} for row in rows]))

    def close(self) -> None:
        """Finish the file; a second time does nothing."""
        self._file.close()

    def _append(self, text: str) -> None:
        rest = memoryview(text.encode())
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from None


class _ParquetWriter(TimelineWriter):
    """Writes a journal in JSON lines, and on closing makes Parquet of it, which is not readable until it is whole."""

    def __init__(self, path: Path, label_set: LabelSet) -> None:
        import_parquet()
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        super().__init__(journal_of(path), label_set, _json_lines)
        self._target = path

    def close(self) -> None:
        if not self._file.closed:
            super().close()
            _to_parquet(self._path, self._target, self._label_set)
            self._path.unlink()


def _to_parquet(journal: Path, target: Path, label_set: LabelSet) -> None:
    pyarrow, parquet = import_parquet()
    kinds = {"time": pyarrow.float64(), "frame": pyarrow.int64(), "track": pyarrow.int64(), "label": pyarrow.string()}
    columns = Timeline.empty(label_set).to_table()
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.float32())) for name in columns])
    partial = target.with_name(f"{target.name}.partial")
    _, rows = read_rows(journal)
    try:
        with parquet.ParquetWriter(partial, schema) as writer:
            while len(part := to_timeline(journal, islice(rows, _BATCH), label_set)):
                writer.write_batch(pyarrow.record_batch(part.to_table(), schema))
        os.replace(partial, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(target)) from None
    finally:
        partial.unlink(missing_ok=True)


def _json_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(_csv_line(value for cell in row.values() for value in _flat(cell)) for row in rows)


def _csv_line(cells: Iterable[Any]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _flat(cell: Any) -> list[Any]:
    if isinstance(cell, dict):
        return list(cell.values())
    return cell if isinstance(cell, list) else [cell]


def _shortened(value: Any) -> Any:
    """The same with six significant digits in each float, however deep."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _shortened(entry) for key, entry in value.items()}
    return [_shortened(entry) for entry in value] if isinstance(value, list) else value
