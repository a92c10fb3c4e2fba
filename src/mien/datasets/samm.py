"""SAMM (Davison et al. 2018): micro-expressions, grey, at 200 frames a second."""

from __future__ import annotations

from pathlib import Path

from mien.datasets.files import find
from mien.datasets.micro import read_coded_clips
from mien.datasets.reader import Reader, Rows
from mien.labels import MICRO3


def read(path: Path) -> Rows:
    """All clips, each from its onset to its offset."""

    def place(subject: str, filename: str) -> Path:
        return path / subject.zfill(3) / filename

    return read_coded_clips(find(path, "SAMM_Micro_FACS_Codes_v2.xlsx"), place)


SAMM = Reader(
    name="samm",
    title="SAMM, Spontaneous Actions and Micro-Movements (Davison et al. 2018)",
    needs="SAMM_Micro_FACS_Codes_v2.xlsx and the folders of frames 006/006_1_2/, and so on",
    source="Manchester Metropolitan University",
    read=read,
    label_set=MICRO3,
    published={"all": {"": 159, "negative": 92, "positive": 26, "surprise": 15}},
)
