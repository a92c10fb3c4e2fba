"""KDEF and AKDEF, the (Averaged) Karolinska Directed Emotional Faces (Lundqvist et al. 1998): all is in the file name.

A full left profile shows the left side of the face, whose nose then points to the picture's left: yaw -90.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mien.datasets.files import read_by_name
from mien.datasets.media import Picture
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Pose, Sample
from mien.labels import EKMAN7

EXPRESSIONS = {
    "AF": "fear",
    "AN": "angry",
    "DI": "disgust",
    "HA": "happy",
    "NE": "neutral",
    "SA": "sad",
    "SU": "surprise",
}
"""Codes of the expressions."""

ANGLES = {"FL": -90, "HL": -45, "S": 0, "HR": 45, "FR": 90}
"""Yaw in degrees of full left, half left, straight, half right, full right."""

_FACE = rf"(?P<expression>{'|'.join(EXPRESSIONS)})(?P<angle>{'|'.join(ANGLES)})"
_KDEF_NAME = re.compile(rf"(?P<session>[AB])(?P<sex>[FM])(?P<person>\d\d){_FACE}")
_AKDEF_NAME = re.compile(rf"(?P<sex>[FM]){_FACE}")


def read_kdef(path: Path) -> Rows:
    """All pictures of the folder and its subfolders AF01 and on."""
    return read_by_name(path, _KDEF_NAME, "AF01ANFL.JPG", _sample)


def read_akdef(path: Path) -> Rows:
    """All pictures of the folder; each is the average of 70, so there are no subjects."""
    return read_by_name(path, _AKDEF_NAME, "FANFL.JPG", _sample)


def _sample(name: str, file: Path, parts: Mapping[str, str]) -> Sample:
    # The same 70 people sat for both sessions.
    subject = parts["sex"] + parts["person"] if "person" in parts else None
    return Sample(
        name,
        Picture(file),
        EKMAN7.index(EXPRESSIONS[parts["expression"]]),
        EKMAN7,
        subject=subject,
        pose=Pose(ANGLES[parts["angle"]]),
        details={key: parts[key] for key in ("session", "sex") if key in parts},
    )


KDEF = Reader(
    name="kdef",
    title="KDEF, Karolinska Directed Emotional Faces (Lundqvist et al. 1998)",
    needs="AF01ANFL.JPG and on, in one folder or in AF01/ and on: session, sex and person, expression, angle",
    source="https://www.kdef.se",
    read=read_kdef,
    label_set=EKMAN7,
    published={ALL: {"": 4900} | dict.fromkeys(EKMAN7.labels, 700)},
)

AKDEF = Reader(
    name="akdef",
    title="AKDEF, Averaged Karolinska Directed Emotional Faces (Lundqvist and Litton 1998)",
    needs="FANFL.JPG and on: sex, expression, angle",
    source="https://www.kdef.se",
    read=read_akdef,
    label_set=EKMAN7,
    published={ALL: {"": 70} | dict.fromkeys(EKMAN7.labels, 10)},
)
