"""FER+ (Barsoum et al. 2016) as it is published: a csv of votes beside FER2013's csv, or folders of pictures.

The label is the one that a majority of the votes agree on, as the published code has it; a picture without a majority
has votes and no label. Rows of the csv without an image name were struck out by the authors and are passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import numpy as np

from mien.datasets import fer2013
from mien.datasets.ferplus import majority_labels
from mien.datasets.files import ListedPicture, attempt, find
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import ByteArray, Sample
from mien.datasets.tables import read_rows, read_table, to_integers
from mien.errors import BadSample, DatasetError
from mien.labels import FERPLUS8

FOLDERS = {"FER2013Train": "train", "FER2013Valid": "public", "FER2013Test": "private"}
"""The published folders, and FER2013's names for the same parts."""

COLUMNS = (*FERPLUS8.labels, "unknown", "NF")
"""The ten vote columns of ``fer2013new.csv``."""


def read(path: Path) -> Rows:
    """All samples of a copy: the folder with both csv files, or the one with the folders of pictures."""
    return _read_folders(path) if (path / "FER2013Train").is_dir() else _read_csv(path)


def _read_csv(path: Path) -> Rows:
    pictures, votes = find(path, "fer2013.csv"), find(path, "fer2013new.csv")
    rows = read_table(votes, ("Usage", "Image name", *COLUMNS))
    for sample, listed in zip_longest(fer2013.read(pictures), rows):
        if sample is None or listed is None:
            raise DatasetError(f"{votes}: it has not as many rows as {pictures}, so they do not belong together")
        where, row = listed
        if not row["Image name"]:
            continue
        yield sample if isinstance(sample, BadSample) else attempt(_with_votes, sample, where, row)


def _with_votes(sample: Sample, where: str, row: dict[str, str]) -> Sample:
    if fer2013.SPLITS.get(row["Usage"]) != sample.split:
        raise BadSample(f"{where}: usage {row['Usage']!r} is not that of {sample.name}", sample.split)
    votes = _votes([row[column] for column in COLUMNS], where, sample.split)
    return replace(sample, label=_label(votes), label_set=FERPLUS8, votes=votes)


def _read_folders(path: Path) -> Rows:
    labels = {split: find(path, f"{folder}/label.csv") for folder, split in FOLDERS.items()}
    for split, file in labels.items():
        for where, cells in read_rows(file):
            yield attempt(_from_folder, file.parent, split, where, cells)


def _from_folder(folder: Path, split: str, where: str, cells: Sequence[str]) -> Sample:
    if len(cells) != 2 + len(COLUMNS):
        raise BadSample(f"{where}: {len(cells)} cells instead of a name, a box and {len(COLUMNS)} votes", split)
    name, box, *counts = cells
    corners = to_integers(box.strip("()").split(","), where, split)
    if len(corners) != 4:
        raise BadSample(f"{where}: {box!r} is not a box of four numbers", split)
    x1, y1, x2, y2 = corners
    votes = _votes(counts, where, split)
    media = ListedPicture(folder / name, where)
    return Sample(f"{folder.name}/{name}", media, _label(votes), FERPLUS8, split, box=(x1, y1, x2, y2), votes=votes)


def _votes(cells: Sequence[str], where: str, split: str | None) -> ByteArray:
    votes = to_integers(cells, where, split)
    if not all(0 <= count <= 255 for count in votes):
        raise BadSample(f"{where}: votes must be counts, not {', '.join(cells)}", split)
    return np.array(votes, np.uint8)


def _label(votes: ByteArray) -> int | None:
    label = int(majority_labels(votes[None])[0])
    return label if label >= 0 else None


FERPLUS = Reader(
    name="ferplus",
    title="FER+ (Barsoum et al. 2016): ten votes for each picture of FER2013",
    needs="fer2013.csv and fer2013new.csv, or FER2013Train/, FER2013Valid/ and FER2013Test/ with fer0000000.png and "
    "label.csv each",
    source="https://github.com/microsoft/FERPlus (the votes); the pictures are FER2013's",
    read=read,
    label_set=FERPLUS8,
    splits=tuple(FOLDERS.values()),
    cropped=True,
    # Pictures with a majority.
    published={
        split: dict(zip(FERPLUS8.labels, counts, strict=True))
        for split, counts in {
            "train": (8740, 7287, 3149, 3014, 2100, 119, 532, 119),
            "public": (1182, 865, 415, 351, 287, 24, 62, 13),
            "private": (1090, 893, 396, 384, 273, 18, 83, 16),
        }.items()
    },
)
