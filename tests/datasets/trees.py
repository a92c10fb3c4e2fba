"""What small copies of data sets are built of: pictures, videos, texts and spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.datasets import Sample
from mien.datasets.reader import Reader
from mien.errors import BadSample


def write_picture(path: Path, level: int = 0) -> Path:
    """A picture of one grey level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((16, 16), level, np.uint8))
    return path


def write_video(path: Path, code: str = "MJPG", frames: int = 24, step: int = 10) -> Path:
    """A video whose frame k is grey of level ``step * k``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), 25, (64, 48))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(np.full((48, 64, 3), step * number, np.uint8))
    writer.release()
    return path


def write_text(path: Path, lines: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def write_sheet(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = pytest.importorskip("openpyxl").Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def read_all(reader: Reader, path: Path, split: str = "all") -> tuple[dict[str, Sample], list[str]]:
    """The samples by name, and the messages of the bad ones."""
    rows = list(reader.rows(path, split))
    good = [row for row in rows if isinstance(row, Sample)]
    assert len({sample.name for sample in good}) == len(good)
    return {sample.name: sample for sample in good}, [str(row) for row in rows if isinstance(row, BadSample)]
