"""Tables and lists that come with data sets, a row at a time, each with its file and line for messages."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from mien.errors import BadSample, DatasetError

T = TypeVar("T")


def read_table(path: Path, columns: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a csv with a header.

    Parameters
    ----------
    path : Path
        The file, UTF-8.
    columns : iterable of str
        What the header must have; other columns may be there.

    Yields
    ------
    where : str
        File and line.
    row : dict from str to str
        The cells by column, stripped; a row that is too short has empty ones.

    Raises
    ------
    DatasetError
        If the file cannot be read or lacks one of `columns`.
    """
    rows = read_rows(path)
    where, header = next(rows, (f"{path}, line 1", []))
    missing = [column for column in columns if column not in header]
    if missing:
        raise DatasetError(f"{where}: there is no column {', '.join(missing)} in the header")
    for where, cells in rows:
        yield where, dict.fromkeys(header, "") | dict(zip(header, cells, strict=False))


def read_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The rows of a csv, each with file and line; cells are stripped and empty lines passed over."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for cells in reader:
                if cells:
                    yield f"{path}, line {reader.line_num}", [cell.strip() for cell in cells]
    except (csv.Error, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: not a csv in UTF-8 ({error})") from None
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}") from None


def read_words(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The lines of a list as words, each with file and line; empty lines are passed over."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if words := line.split():
                    yield f"{path}, line {number}", words
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not a text in UTF-8 ({error})") from None
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}") from None


def read_numbers(path: Path) -> Iterator[tuple[str, list[float]]]:
    """The lines of a file of numbers, as `read_words`; raises `BadSample` at the line that is none."""
    for where, words in read_words(path):
        yield where, to_numbers(words, where)


def to_numbers(cells: Iterable[str], where: str, split: str | None = None) -> list[float]:
    """Cells as numbers; raises `BadSample` naming `where` if one is none."""
    return _convert(float, "a number", cells, where, split)


def to_integers(cells: Iterable[str], where: str, split: str | None = None) -> list[int]:
    """Cells as whole numbers; raises `BadSample` naming `where` if one is none."""
    return _convert(int, "a whole number", cells, where, split)


def _convert(kind: Callable[[str], T], what: str, cells: Iterable[str], where: str, split: str | None) -> list[T]:
    numbers = []
    for cell in cells:
        try:
            numbers.append(kind(cell))
        except ValueError:
            raise BadSample(f"{where}: {cell!r} is not {what}", split) from None
    return numbers
