"""CK+48: the last three frames of each labelled sequence of CK+, cut to 48 x 48 pixels, in folders of their classes.

The order of the samples (`FOLDERS`, by name in each) is that of the h5 file that published folds count by. Those folds
share subjects; `Sample.subject` makes folds that do not.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from mien.datasets.files import attempt, read_class
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Sample
from mien.errors import BadSample
from mien.labels import FERPLUS8

FOLDERS = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
    "contempt": "contempt",
}
"""The folders and their labels, in the order of the samples."""

_NAME = re.compile(r".*/(S\d{3})_\d{3}_\d{8}\.\w+")


def read(path: Path) -> Rows:
    """All pictures, class after class."""
    for folder, label in FOLDERS.items():
        for row in read_class(path, path / folder, FERPLUS8.index(label), FERPLUS8):
            yield row if isinstance(row, BadSample) else attempt(_with_subject, path, row)


def _with_subject(path: Path, sample: Sample) -> Sample:
    match = _NAME.fullmatch(sample.name)
    if match is None:
        raise BadSample(f"{path / sample.name}: the name is not of the form S010_004_00000017.png")
    return replace(sample, subject=match[1])


CKPLUS48 = Reader(
    name="ckplus48",
    title="CK+48: 981 pictures of 48 x 48 pixels from CK+ (Lucey et al. 2010)",
    needs="anger/, disgust/, fear/, happy/, sadness/, surprise/ and contempt/ with S010_004_00000017.png and on",
    source="CK+ is asked for at Jeffrey Cohn's group, University of Pittsburgh",
    read=read,
    label_set=FERPLUS8,
    cropped=True,
    published={
        ALL: {
            "": 981,
            "anger": 135,
            "disgust": 177,
            "fear": 75,
            "happiness": 207,
            "sadness": 84,
            "surprise": 249,
            "contempt": 54,
        }
    },
)
