"""BP4D-Spontaneous (Zhang et al. 2014): 41 people in eight tasks; action units coded in stretches of each video.

The number of coded frames is that of M. Valstar et al., "FERA 2015", FG 2015: 75,586 of 21 people to train on and
71,261 of the other 20 to develop on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mien.datasets.files import attempt, files_in, find
from mien.datasets.media import Picture
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_rows, to_integers
from mien.errors import BadSample, DatasetError

INTENSITY_UNITS = (6, 10, 12, 14, 17)
"""The units whose intensity was coded."""

FOLDS = (
    ("F001", "M007", "F018", "F008", "F002", "M004", "F010", "F009", "M012", "M001", "F016", "M014", "F023", "M008"),
    ("M011", "F003", "M010", "M002", "F005", "F022", "M018", "M017", "F013", "M016", "F020", "F011", "M013", "M005"),
    ("F007", "F015", "F006", "F019", "M006", "M009", "F012", "M003", "F004", "F021", "F017", "M015", "F014"),
)
"""The subjects of the three subject-exclusive folds that the field compares on (as in Corneanu et al. 2018)."""

_UNKNOWN = 9
_LAST_UNIT = 46  # Columns of higher numbers are movements of head and eyes, and what is hidden.

Intensities = Mapping[int, Mapping[int, int]]
"""By unit and frame: 0 to 5, or 9."""


def read(path: Path) -> Rows:
    """All frames whose action units were coded, task by task."""
    occurrences = find(path, "AU_OCC", "AUCoding/AU_OCC")
    empty = True
    for file in files_in(occurrences, (".csv",)):
        empty = False
        yield from _read_task(path, occurrences.with_name("AU_INT"), file)
    if empty:
        raise DatasetError(f"{occurrences}: no files F001_T1.csv and so on here")


def _read_task(root: Path, intensity_folder: Path, file: Path) -> Rows:
    match = re.fullmatch(r"([FM]\d{3})_(T\d)", file.stem)
    if match is None:
        yield BadSample(f"{file}: the name is not of the form F001_T1")
        return
    subject, task = match.groups()
    folder = next((f for f in (root / subject / task, root / "2D+3D" / subject / task) if f.is_dir()), None)
    if folder is None:
        yield BadSample(f"{root / subject / task}: no such folder")
        return
    rows = read_rows(file)
    where, header = next(rows, (f"{file}, line 1", []))
    units = attempt(to_integers, header[1:], where)
    intensities = attempt(_read_intensities, intensity_folder, file.stem)
    for error in (units, intensities):
        if isinstance(error, BadSample):
            yield error
            return
    # Names have three or four digits.
    pictures = {int(picture.stem): picture for picture in files_in(folder) if picture.stem.isdecimal()}
    for where, cells in rows:
        yield attempt(_frame, where, cells, units, intensities, folder, pictures)


def _read_intensities(folder: Path, stem: str) -> Intensities:
    if not folder.is_dir():
        return {}
    return {unit: _read_levels(folder / f"AU{unit:02d}" / f"{stem}_AU{unit:02d}.csv") for unit in INTENSITY_UNITS}


def _read_levels(file: Path) -> dict[int, int]:
    if not file.is_file():
        raise BadSample(f"{file}: no such file")
    levels = {}
    for where, cells in read_rows(file):
        numbers = to_integers(cells, where)
        if len(numbers) != 2 or numbers[1] not in (*range(6), _UNKNOWN):
            raise BadSample(f"{where}: not a frame and an intensity from 0 to 5, or 9")
        levels[numbers[0]] = numbers[1]
    return levels


def _frame(
    where: str,
    cells: list[str],
    units: list[int],
    intensities: Intensities,
    folder: Path,
    pictures: Mapping[int, Path],
) -> Sample:
    frame, *codes = to_integers(cells, where)
    if len(codes) != len(units):
        raise BadSample(f"{where}: {len(codes)} codes for {len(units)} columns")
    face = {unit: code for unit, code in zip(units, codes, strict=True) if unit <= _LAST_UNIT}
    if not set(face.values()) <= {0, 1, _UNKNOWN}:
        raise BadSample(f"{where}: the codes of action units are 0, 1 and 9")
    if frame not in pictures:
        raise BadSample(f"{where}: {folder} has no picture {frame:04d}.jpg")
    present = {unit: None if code else 0.0 for unit, code in face.items() if code != _UNKNOWN}
    for unit, levels in intensities.items():
        level = levels.get(frame, _UNKNOWN)
        if level != _UNKNOWN:
            present[unit] = float(level)
    subject, task = folder.parent.name, folder.name
    return Sample(
        f"{subject}/{task}/{pictures[frame].name}",
        Picture(pictures[frame]),
        subject=subject,
        action_units=present,
        details={"task": task, "frame": frame},
    )


BP4D = Reader(
    name="bp4d",
    title="BP4D-Spontaneous (Zhang et al. 2014)",
    needs="F001/T1/0001.jpg and AU_OCC/F001_T1.csv, and so on; AU_INT/AU06/F001_T1_AU06.csv is read if there",
    source="Binghamton University",
    read=read,
    published={ALL: {"": 75_586 + 71_261}},
)
