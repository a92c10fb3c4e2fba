"""SCface, Surveillance Cameras Face Database (Grgic et al. 2011): who, seen by which camera; no expressions.

Distance 1 is the farthest of three, 4.2 m, then 2.6 m and 1 m; cameras 6 to 8 see infrared. The mugshots turn in four
steps to each side, L1 to L4 and R1 to R4.
"""

from __future__ import annotations

import re
from pathlib import Path

from mien.datasets.files import files_in, find
from mien.datasets.media import Picture
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Sample
from mien.errors import BadSample

FOLDERS = (
    "mugshot_frontal_cropped_all",
    "mugshot_rotation_all",
    "surveillance_cameras_distance_1",
    "surveillance_cameras_distance_2",
    "surveillance_cameras_distance_3",
    "surveillance_cameras_IR_cam8",
)
"""The folders that hold each picture once; ``surveillance_cameras_all`` has some of them again."""

_NAME = re.compile(
    r"(?P<subject>\d{3})_(?:(?P<view>frontal|[LR][1-4])|cam(?P<camera>[1-8])(?:_(?P<distance>[1-3]))?)",
    re.IGNORECASE,
)


def read(path: Path) -> Rows:
    """All pictures, folder after folder."""
    for folder in FOLDERS:
        for file in files_in(find(path, folder)):
            yield _sample(path, file)


def _sample(path: Path, file: Path) -> Sample | BadSample:
    match = _NAME.fullmatch(file.stem)
    if match is None:
        return BadSample(
            f"{file}: the name is not of the form 001_cam1_1.jpg, 001_cam8.jpg, 001_frontal.jpg or 001_L1.jpg"
        )
    details: dict[str, str | int | float] = {}
    if match["view"]:
        details["view"] = match["view"]
    if match["camera"]:
        details["camera"] = int(match["camera"])
    if match["distance"]:
        details["distance"] = int(match["distance"])
    return Sample(file.relative_to(path).as_posix(), Picture(file), subject=match["subject"], details=details)


SCFACE = Reader(
    name="scface",
    title="SCface, Surveillance Cameras Face Database (Grgic et al. 2011): no expressions",
    needs=f"{', '.join(f'{folder}/' for folder in FOLDERS)} with 001_frontal.jpg, 001_L1.jpg, 001_cam1_1.jpg and on",
    source="https://www.scface.org",
    read=read,
    published={ALL: {"": 4160}},
)
