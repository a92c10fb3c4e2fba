"""FER2013 (Goodfellow et al. 2013) with, where the copy has them, the FER+ votes (Barsoum et al. 2016).

Three copies go around: the original ``fer2013.csv``, Kaggle's image folders and a Parquet file. The folders have
their classes in alphabetical order, the csv has not: a known trap, so this reader goes by name.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mien.datasets.data import FaceData
from mien.errors import DatasetError, MissingExtra, UnknownName
from mien.labels import EKMAN7

SIZE = 48
USAGES = {"train": "Training", "public": "PublicTest", "private": "PrivateTest"}
"""Split names of this package and of the original file."""

# Kaggle's folders hold both test splits in one; file names do not tell them apart.
FOLDERS = {"train": "train", "public": "test", "private": "test"}
FOLDER_LABELS = {"angry": 0, "disgust": 1, "fear": 2, "happy": 3, "sad": 4, "surprise": 5, "neutral": 6}


def read_fer2013(path: str | Path, split: str) -> FaceData:
    """Read one split of FER2013.

    Parameters
    ----------
    path : str or Path
        ``fer2013.csv``, a Parquet file with columns ``usage``, ``emotion``, ``image`` and optionally
        ``ferplus_votes``, or the folder that holds Kaggle's ``train`` and ``test`` folders.
    split : {"train", "public", "private"}
        Training, PublicTest or PrivateTest.

    Returns
    -------
    FaceData
        48x48 pictures in the order of the file; labels in ``ekman7``.

    Raises
    ------
    UnknownName
        If there is no such split.
    DatasetError
        If the copy is missing, damaged or lacks the split.
    """
    path = Path(path)
    if split not in USAGES:
        raise UnknownName("FER2013 split", split, USAGES)
    if path.is_dir():
        data = _read_folders(path, split)
    elif not path.exists():
        raise DatasetError(f"{path}: no such file or folder")
    elif path.suffix == ".csv":
        data = _read_csv(path, USAGES[split])
    else:
        data = _read_parquet(path, USAGES[split])
    strange = set(data.labels.tolist()) - set(range(len(EKMAN7)))
    if strange:
        raise DatasetError(f"{path}: label {strange.pop()} is none of FER2013's 0 to 6")
    if not len(data):
        raise DatasetError(f"{path}: this copy of FER2013 holds no {USAGES[split]} pictures")
    return data


def _read_csv(path: Path, usage: str) -> FaceData:
    csv.field_size_limit(sys.maxsize)
    images, labels = [], []
    with path.open(newline="") as file:
        reader = csv.DictReader(file)
        if not {"emotion", "pixels", "Usage"} <= set(reader.fieldnames or ()):
            raise DatasetError(f"{path}: not FER2013's csv; its columns are emotion, pixels, Usage")
        for row in reader:
            if row["Usage"] != usage:
                continue
            pixels = np.array((row["pixels"] or "").split(), np.uint8)
            if pixels.size != SIZE * SIZE:
                raise DatasetError(f"{path}, line {reader.line_num}: {pixels.size} pixels instead of {SIZE * SIZE}")
            images.append(pixels.reshape(SIZE, SIZE))
            labels.append(int(row["emotion"]))
    return _face_data(images, labels)


def _read_folders(path: Path, split: str) -> FaceData:
    images, labels = [], []
    for name, label in FOLDER_LABELS.items():
        folder = path / FOLDERS[split] / name
        if not folder.is_dir():
            raise DatasetError(f"{folder}: no such folder; Kaggle's copy has train/ and test/, seven classes each")
        for file in sorted(folder.iterdir()):
            images.append(_decode(file.read_bytes(), file))
            labels.append(label)
    return _face_data(images, labels)


def _read_parquet(path: Path, usage: str) -> FaceData:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra("reading Parquet", "train") from None
    try:
        table = pq.read_table(path, filters=[("usage", "=", usage)])
        images = [_decode(data, f"{path}, row {i}") for i, data in enumerate(table["image"].to_pylist())]
        labels = table["emotion"].to_numpy()
    except (pa.ArrowException, KeyError) as error:
        raise DatasetError(f"{path}: not FER2013 as Parquet ({error})") from None
    votes = None
    if "ferplus_votes" in table.column_names:
        votes = np.array(table["ferplus_votes"].to_pylist(), np.uint8).reshape(-1, 10)
    return _face_data(images, labels, votes)


def _decode(data: bytes, where: object) -> npt.NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if image is None or image.shape != (SIZE, SIZE):
        raise DatasetError(f"{where}: not a {SIZE}x{SIZE} picture")
    return np.asarray(image, np.uint8)


def _face_data(
    images: Sequence[npt.NDArray[np.uint8]],
    labels: Iterable[int] | npt.NDArray[np.integer],
    votes: npt.NDArray[np.uint8] | None = None,
) -> FaceData:
    stacked = np.stack(images) if images else np.zeros((0, SIZE, SIZE), np.uint8)
    return FaceData(stacked, np.asarray(labels, np.int64), EKMAN7, votes)
