from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets.parts import read_parts
from mien.errors import DatasetError


def write_csv(path: Path, rows: list[tuple[int, str]]) -> str:
    """A copy of FER2013 whose pictures are as grey as their row number says."""
    lines = [f"{label},{' '.join([str(number)] * 2304)},{usage}" for number, (label, usage) in enumerate(rows)]
    path.write_text("\n".join(["emotion,pixels,Usage", *lines]) + "\n")
    return f"fer2013:{path}"


def test_publications_differ_in_what_they_validate_on(tmp_path: Path) -> None:
    rows = [(0, "Training"), (1, "Training"), (0, "PublicTest"), (1, "PrivateTest")]
    spec = write_csv(tmp_path / "fer2013.csv", rows)
    parts = read_parts(spec)
    assert (parts.name, parts.split) == ("fer2013", "public")
    assert (parts.training.labels.tolist(), parts.validation.labels.tolist()) == ([0, 1], [0])
    both = read_parts(spec, ("public", "private"))
    assert both.split == "public+private"
    assert both.validation.labels.tolist() == [0, 1]
    assert both.validation.images[:, 0, 0].tolist() == [2, 3]


def test_one_class_is_nothing_to_learn(tmp_path: Path) -> None:
    spec = write_csv(tmp_path / "happy.csv", [(3, "Training"), (3, "Training"), (2, "PublicTest")])
    with pytest.raises(DatasetError, match=r"happy\.csv: all pictures of split train are 'happy'"):
        read_parts(spec)


def test_a_class_without_training_pictures_is_named(tmp_path: Path) -> None:
    rows = [(0, "Training"), (3, "Training"), (0, "PublicTest"), (1, "PublicTest"), (2, "PublicTest")]
    spec = write_csv(tmp_path / "fer2013.csv", rows)
    with pytest.raises(DatasetError, match=r"fer2013\.csv: split train has no picture of disgust, fear, on"):
        read_parts(spec)
    assert len(read_parts(spec, skip_bad=True).validation) == 3
    more = write_csv(tmp_path / "more.csv", [(1, "Training"), (2, "Training")])
    assert len(read_parts(spec, also=[more]).training) == 4


def test_bad_samples_of_both_parts_are_counted(tmp_path: Path) -> None:
    rows = [(0, "Training"), (1, "Training"), (9, "Training"), (1, "PublicTest"), (8, "PublicTest")]
    spec = write_csv(tmp_path / "fer2013.csv", rows)
    with pytest.raises(DatasetError, match=r"fer2013\.csv, line 4: label 9"):
        read_parts(spec)
    assert read_parts(spec, skip_bad=True).skipped == 2


def test_without_official_parts_there_is_cross_validation(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="jaffe has no official training and validation parts; use mien crossval"):
        read_parts(f"jaffe:{tmp_path}")
