from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from trees import read_all, write_text, write_video

from mien.datasets.gemep import GEMEP_AU, GEMEP_EMOTION
from mien.errors import DatasetError
from mien.labels import GEMEP5

UPPER, LOWER = (1, 2, 4, 6, 7), (10, 12, 15, 17, 18, 25, 26)


def codes(present: tuple[int, ...], speech: int) -> str:
    """A line with 64 columns of units and one of speech."""
    return " ".join(str(int(unit in present)) for unit in range(1, 65)) + f" {speech}"


@pytest.fixture
def units(tmp_path: Path) -> Path:
    write_video(tmp_path / "train_001/train_001.avi", frames=3)
    lines = [codes((), 0), codes((1, 4, 12, 25), 0), codes((1, 4, 12, 25), 1)]
    write_text(tmp_path / "train_001/train_001-au.dat", lines)
    write_video(tmp_path / "test_002/test_002.avi", frames=1)
    write_text(tmp_path / "test_002/test_002-au.dat", [codes((26,), 0).replace(" ", ",")])
    return tmp_path


def test_a_sample_a_frame(units: Path) -> None:
    samples, bad = read_all(GEMEP_AU, units, "train")
    assert bad == []
    assert list(samples) == ["train_001/0", "train_001/1", "train_001/2"]
    still, moving, talking = samples.values()
    assert still.action_units == dict.fromkeys((*UPPER, *LOWER), 0.0)
    assert moving.action_units == dict.fromkeys((*UPPER, *LOWER), 0.0) | dict.fromkeys((1, 4, 12, 25))
    # The mouth of a person who speaks was not coded.
    assert talking.action_units == dict.fromkeys(UPPER, 0.0) | dict.fromkeys((1, 4))
    assert talking.details == {"clip": "train_001", "frame": 2, "speech": 1}
    assert [round(sample.image().mean() / 10) for sample in samples.values()] == [0, 1, 2]
    assert [round(np.mean(list(sample.frames())) / 10) for sample in samples.values()] == [0, 1, 2]


def test_parts_go_by_the_folder(units: Path) -> None:
    samples, bad = read_all(GEMEP_AU, units, "test")
    assert bad == []
    assert [sample.action_units for sample in samples.values()] == [
        dict.fromkeys((*UPPER, *LOWER), 0.0) | {26: None},
    ]


def test_no_video_is_opened_for_the_codes(units: Path) -> None:
    (units / "train_001/train_001.avi").write_text("hello")
    samples, bad = read_all(GEMEP_AU, units, "train")
    assert len(samples) == 3
    assert bad == []


def test_bad_frames_and_clips_are_named(units: Path) -> None:
    write_text(units / "train_001/train_001-au.dat", [codes((), 0), "1 0 1", codes((), 0).replace("0", "3", 1)])
    write_video(units / "train_002/train_002.avi", frames=1)
    (units / "train_003").mkdir()
    samples, bad = read_all(GEMEP_AU, units, "train")
    assert list(samples) == ["train_001/0"]
    for message, part in zip(
        bad,
        (
            "train_001-au.dat, line 2: not a column of 0 or 1",
            "train_001-au.dat, line 3: not a column of 0 or 1",
            "train_002-au.dat: no such file",
            "train_003: 0 videos instead of one",
        ),
        strict=True,
    ):
        assert part in message


def test_an_emotion_a_clip(tmp_path: Path) -> None:
    for number, emotion in enumerate(GEMEP5.labels, 1):
        write_video(tmp_path / f"train_00{number}/train_00{number}-{emotion}.avi", frames=3)
    write_video(tmp_path / "train_006/train_006.avi", frames=3)
    write_video(tmp_path / "test_001/test_001.avi", frames=3)
    samples, bad = read_all(GEMEP_EMOTION, tmp_path)
    assert {name: sample.label for name, sample in samples.items()} == {
        "test_001": None,
        **{f"train_00{k + 1}": k for k in range(5)},
    }
    assert [sample.split for sample in samples.values()] == ["test"] + ["train"] * 5
    assert len(list(samples["train_003"].frames())) == 3
    assert len(bad) == 1
    assert "train_006: no file train_006-EMOTION" in bad[0]


@pytest.mark.parametrize("reader", [GEMEP_AU, GEMEP_EMOTION])
def test_another_folder_is_refused(tmp_path: Path, reader: type) -> None:
    with pytest.raises(DatasetError, match="no folders train_001"):
        list(reader.rows(tmp_path))
