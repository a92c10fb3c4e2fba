"""FER2013 (Goodfellow et al. 2013) with, where the copy has them, the FER+ votes (Barsoum et al. 2016).

Three copies go around: the original ``fer2013.csv``, Kaggle's image folders and a Parquet file. The folders have
their classes in alphabetical order, the csv has not: a known trap, so this reader goes by name.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.datasets.files import ListedPicture, attempt, files_in
from mien.datasets.media import Media, Picture, Pixels
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_table
from mien.errors import BadSample, DatasetError, MissingExtra, UnreadableImage
from mien.labels import EKMAN7

SIZE = 48
VOTES = 10
"""FER+ votes of a picture: eight emotions, unknown, not a face."""
SPLITS = {"Training": "train", "PublicTest": "public", "PrivateTest": "private"}
"""Names of the parts in the original file and here."""

# Kaggle's folder of test pictures holds both test splits: PublicTest_8514439.jpg, PrivateTest_10131363.jpg. Where the
# names were changed since, nothing tells them apart, and all are taken for the split that is not chosen by.
FOLDERS = {"train": "train", "test": "private"}

COUNTS = {
    "train": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "public": (467, 56, 496, 895, 653, 415, 607),
    "private": (491, 55, 528, 879, 594, 416, 626),
}


@dataclass(frozen=True)
class _PixelText:
    """A picture as the csv has it: grey values in writing, read when asked for."""

    text: str
    where: str

    def image(self) -> npt.NDArray[np.uint8]:
        try:
            values = np.array(self.text.split(), np.uint8)
        except (ValueError, OverflowError) as error:
            raise UnreadableImage(self.where, f"pixels must be numbers from 0 to 255 ({error})") from None
        if values.size != SIZE * SIZE:
            raise UnreadableImage(self.where, f"{values.size} pixels instead of {SIZE * SIZE}")
        return Pixels(values.reshape(SIZE, SIZE)).image()

    def frames(self) -> Iterator[npt.NDArray[np.uint8]]:
        yield self.image()


def read(path: Path) -> Rows:
    """All samples of a copy: the csv, the Parquet file or the folder of Kaggle's folders."""
    if path.is_dir():
        return _read_folders(path)
    return _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)


def _read_csv(path: Path) -> Rows:
    csv.field_size_limit(sys.maxsize)
    for where, row in read_table(path, ("emotion", "pixels", "Usage")):
        yield attempt(_sample, where, row["emotion"], row["Usage"], _PixelText(row["pixels"], where))


def _read_folders(path: Path) -> Rows:
    for folder, split in FOLDERS.items():
        for label, name in sorted(enumerate(EKMAN7.labels), key=lambda pair: pair[1]):
            files = path / folder / name
            if not files.is_dir():
                raise DatasetError(f"{files}: no such folder; Kaggle's copy has train/ and test/, seven classes each")
            empty = True
            for file in files_in(files):
                empty = False
                part = SPLITS.get(file.stem.partition("_")[0], split)
                yield Sample(file.relative_to(path).as_posix(), Picture(file), label, EKMAN7, part)
            if empty:
                yield BadSample(f"{files}: nothing in the folder of class {name!r}", split)


def _read_parquet(path: Path) -> Rows:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtra("reading Parquet", "train") from None
    try:
        with pq.ParquetFile(path) as file:
            missing = {"usage", "emotion", "image"} - set(file.schema_arrow.names)
            if missing:
                raise DatasetError(f"{path}: not FER2013 as Parquet; it lacks the column {', '.join(sorted(missing))}")
            number = 0
            for batch in file.iter_batches(1024):
                for row in batch.to_pylist():
                    number += 1
                    where = f"{path}, row {number}"
                    media = ListedPicture(row["image"] or b"", where)
                    yield attempt(_sample, where, row["emotion"], row["usage"], media, row.get("ferplus_votes"))
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{path}: not FER2013 as Parquet ({error})") from None


def _sample(where: str, emotion: object, usage: str, media: Media, votes: list[int] | None = None) -> Sample:
    split = SPLITS.get(usage)
    if split is None:
        raise BadSample(f"{where}: usage {usage!r} is none of {', '.join(SPLITS)}")
    if str(emotion) not in map(str, range(len(EKMAN7))):
        raise BadSample(f"{where}: label {emotion} is none of FER2013's 0 to 6", split)
    if votes is not None and (len(votes) != VOTES or not all(count in range(256) for count in votes)):
        raise BadSample(f"{where}: ferplus_votes are not {VOTES} counts", split)
    counts = None if votes is None else np.array(votes, np.uint8)
    return Sample(where, media, int(str(emotion)), EKMAN7, split, votes=counts)


FER2013 = Reader(
    name="fer2013",
    title="FER2013 (Goodfellow et al. 2013), with FER+ votes (Barsoum et al. 2016) in the Parquet copy",
    needs="fer2013.csv, Kaggle's image folders train/ and test/, or Parquet with usage, emotion, image, ferplus_votes",
    source="https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
    read=read,
    label_set=EKMAN7,
    splits=tuple(SPLITS.values()),
    cropped=True,
    published={
        split: {"": sum(counts)} | dict(zip(EKMAN7.labels, counts, strict=True)) for split, counts in COUNTS.items()
    },
)
