"""Timelines read back from files."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.errors import InputError, VideoWarning
from mien.labels import EKMAN7, LABEL_SETS, LabelSet
from mien.video.tables.formats import CSV, PARQUET, format_of, import_parquet, journal_of
from mien.video.timeline import Timeline, number_columns

Line = tuple[str, str]
"""Where it stands, for messages, and its text."""
Row = list[float]
"""The numbers of a reading, in the order of `number_columns`."""

_NOT_LABELS = ("label", *number_columns(LabelSet("", ())))
_LARGEST_WHOLE_NUMBER = 2.0**53


def read_timeline(path: str | Path) -> Timeline:
    """Read a timeline that `open_timeline_writer` wrote.

    Parameters
    ----------
    path : str or Path
        A file in CSV, JSON lines or Parquet, or the journal of a Parquet file that was never finished.

    Returns
    -------
    Timeline
        Its label set is the one of `LABEL_SETS` that has the labels of the file, or else one named ``custom``. JSON
        lines without a single line do not tell: they read as empty over ``ekman7``.

    Warns
    -----
    VideoWarning
        If the last line was cut off, as happens when the writer is killed; it is left out.

    Raises
    ------
    InputError
        If the file cannot be read, is something else, lacks a column, or holds a damaged line, which is named.
    MissingExtra
        If it is Parquet and pyarrow is not installed.
    """
    path = Path(path)
    try:
        if format_of(path) == PARQUET:
            return _read_parquet(path)
        label_set, rows = read_rows(path)
        return to_timeline(path, rows, label_set)
    except OSError as error:
        journal = journal_of(path)
        hint = f"; a run was cut off before writing it, what it saw is in {journal}" if journal.exists() else ""
        raise InputError(f"{path}: {error.strerror}{hint}") from None


def read_rows(path: Path) -> tuple[LabelSet, Iterator[Row]]:
    """The label set and, one after the other, the rows of a file in CSV or JSON lines; errors as `read_timeline`."""
    return (_csv_rows if format_of(path) == CSV else _json_rows)(path, _lines(path))


def to_timeline(path: Path, rows: Iterable[Row], label_set: LabelSet) -> Timeline:
    """Rows of a file as a timeline; they are packed while they are read."""
    numbers = np.fromiter(chain.from_iterable(rows), np.float64)
    return _from_numbers(path, numbers.reshape(-1, len(number_columns(label_set))), label_set)


def _from_numbers(path: Path, numbers: npt.NDArray[np.float64], label_set: LabelSet) -> Timeline:
    usable = np.abs(numbers) <= _LARGEST_WHOLE_NUMBER
    usable[:, 3:7] |= np.isnan(numbers[:, 3:7])  # an audience has no boxes
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        value, name = numbers[row, column], number_columns(label_set)[column]
        raise InputError(f"{path}: reading {row + 1} has {value:g} for {name}")
    try:
        return Timeline.from_numbers(numbers, label_set)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _lines(path: Path) -> Iterator[Line]:
    """The whole lines of a text; what follows the last line end is dropped with a warning."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            where = f"{path}, line {number}"
            if not line.endswith(b"\n"):
                if number == 1:
                    raise InputError(f"{path}: not a timeline (there is not one whole line in it)")
                warnings.warn(f"{where}: cut off, left out", VideoWarning, stacklevel=2)
                return
            try:
                yield where, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise InputError(f"{where}: not a text in UTF-8") from None


def _csv_rows(path: Path, lines: Iterator[Line]) -> tuple[LabelSet, Iterator[Row]]:
    where, header = next(lines, ("", ""))
    try:
        columns = next(csv.reader([header]), [])
    except csv.Error as error:
        raise InputError(f"{where}: not a header ({error})") from None
    label_set = _label_set(path, columns)
    places = [columns.index(name) for name in number_columns(label_set)]

    def numbers(line: str) -> Row:
        (cells,) = csv.reader([line], strict=True)
        if len(cells) != len(columns):
            raise ValueError(f"{len(cells)} cells under {len(columns)} columns")
        return [float(cells[place]) for place in places]

    return label_set, _parsed(lines, numbers)


def _json_rows(path: Path, lines: Iterator[Line]) -> tuple[LabelSet, Iterator[Row]]:
    first = next(lines, None)
    if first is None:
        return EKMAN7, iter(())
    where, text = first
    try:
        labels = tuple(json.loads(text)["probabilities"])
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{where}: not a reading of a timeline") from None
    label_set = _named(labels)

    def numbers(line: str) -> Row:
        row = json.loads(line)
        places = [row[name] for name in ("time", "frame", "track")]
        box = [np.nan] * 4 if row["box"] is None else row["box"]
        if len(box) != 4:
            raise ValueError(f"a box of {len(box)} numbers")
        likely = [row[name][label] for name in ("probabilities", "raw") for label in labels]
        return [float(value) for value in (*places, *box, row["score"], *likely)]

    return label_set, _parsed(chain([first], lines), numbers)


def _parsed(lines: Iterable[Line], parse: Callable[[str], Row]) -> Iterator[Row]:
    for where, line in lines:
        try:
            row = parse(line)
        except KeyError as error:
            raise InputError(f"{where}: there is no {error}") from None
        except (ValueError, TypeError, OverflowError, csv.Error) as error:
            raise InputError(f"{where}: not a reading of a timeline ({error})") from None
        yield row


def _read_parquet(path: Path) -> Timeline:
    pyarrow, parquet = import_parquet()
    with path.open("rb") as source:
        try:
            file = parquet.ParquetFile(source)
            label_set = _label_set(path, file.schema_arrow.names)
            names = number_columns(label_set)
            table = file.read(columns=names)
            columns = [table[name].to_numpy().astype(np.float64) for name in names]
        except InputError:
            raise
        except (pyarrow.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(f"{path}: not a timeline in Parquet ({reason})") from None
    return _from_numbers(path, np.column_stack(columns), label_set)


def _label_set(path: Path, columns: list[str]) -> LabelSet:
    """The label set of a table with these columns, none of which may be missing."""
    labels = dict.fromkeys(name.removeprefix("raw_") for name in columns if name not in _NOT_LABELS)
    label_set = _named(tuple(labels))
    missing = [name for name in _NOT_LABELS if name not in columns] or [
        name for name in number_columns(label_set) if name not in columns
    ]
    if missing or not labels:
        what = ", ".join(missing) or "of a label's probability"
        raise InputError(f"{path}: not a timeline, there is no column {what}")
    return label_set


def _named(labels: tuple[str, ...]) -> LabelSet:
    known = (label_set for label_set in LABEL_SETS.values() if label_set.labels == labels)
    return next(known, LabelSet("custom", labels))
