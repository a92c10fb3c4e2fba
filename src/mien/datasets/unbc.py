"""UNBC-McMaster shoulder pain archive (Lucey et al. 2011): faces in pain, FACS-coded frame by frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.datasets.files import attempt, files_in, find, folders_in
from mien.datasets.media import Picture
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_numbers
from mien.errors import BadSample, DatasetError

CODED = (4, 6, 7, 9, 10, 12, 20, 25, 26, 27, 43)
"""The action units that were looked for in every frame."""

LANDMARKS = 66

SCORES = {"OPR": "opr", "VAS": "vas", "AFF": "aff", "SEN": "sen"}
"""Folders of the scores of whole sequences, and what they are called in `Sample.details`.

OPR is what an observer saw (0 to 5); VAS (0 to 10), AFF and SEN are what the person said.
"""

_CLOSED_EYES = 43  # present or not; it has no intensity


def pspi(action_units: Mapping[int, float | None]) -> float:
    """Pain intensity by Prkachin and Solomon (2008): ``AU4 + max(AU6, AU7) + max(AU9, AU10) + AU43``, 0 to 16.

    A unit that is present at an unknown intensity counts 1, as AU43 always does.
    """
    level = {unit: 1.0 if intensity is None else intensity for unit, intensity in action_units.items()}
    brow, cheek, lid, nose, lip, eyes = (level.get(unit, 0.0) for unit in (4, 6, 7, 9, 10, _CLOSED_EYES))
    return brow + max(cheek, lid) + max(nose, lip) + min(eyes, 1.0)


def read(path: Path) -> Rows:
    """All frames, folder by folder."""
    images, _ = find(path, "Images"), find(path, "Frame_Labels/FACS")
    for subject in folders_in(images):
        for sequence in folders_in(subject):
            yield from _read_sequence(path, sequence)


def _read_sequence(root: Path, folder: Path) -> Rows:
    scores = attempt(_read_scores, root, f"{folder.parent.name}/{folder.name}")
    if isinstance(scores, BadSample):
        yield scores
    else:
        for picture in files_in(folder):
            yield attempt(_read_frame, root, picture, scores)


def _read_scores(root: Path, sequence: str) -> dict[str, float]:
    folders = {name: root / "Sequence_Labels" / kind for kind, name in SCORES.items()}
    return {name: _read_number(folder / f"{sequence}.txt") for name, folder in folders.items() if folder.is_dir()}


def _read_frame(root: Path, picture: Path, scores: Mapping[str, float]) -> Sample:
    sequence = picture.parent
    place = Path(sequence.parent.name, sequence.name)
    number = re.search(r"\d+$", picture.stem)
    if number is None:
        raise BadSample(f"{picture}: the name does not end in the number of the frame")
    action_units = _read_facs(root / "Frame_Labels/FACS" / place / f"{picture.stem}_facs.txt")
    pain, landmarks = root / "Frame_Labels/PSPI", root / "AAM_landmarks"
    pain_file = pain / place / f"{picture.stem}_facs.txt"
    return Sample(
        (place / picture.name).as_posix(),
        Picture(picture),
        subject=sequence.parent.name,
        landmarks=_read_landmarks(landmarks / place / f"{picture.stem}_aam.txt") if landmarks.is_dir() else None,
        action_units=action_units,
        details={
            "sequence": sequence.name,
            "frame": int(number[0]),
            "pspi": _read_number(pain_file) if pain.is_dir() else pspi(action_units),
            **scores,
        },
    )


def _read_facs(file: Path) -> dict[int, float | None]:
    """A line a unit that is present: unit, intensity (0 where none was given), and the frames of onset and offset."""
    units: dict[int, float | None] = dict.fromkeys(CODED, 0.0)
    for number, line in enumerate(_read_lines(file), 1):
        if len(line) < 2 or line[0] not in range(1, 100) or not 0 <= line[1] <= 5:
            raise BadSample(f"{file}, line {number}: not an action unit and its intensity from 0 to 5")
        unit = int(line[0])
        units[unit] = None if unit == _CLOSED_EYES or line[1] == 0 else line[1]
    return units


def _read_landmarks(file: Path) -> npt.NDArray[np.float32]:
    lines = _read_lines(file)
    if len(lines) != LANDMARKS or any(len(line) != 2 for line in lines):
        raise BadSample(f"{file}: not {LANDMARKS} lines of x and y")
    return np.array(lines, np.float32)


def _read_number(file: Path) -> float:
    lines = _read_lines(file)
    if len(lines) != 1 or len(lines[0]) != 1:
        raise BadSample(f"{file}: not one number")
    return lines[0][0]


def _read_lines(file: Path) -> list[list[float]]:
    try:
        return [numbers for _, numbers in read_numbers(file)]
    except DatasetError as error:
        # One of many thousand files: the other frames can be used.
        raise BadSample(str(error)) from None


UNBC = Reader(
    name="unbc",
    title="UNBC-McMaster Shoulder Pain Expression Archive (Lucey et al. 2011)",
    needs="Images/ and Frame_Labels/ (FACS and PSPI); AAM_landmarks/ and Sequence_Labels/ are read if there",
    source="Affect Analysis Group, University of Pittsburgh",
    read=read,
    published={"all": {"": 48398}},
)
