"""GENKI-4K (Whitehill et al. 2009): 4,000 photos, smiling or not, with the pose of the head.

Line N of ``labels.txt`` belongs to picture N: smile (0 or 1), yaw, pitch and roll in radians. The angles are passed on
in degrees with the signs they have in the file.
"""

from __future__ import annotations

from math import degrees
from pathlib import Path

from mien.datasets.files import ListedPicture, attempt, find
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Pose, Sample
from mien.datasets.tables import read_words, to_numbers
from mien.errors import BadSample
from mien.labels import SMILE2


def read(path: Path) -> Rows:
    """All pictures, by number."""
    listing = find(path, "labels.txt")
    find(path, "files")
    for number, (where, cells) in enumerate(read_words(listing), 1):
        yield attempt(_sample, path, f"files/file{number:04d}.jpg", where, cells)


def _sample(path: Path, name: str, where: str, cells: list[str]) -> Sample:
    if len(cells) != 4:
        raise BadSample(f"{where}: not a smile, yaw, pitch and roll")
    if cells[0] not in ("0", "1"):
        raise BadSample(f"{where}: label {cells[0]} is neither 0 nor 1")
    yaw, pitch, roll = map(degrees, to_numbers(cells[1:], where))
    return Sample(name, ListedPicture(path / name, where), int(cells[0]), SMILE2, pose=Pose(yaw, pitch, roll))


GENKI4K = Reader(
    name="genki4k",
    title="GENKI-4K, the MPLab GENKI Database (Whitehill et al. 2009)",
    needs="labels.txt and files/file0001.jpg to files/file4000.jpg",
    source="Machine Perception Laboratory, University of California San Diego (http://mplab.ucsd.edu)",
    read=read,
    label_set=SMILE2,
    published={ALL: {"": 4000, "not smiling": 1838, "smiling": 2162}},
)
