"""CASME II (Yan et al. 2014): micro-expressions of 26 people at 200 frames a second."""

from __future__ import annotations

from pathlib import Path

from mien.datasets.files import find
from mien.datasets.micro import read_coded_clips
from mien.datasets.reader import Reader, Rows
from mien.errors import DatasetError
from mien.labels import MICRO3


def read(path: Path) -> Rows:
    """All clips, each from its onset to its offset; where the apex was not coded, the best frame is the middle one."""
    tables = sorted(path.glob("CASME2-coding*.xlsx"))
    if not tables:
        raise DatasetError(f"{path}: no CASME2-coding-20140508.xlsx here")
    clips = find(path, "CASME2_RAW_selected", "Cropped")

    def place(subject: str, filename: str) -> Path:
        return clips / f"sub{subject.zfill(2)}" / filename

    return read_coded_clips(tables[-1], place)


CASME2 = Reader(
    name="casme2",
    title="CASME II (Yan et al. 2014)",
    needs="CASME2-coding-20140508.xlsx and CASME2_RAW_selected/sub01/EP02_01f/img46.jpg, and so on (or Cropped/)",
    source="Institute of Psychology, Chinese Academy of Sciences",
    read=read,
    label_set=MICRO3,
    # Of the negative ones the composite uses 88; how it chose them is not in the spreadsheet.
    published={"all": {"positive": 32, "surprise": 25}},
)
