"""What the data sets of micro-expressions share: the composite's three classes, and clips coded in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from mien.datasets.files import attempt, files_in
from mien.datasets.media import FrameFiles
from mien.datasets.reader import Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import to_integers
from mien.errors import BadSample, DatasetError, MissingExtra
from mien.labels import MICRO3

CLASSES = {
    "happiness": "positive",
    "surprise": "surprise",
    **dict.fromkeys(("disgust", "sadness", "fear", "anger", "contempt", "repression"), "negative"),
}
"""The rule of the composite (MEGC 2019, See et al.); clips of any other emotion are in none of its classes."""

COLUMNS = ("Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units", "Estimated Emotion")
"""What the spreadsheets of CASME II and SAMM both have; spaces and capitals differ."""

_UNIT = re.compile(r"(?:AU)?\s*[LRTBU]?\s*(\d{1,2})\s*([A-E]?)", re.IGNORECASE)


def find_class(emotion: str) -> int | None:
    """The composite's label of an emotion, or None."""
    name = CLASSES.get(emotion.strip().lower())
    return None if name is None else MICRO3.index(name)


def parse_units(text: str) -> dict[int, float | None] | None:
    """Action units as FACS coders write them.

    Parameters
    ----------
    text : str
        Units joined by ``+``, such as ``"4+L7"``, ``"R14"`` or ``"AU12B"``. A letter before the number says which side
        moves and is passed over; A to E after it are the intensities 1 to 5.

    Returns
    -------
    dict from int to (float or None), or None
        As in `Sample.action_units`: only units that are present. None if a part cannot be read so.
    """
    units: dict[int, float | None] = {}
    for part in re.split(r"[+,]", text):
        match = _UNIT.fullmatch(part.strip())
        if match is None:
            return None
        units[int(match[1])] = float("ABCDE".index(match[2].upper()) + 1) if match[2] else None
    return units


def frames_in(folder: Path) -> dict[int, Path]:
    """The pictures of a clip by the number at the end of their names, in the order of the numbers."""
    numbered = ((re.search(r"\d+$", file.stem), file) for file in files_in(folder))
    return dict(sorted((int(match[0]), file) for match, file in numbered if match))


def read_coded_clips(path: Path, place: Callable[[str, str], Path]) -> Rows:
    """The clips that a spreadsheet describes, a row each.

    Parameters
    ----------
    path : Path
        The spreadsheet, xlsx, with `COLUMNS` in its header, wherever that is.
    place : callable
        ``place(subject, filename)`` is the folder of a clip's frames; its parent is named for the subject.

    Raises
    ------
    DatasetError
        If it is not such a spreadsheet.
    MissingExtra
        If openpyxl is not installed.
    """
    for where, row in _read_sheet(path):
        yield attempt(_clip, where, row, place)


def _clip(where: str, row: dict[str, str], place: Callable[[str, str], Path]) -> Sample:
    folder = place(row["subject"], row["filename"])
    if not folder.is_dir():
        raise BadSample(f"{where}: {folder}: no such folder")
    onset, offset = to_integers((row["onsetframe"], row["offsetframe"]), where)
    frames = frames_in(folder)
    numbers = [number for number in frames if onset <= number <= offset]
    if not numbers:
        raise BadSample(f"{where}: {folder} has no frames {onset} to {offset}")
    details: dict[str, str | int | float] = {
        "onset": onset,
        "offset": offset,
        "emotion": row["estimatedemotion"],
        "action_units": row["actionunits"],
    }
    best = len(numbers) // 2
    if row["apexframe"] not in ("", "/"):
        (apex,) = to_integers((row["apexframe"],), where)
        details["apex"] = apex
        # A few apexes of the published tables lie outside their clips; those are slips and say nothing.
        if onset <= apex <= offset:
            if apex not in frames:
                raise BadSample(f"{where}: {folder} has no frame {apex}, the apex")
            best = numbers.index(apex)
    return Sample(
        f"{folder.parent.name}/{folder.name}",
        FrameFiles([frames[number] for number in numbers], best),
        find_class(row["estimatedemotion"]),
        MICRO3,
        subject=folder.parent.name,
        action_units=parse_units(row["actionunits"]),
        details=details,
    )


def _read_sheet(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows after the header, each with file and row, by the names of `COLUMNS` in lower case without spaces."""
    rows = _load(path)
    titles = [[_squeeze(cell) for cell in cells] for cells in rows]
    missing = [[column for column in COLUMNS if _squeeze(column) not in row] for row in titles]
    if [] not in missing:
        nearest = min(missing, key=len) if missing else COLUMNS
        raise DatasetError(f"{path}: there is no column {', '.join(nearest)}")
    top = missing.index([])
    places = {name: titles[top].index(name) for name in map(_squeeze, COLUMNS)}
    for number, cells in enumerate(rows[top + 1 :], top + 2):
        row = {name: cells[column] for name, column in places.items()}
        if row["subject"] or row["filename"]:
            yield f"{path}, row {number}", row


def _load(path: Path) -> list[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise MissingExtra("reading spreadsheets", "train") from None
    try:
        sheet = load_workbook(path, data_only=True).worksheets[0]
        return [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    except Exception as error:  # openpyxl lets through whatever zip and XML raise on a damaged file.
        raise DatasetError(f"{path}: not a spreadsheet that can be read ({error})") from None


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _squeeze(title: str) -> str:
    return "".join(title.lower().split())
