from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import CKPLUS48, read_data
from mien.errors import BadSample, DatasetError

ORDER = ("anger", "disgust", "fear", "happy", "sadness", "surprise", "contempt")


@pytest.fixture
def copy(tmp_path: Path, noise) -> Path:
    for folder in sorted(ORDER):
        for name in ("S010_004_00000019.png", "S010_004_00000017.png", "S112_005_00000015.png"):
            noise(tmp_path / folder / name, 48, 48)
    return tmp_path


def test_order_is_that_of_the_published_indices(copy: Path) -> None:
    rows = list(CKPLUS48.rows(copy))
    assert [row.name.split("/")[0] for row in rows] == [folder for folder in ORDER for _ in range(3)]
    assert [row.name.split("_")[-1] for row in rows[:3]] == ["00000017.png", "00000019.png", "00000015.png"]
    words = {row.name.split("/")[0]: row.label_set.labels[row.label] for row in rows}
    assert words == {folder: folder for folder in ORDER} | {"happy": "happiness"}


def test_published_counts_are_those_of_the_published_class_starts() -> None:
    starts = (0, 135, 312, 387, 594, 678, 927, 981)
    labels = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "contempt")
    counts = {label: b - a for label, a, b in zip(labels, starts, starts[1:], strict=False)}
    assert CKPLUS48.published["all"] == {"": 981} | counts


def test_subjects_come_with_the_faces(copy: Path) -> None:
    data = read_data(f"ckplus48:{copy}", "all")
    assert data.subjects.tolist() == ["S010", "S010", "S112"] * 7
    assert data.images.shape == (21, 48, 48)


def test_bad_names_and_folders(copy: Path, noise) -> None:
    noise(copy / "anger" / "face1.png")
    (bad,) = (row for row in CKPLUS48.rows(copy) if isinstance(row, BadSample))
    assert "anger/face1.png: the name is not of the form" in str(bad)
    for file in (copy / "fear").iterdir():
        file.unlink()
    bad = [row for row in CKPLUS48.rows(copy) if isinstance(row, BadSample)][1]
    assert str(bad) == f"{copy}/fear: nothing in the folder of class 'fear'"
    (copy / "fear").rmdir()
    with pytest.raises(DatasetError, match="fear: no such folder"):
        list(CKPLUS48.rows(copy))
