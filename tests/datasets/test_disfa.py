from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from trees import read_all, write_text, write_video

from mien.datasets.disfa import DISFA, FOLDS
from mien.errors import DatasetError

UNITS = (1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26)


def write_person(root: Path, subject: str, frames: int = 4) -> None:
    write_video(root / f"Videos_LeftCamera/LeftVideo{subject}_comp.avi", frames=frames)
    for unit in UNITS:
        # Unit 12 grows with time, the others rest.
        lines = [f"{frame},{frame if unit == 12 else 0}" for frame in range(1, frames + 1)]
        write_text(root / f"ActionUnit_Labels/{subject}/{subject}_au{unit}.txt", lines)


def test_a_sample_a_frame(tmp_path: Path) -> None:
    write_person(tmp_path, "SN002")
    write_person(tmp_path, "SN001", frames=2)
    samples, bad = read_all(DISFA, tmp_path)
    assert bad == []
    assert list(samples) == [*(f"SN001/{k}" for k in (1, 2)), *(f"SN002/{k}" for k in (1, 2, 3, 4))]
    for name, sample in samples.items():
        subject, _, frame = name.partition("/")
        assert sample.subject == subject
        assert sample.action_units == dict.fromkeys(UNITS, 0.0) | {12: float(frame)}
        # Files count frames from 1.
        assert round(sample.image().mean() / 10) == int(frame) - 1


def test_no_video_is_opened_for_the_codes(tmp_path: Path) -> None:
    write_person(tmp_path, "SN001")
    (tmp_path / "Videos_LeftCamera/LeftVideoSN001_comp.avi").write_text("hello")
    samples, bad = read_all(DISFA, tmp_path)
    assert len(samples) == 4
    assert bad == []


def test_a_unit_that_was_coded_for_fewer_frames_is_named(tmp_path: Path) -> None:
    write_person(tmp_path, "SN001")
    write_text(tmp_path / "ActionUnit_Labels/SN001/SN001_au5.txt", ["1,0", "2,7", "3,0"])
    samples, bad = read_all(DISFA, tmp_path)
    assert list(samples) == ["SN001/1", "SN001/3"]
    for message, frame in zip(bad, (2, 4), strict=True):
        assert f"SN001_au5.txt: frame {frame} has no intensity from 0 to 5" in message


def test_a_missing_file_is_named_once(tmp_path: Path) -> None:
    for subject in ("SN001", "SN002", "SN003"):
        write_person(tmp_path, subject)
    (tmp_path / "Videos_LeftCamera/LeftVideoSN001_comp.avi").unlink()
    (tmp_path / "ActionUnit_Labels/SN002/SN002_au17.txt").unlink()
    samples, bad = read_all(DISFA, tmp_path)
    assert {sample.subject for sample in samples.values()} == {"SN003"}
    for message, name in zip(bad, ("LeftVideoSN001_comp.avi", "SN002_au17.txt"), strict=True):
        assert f"{name}: no such file" in message


def test_folds_hold_every_subject_once() -> None:
    numbers = [*range(1, 14), *range(16, 19), 21, *range(23, 33)]
    assert sorted(subject for fold in FOLDS for subject in fold) == [f"SN{number:03d}" for number in numbers]
    assert all(len(one) == len(other) == 9 for one, other in pairwise(FOLDS))
    assert DISFA.published["all"][""] == 130815


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="ActionUnit_Labels: no such"):
        list(DISFA.rows(tmp_path))
