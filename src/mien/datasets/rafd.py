"""RaFD, the Radboud Faces Database (Langner et al. 2010): everything is in the file name.

The five cameras stand in a half circle that is counted from the sitter's right hand, 000, over the front, 090, to the
left, 180. What 000 takes is the right side of the face, whose nose then points to the picture's right: yaw +90.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mien.datasets.files import read_by_name
from mien.datasets.media import Picture
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Pose, Sample
from mien.labels import FERPLUS8

EXPRESSIONS = {
    "angry": "anger",
    "contemptuous": "contempt",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprised": "surprise",
}
"""The words in the names and the labels they are."""

_NAME = re.compile(
    r"Rafd(?P<camera>000|045|090|135|180)_(?P<model>\d\d)_(?P<group>Caucasian|Moroccan|Kid)_(?P<sex>male|female)_"
    rf"(?P<expression>{'|'.join(EXPRESSIONS)})_(?P<gaze>left|frontal|right)"
)


def read(path: Path) -> Rows:
    """All pictures of the folder."""
    return read_by_name(path, _NAME, "Rafd090_28_Caucasian_male_angry_frontal.jpg", _sample)


def _sample(name: str, file: Path, parts: Mapping[str, str]) -> Sample:
    return Sample(
        name,
        Picture(file),
        FERPLUS8.index(EXPRESSIONS[parts["expression"]]),
        FERPLUS8,
        subject=parts["model"],
        pose=Pose(90 - int(parts["camera"])),
        details={key: parts[key] for key in ("camera", "group", "sex", "gaze")},
    )


RAFD = Reader(
    name="rafd",
    title="RaFD, Radboud Faces Database (Langner et al. 2010)",
    needs="Rafd090_28_Caucasian_male_angry_frontal.jpg and on: camera, model, group, sex, expression, gaze",
    source="https://rafd.socsci.ru.nl",
    read=read,
    label_set=FERPLUS8,
    published={ALL: {"": 8040} | dict.fromkeys(FERPLUS8.labels, 1005)},
)
