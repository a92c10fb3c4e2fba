"""AffectNet (Mollahosseini et al. 2017), in both forms in which it has been given out.

The first is a csv a split with the face's box, 68 landmarks, expression, valence and arousal; pictures that show no
expression, an uncertain one or no face have no label. The second is a folder a split with pictures of 224 x 224 pixels
and four small .npy files for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.datasets.files import ListedPicture, attempt, files_in, find
from mien.datasets.media import Picture
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_table, to_numbers
from mien.errors import BadSample
from mien.labels import FERPLUS8

EXPRESSIONS = (
    "neutral",
    "happiness",
    "sadness",
    "surprise",
    "fear",
    "disgust",
    "anger",
    "contempt",
    "none",
    "uncertain",
    "no face",
)
"""What the numbers of the expressions mean; the last three are no label."""

TABLES = {"train": "training.csv", "val": "validation.csv"}
FOLDERS = {"train": "train_set", "val": "val_set"}

LANDMARKS = 68

NOT_RATED = -2
"""Valence and arousal where there are none."""

_COLUMNS = (
    "subDirectory_filePath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
)


def read(path: Path) -> Rows:
    """All samples of a copy, in either form."""
    return _read_folders(path) if (path / FOLDERS["train"]).is_dir() else _read_tables(path)


def _read_tables(path: Path) -> Rows:
    tables = {split: find(path, name) for split, name in TABLES.items()}
    images = find(path, "Manually_Annotated_Images")
    for split, table in tables.items():
        for where, row in read_table(table, _COLUMNS):
            yield attempt(_from_row, images, split, where, row)


def _from_row(images: Path, split: str, where: str, row: dict[str, str]) -> Sample:
    ratings = to_numbers([row[column] for column in ("expression", "valence", "arousal")], where, split)
    label, details = _expression(ratings, where, split)
    x, y, width, height = to_numbers([row[column] for column in _COLUMNS[1:5]], where, split)
    points = to_numbers(row["facial_landmarks"].split(";"), where, split)
    if len(points) != 2 * LANDMARKS:
        raise BadSample(f"{where}: {len(points)} numbers instead of {LANDMARKS} landmarks", split)
    name = row["subDirectory_filePath"]
    return Sample(
        name,
        ListedPicture(images / name, where),
        label,
        FERPLUS8,
        split,
        box=(x, y, x + width, y + height),
        landmarks=_points(points),
        details=details,
    )


def _read_folders(path: Path) -> Rows:
    for split, name in FOLDERS.items():
        folder = find(path, name)
        find(folder, "annotations")
        for file in files_in(find(folder, "images")):
            yield attempt(_from_files, path, folder, split, file)


def _from_files(path: Path, folder: Path, split: str, file: Path) -> Sample:
    stem = folder / "annotations" / file.stem
    ratings = [_load(Path(f"{stem}_{kind}.npy"), 1, split)[0] for kind in ("exp", "val", "aro")]
    label, details = _expression(ratings, str(file), split)
    landmarks = _points(_load(Path(f"{stem}_lnd.npy"), 2 * LANDMARKS, split))
    return Sample(
        file.relative_to(path).as_posix(), Picture(file), label, FERPLUS8, split, landmarks=landmarks, details=details
    )


def _load(file: Path, count: int, split: str) -> list[float]:
    try:
        values = np.load(file, allow_pickle=False).ravel()
    except OSError as error:
        raise BadSample(f"{file}: {error.strerror}", split) from None
    except (ValueError, EOFError) as error:
        raise BadSample(f"{file}: not an array ({error})", split) from None
    if len(values) != count:
        raise BadSample(f"{file}: {len(values)} values instead of {count}", split)
    # Some of the files hold numbers, some the same as text.
    return to_numbers(map(str, values), str(file), split)


def _expression(ratings: Sequence[float], where: str, split: str) -> tuple[int | None, dict[str, str | int | float]]:
    code, valence, arousal = ratings
    if code not in range(len(EXPRESSIONS)):
        raise BadSample(f"{where}: expression {code:g} is none of AffectNet's 0 to {len(EXPRESSIONS) - 1}", split)
    details: dict[str, str | int | float] = {}
    if valence != NOT_RATED and arousal != NOT_RATED:
        details = {"valence": valence, "arousal": arousal}
    word = EXPRESSIONS[int(code)]
    if word in FERPLUS8.labels:
        return FERPLUS8.index(word), details
    return None, details | {"expression": word}


def _points(numbers: Sequence[float]) -> npt.NDArray[np.float32]:
    return np.array(numbers, np.float32).reshape(LANDMARKS, 2)


AFFECTNET = Reader(
    name="affectnet",
    title="AffectNet, its manually annotated part (Mollahosseini et al. 2017)",
    needs="training.csv, validation.csv and Manually_Annotated_Images/, or train_set/ and val_set/ with images/0.jpg "
    "and annotations/0_exp.npy, 0_val.npy, 0_aro.npy, 0_lnd.npy each",
    source="Mohammad Mahoor's group, University of Denver",
    read=read,
    label_set=FERPLUS8,
    splits=tuple(TABLES),
    published={
        "train": {
            "neutral": 74_874,
            "happiness": 134_415,
            "sadness": 25_459,
            "surprise": 14_090,
            "fear": 6_378,
            "disgust": 3_803,
            "anger": 24_882,
            "contempt": 3_750,
        },
        # Of contempt there are 500 in the first form, 499 in the second.
        "val": {label: 500 for label in FERPLUS8.labels if label != "contempt"} | {"contempt": 499},
    },
)
