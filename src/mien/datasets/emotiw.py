"""AFEW and SFEW, Acted and Static Facial Expressions in the Wild (Dhall et al. 2012, 2011): film clips, and frames.

Both have a folder a part and in it a folder a class. The test part has no labels and is not read. Published counts: of
SFEW 2.0 by A. Dhall et al., "Video and image based emotion recognition challenges in the wild: EmotiW 2015", ICMI 2015;
of AFEW by A. Dhall et al., "EmotiW 2016", ICMI 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mien.datasets.files import PICTURES, VIDEOS, find, read_class
from mien.datasets.media import Media, Picture, VideoFile
from mien.datasets.reader import Reader, Rows
from mien.labels import EKMAN7

SPLITS = {"train": "Train", "val": "Val"}
"""The parts and their folders."""

FOLDERS = {
    "Angry": "angry",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happy": "happy",
    "Neutral": "neutral",
    "Sad": "sad",
    "Surprise": "surprise",
}
"""The folders in each part and their labels."""


def read_afew(path: Path) -> Rows:
    """All clips."""
    return _read(path, VIDEOS, VideoFile)


def read_sfew(path: Path) -> Rows:
    """All pictures."""
    return _read(path, PICTURES, Picture)


def _read(path: Path, extensions: tuple[str, ...], media: Callable[[Path], Media]) -> Rows:
    parts = {split: find(path, part) for split, part in SPLITS.items()}
    for split, part in parts.items():
        for folder, label in FOLDERS.items():
            yield from read_class(path, part / folder, EKMAN7.index(label), EKMAN7, split, extensions, media)


AFEW = Reader(
    name="afew",
    title="AFEW, Acted Facial Expressions in the Wild (Dhall et al. 2012): film clips",
    needs="Train/ and Val/ with Angry/, Disgust/, Fear/, Happy/, Neutral/, Sad/ and Surprise/ of .avi files each",
    source="Abhinav Dhall's group, as part of the EmotiW challenge",
    read=read_afew,
    label_set=EKMAN7,
    splits=tuple(SPLITS),
    published={
        "train": {"": 773} | dict(zip(FOLDERS.values(), (133, 74, 81, 150, 144, 117, 74), strict=True)),
        "val": {"": 383} | dict(zip(FOLDERS.values(), (64, 40, 46, 63, 63, 61, 46), strict=True)),
    },
)

SFEW = Reader(
    name="sfew",
    title="SFEW 2.0, Static Facial Expressions in the Wild (Dhall et al. 2011): frames of films",
    needs="Train/ and Val/ with Angry/, Disgust/, Fear/, Happy/, Neutral/, Sad/ and Surprise/ of .png files each",
    source="Abhinav Dhall's group, as part of the EmotiW challenge",
    read=read_sfew,
    label_set=EKMAN7,
    splits=tuple(SPLITS),
    published={
        "train": {"": 958} | dict(zip(FOLDERS.values(), (178, 66, 98, 198, 150, 172, 96), strict=True)),
        "val": {"": 436} | dict(zip(FOLDERS.values(), (77, 23, 47, 73, 86, 73, 57), strict=True)),
    },
)
