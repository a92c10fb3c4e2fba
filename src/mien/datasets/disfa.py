"""DISFA (Mavadati et al. 2013): 27 people watch a film; twelve action units with their intensity in every frame."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mien.datasets.files import find, folders_in
from mien.datasets.media import VideoFile
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_rows
from mien.errors import BadSample

UNITS = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)

FOLDS = (
    ("SN002", "SN010", "SN001", "SN026", "SN027", "SN032", "SN030", "SN009", "SN016"),
    ("SN013", "SN018", "SN011", "SN028", "SN012", "SN006", "SN031", "SN021", "SN024"),
    ("SN003", "SN029", "SN023", "SN025", "SN008", "SN005", "SN007", "SN017", "SN004"),
)
"""The subjects of the three subject-exclusive folds that the field compares on (as in Corneanu et al. 2018)."""

FRAMES = 4845
"""Frames of each person's video."""


def read(path: Path) -> Rows:
    """All frames of the left camera's videos, person by person; no video is opened."""
    labels, videos = find(path, "ActionUnit_Labels"), find(path, "Videos_LeftCamera")
    for folder in folders_in(labels):
        video = next(iter(sorted(videos.glob(f"LeftVideo{folder.name}*.avi"))), None)
        missing = [file for file in _files(folder).values() if not file.is_file()]
        if video is None:
            yield BadSample(f"{videos / f'LeftVideo{folder.name}_comp.avi'}: no such file")
        elif missing:
            yield BadSample(f"{missing[0]}: no such file")
        else:
            yield from _read_person(folder, video)


def _files(folder: Path) -> dict[int, Path]:
    return {unit: folder / f"{folder.name}_au{unit}.txt" for unit in UNITS}


def _read_person(folder: Path, video: Path) -> Rows:
    files = _files(folder)
    coded = {unit: _read_intensities(file) for unit, file in files.items()}
    for frame in sorted({frame for intensities in coded.values() for frame in intensities}):
        gaps = [files[unit] for unit in UNITS if frame not in coded[unit]]
        if gaps:
            yield BadSample(f"{gaps[0]}: frame {frame} has no intensity from 0 to 5")
        else:
            yield _sample(folder.name, video, frame, {unit: coded[unit][frame] for unit in UNITS})


def _read_intensities(file: Path) -> dict[int, float]:
    """By frame, counted from 1; lines that are not ``frame,intensity`` are left out."""
    lines = (",".join(cells) for _, cells in read_rows(file))
    matches = (re.fullmatch(r"(\d+),([0-5])", line) for line in lines)
    return {int(match[1]): float(match[2]) for match in matches if match}


def _sample(subject: str, video: Path, frame: int, units: Mapping[int, float]) -> Sample:
    return Sample(
        f"{subject}/{frame}",
        VideoFile(video, frame - 1, 1),
        subject=subject,
        action_units=units,
        details={"frame": frame},
    )


DISFA = Reader(
    name="disfa",
    title="DISFA, Denver Intensity of Spontaneous Facial Action (Mavadati et al. 2013)",
    needs="Videos_LeftCamera/LeftVideoSN001_comp.avi and ActionUnit_Labels/SN001/SN001_au1.txt, and so on",
    source="University of Denver",
    read=read,
    published={"all": {"": FRAMES * sum(map(len, FOLDS))}},
)
