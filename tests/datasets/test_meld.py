from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from trees import read_all, write_text, write_video

from mien.datasets.meld import MELD
from mien.errors import BadSample, DatasetError
from mien.labels import EKMAN7

HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
FOLDERS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
EMOTIONS = ("neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise")


def row(number: int, emotion: str, dialogue: object = 0) -> str:
    return f'{number},"Well, no",Joey,{emotion},neutral,{dialogue},{number},8,21,"00:16:16,059","00:16:21,731"'


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    clip = write_video(tmp_path / "clip.mp4", "mp4v", frames=5)
    for split, folder in FOLDERS.items():
        emotions = EMOTIONS if split == "train" else ("joy",)
        write_text(
            tmp_path / f"{split}_sent_emo.csv",
            [HEADER, *(row(number, emotion) for number, emotion in enumerate(emotions))],
        )
        (tmp_path / folder).mkdir()
        for number in range(len(emotions)):
            shutil.copy(clip, tmp_path / folder / f"dia0_utt{number}.mp4")
    return tmp_path


def test_utterances(copy: Path) -> None:
    samples, bad = read_all(MELD, copy)
    assert bad == []
    train = [sample for sample in samples.values() if sample.split == "train"]
    assert [EKMAN7.labels[sample.label] for sample in train] == [
        *("neutral", "happy", "sad", "angry", "fear", "disgust", "surprise"),
    ]
    assert [name for name in samples if not name.startswith("train")] == ["dev/dia0_utt0.mp4", "test/dia0_utt0.mp4"]
    sample = samples["train/dia0_utt3.mp4"]
    assert sample.subject == "Joey"
    assert sample.details == {
        "dialogue": 0,
        "utterance_number": 3,
        "utterance": "Well, no",
        "sentiment": "neutral",
        "season": "8",
        "episode": "21",
        "start_time": "00:16:16,059",
        "end_time": "00:16:21,731",
    }
    assert len(list(sample.frames())) == 5
    assert round(sample.image().mean() / 10) == 2


def test_folders_as_the_archive_unpacks(copy: Path) -> None:
    for split, folder in FOLDERS.items():
        (copy / split).mkdir()
        (copy / folder).rename(copy / split / folder)
    (copy / "train_sent_emo.csv").rename(copy / "train/train_sent_emo.csv")
    samples, bad = read_all(MELD, copy)
    assert len(samples) == 9
    assert bad == []


def test_bad_rows_are_named_with_their_part(copy: Path) -> None:
    table = copy / "test_sent_emo.csv"
    write_text(table, [HEADER, row(0, "joy"), row(1, "joy"), row(2, "bliss"), row(3, "joy", "x")])
    samples, bad = read_all(MELD, copy, "test")
    assert list(samples) == ["test/dia0_utt0.mp4"]
    parts = ("line 3: ", "line 4: emotion 'bliss' is none of", "line 5: 'x' is not a whole number")
    for message, part in zip(bad, parts, strict=True):
        assert f"test_sent_emo.csv, {part}" in message
    assert "dia0_utt1.mp4: no such file" in bad[0]
    assert {row.split for row in MELD.rows(copy) if isinstance(row, BadSample)} == {"test"}
    assert read_all(MELD, copy, "train")[1] == []


def test_wrong_copies_are_refused(copy: Path, tmp_path: Path) -> None:
    write_text(copy / "train_sent_emo.csv", [HEADER.replace("Emotion,", ""), row(0, "joy")])
    with pytest.raises(DatasetError, match=r"train_sent_emo\.csv, line 1: there is no column Emotion"):
        list(MELD.rows(copy))
    (copy / "train_sent_emo.csv").unlink()
    with pytest.raises(DatasetError, match=r"train_sent_emo\.csv: no such"):
        list(MELD.rows(copy))
