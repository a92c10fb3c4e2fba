from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import SCFACE, read_data
from mien.errors import BadSample, DatasetError

FILES = {
    "mugshot_frontal_cropped_all/001_frontal.JPG": ("001", {"view": "frontal"}),
    "mugshot_rotation_all/001_L4.jpg": ("001", {"view": "L4"}),
    "surveillance_cameras_distance_1/cam_1/001_cam1_1.jpg": ("001", {"camera": 1, "distance": 1}),
    "surveillance_cameras_distance_2/cam_7/130_cam7_2.jpg": ("130", {"camera": 7, "distance": 2}),
    "surveillance_cameras_distance_3/cam_5/002_cam5_3.jpg": ("002", {"camera": 5, "distance": 3}),
    "surveillance_cameras_IR_cam8/001_cam8.jpg": ("001", {"camera": 8}),
}


@pytest.fixture
def copy(tmp_path: Path, noise) -> Path:
    for file in FILES:
        noise(tmp_path / file)
    noise(tmp_path / "surveillance_cameras_all/001_cam1_1.jpg")  # the same picture once more
    return tmp_path


def test_who_and_which_camera(copy: Path) -> None:
    assert {row.name: (row.subject, row.details) for row in SCFACE.rows(copy)} == FILES


def test_there_are_no_expressions(copy: Path) -> None:
    with pytest.raises(DatasetError, match="no labelled pictures"):
        read_data(f"scface:{copy}", "all")


def test_bad_names_and_missing_folders(copy: Path, noise) -> None:
    noise(copy / "surveillance_cameras_IR_cam8/001_cam9.jpg")
    (bad,) = (row for row in SCFACE.rows(copy) if isinstance(row, BadSample))
    assert "001_cam9.jpg: the name is not of the form" in str(bad)
    (copy / "mugshot_rotation_all").rename(copy / "rotated")
    with pytest.raises(DatasetError, match="mugshot_rotation_all: no such"):
        list(SCFACE.rows(copy))
