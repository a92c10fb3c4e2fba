"""SMIC (Li et al. 2013): micro-expressions, the same moments by up to three cameras."""

from __future__ import annotations

import re
from pathlib import Path

from mien.datasets.files import folders_in
from mien.datasets.media import FrameFiles
from mien.datasets.micro import frames_in
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.errors import BadSample, DatasetError
from mien.labels import MICRO3

CAMERAS = {"HS": "hs", "VIS": "vis", "NIR": "nir"}
"""Folders and splits: high speed (100 frames a second), ordinary and near infra-red (both 25)."""


def read(path: Path) -> Rows:
    """All clips of the cameras that are there; apexes were not coded, so the best frame is the middle one."""
    cameras = [camera for camera in CAMERAS if (path / camera).is_dir()]
    if not cameras:
        raise DatasetError(f"{path}: none of the folders {', '.join(CAMERAS)} is here")
    for camera in cameras:
        for person in folders_in(path / camera):
            micro = person / "micro"
            for folder in folders_in(micro) if micro.is_dir() else ():
                for clip in folders_in(folder):
                    yield _sample(path, clip, CAMERAS[camera])


def _sample(root: Path, clip: Path, split: str) -> Sample | BadSample:
    person, word = clip.parents[2].name, clip.parent.name
    number = re.fullmatch(r"s(\d+)", person)
    if number is None or word not in MICRO3.labels:
        return BadSample(f"{clip}: not a clip s01/micro/CLASS/NAME of the class {', '.join(MICRO3.labels)}", split)
    frames = list(frames_in(clip).values())
    if not frames:
        return BadSample(f"{clip}: no pictures in this folder", split)
    return Sample(
        clip.relative_to(root).as_posix(),
        FrameFiles(frames, len(frames) // 2),
        MICRO3.index(word),
        MICRO3,
        split,
        subject=f"s{int(number[1]):02d}",
    )


SMIC = Reader(
    name="smic",
    title="SMIC, Spontaneous Micro-expression Database (Li et al. 2013)",
    needs="HS/, VIS/ or NIR/ with clips s03/micro/positive/s03_po_11/, a picture a frame",
    source="Center for Machine Vision and Signal Analysis, University of Oulu",
    read=read,
    label_set=MICRO3,
    splits=tuple(CAMERAS.values()),
    published={
        "hs": {"": 164, "negative": 70, "positive": 51, "surprise": 43},
        "vis": {"": 71},
        "nir": {"": 71},
    },
)
