"""JAFFE, the Japanese Female Facial Expression data set (Lyons et al. 1998): everything is in the file name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mien.datasets.files import read_by_name
from mien.datasets.media import Picture
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Sample
from mien.labels import EKMAN7

EXPRESSIONS = {
    "AN": "angry",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happy",
    "NE": "neutral",
    "SA": "sad",
    "SU": "surprise",
}
"""Codes of the expressions; the digit behind them counts the takes."""

_NAME = re.compile(rf"(?P<person>[A-Z]{{2}})\.(?P<expression>{'|'.join(EXPRESSIONS)})\d\.\d+")


def read(path: Path) -> Rows:
    """All pictures of the folder."""
    return read_by_name(path, _NAME, "KA.AN1.39.tiff", _sample)


def _sample(name: str, file: Path, parts: Mapping[str, str]) -> Sample:
    label = EKMAN7.index(EXPRESSIONS[parts["expression"]])
    return Sample(name, Picture(file), label, EKMAN7, subject=parts["person"])


JAFFE = Reader(
    name="jaffe",
    title="JAFFE, Japanese Female Facial Expression (Lyons et al. 1998)",
    needs="KA.AN1.39.tiff and on: person, expression and take, number",
    source="https://zenodo.org/records/3451524",
    read=read,
    label_set=EKMAN7,
    published={
        ALL: {
            "": 213,
            "angry": 30,
            "disgust": 29,
            "fear": 32,
            "happy": 31,
            "neutral": 30,
            "sad": 31,
            "surprise": 30,
        }
    },
)
