from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.datasets import AFEW, SFEW
from mien.errors import BadSample, DatasetError

CLASSES = {
    "Angry": "angry",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happy": "happy",
    "Neutral": "neutral",
    "Sad": "sad",
    "Surprise": "surprise",
}


def write_clip(path: Path, shades: tuple[int, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (32, 24))
    assert video.isOpened()
    for shade in shades:
        video.write(np.full((24, 32, 3), shade, np.uint8))
    video.release()


def test_pictures(tmp_path: Path, noise) -> None:
    for part in ("Train", "Val"):
        for folder in CLASSES:
            noise(tmp_path / part / folder / f"Film_{part}_000512240_00000011.png")
    for split, part in (("train", "Train"), ("val", "Val")):
        rows = list(SFEW.rows(tmp_path, split))
        assert {row.name.split("/")[1]: row.label_set.labels[row.label] for row in rows} == CLASSES
        assert {row.name.split("/")[0] for row in rows} == {part}
        assert rows[0].image().shape == (12, 10, 3)


def test_clips(tmp_path: Path) -> None:
    for part in ("Train", "Val"):
        for folder in CLASSES:
            write_clip(tmp_path / part / folder / "000149120.avi", (0, 100, 200))
    rows = list(AFEW.rows(tmp_path, "val"))
    assert [row.label_set.labels[row.label] for row in rows] == list(CLASSES.values())
    assert [round(frame.mean(), -1) for frame in rows[0].frames()] == [0, 100, 200]
    assert round(rows[0].image().mean(), -1) == 100  # the middle one


def test_empty_and_missing_folders(tmp_path: Path, noise) -> None:
    for part in ("Train", "Val"):
        for folder in CLASSES:
            noise(tmp_path / part / folder / "a.png")
    (tmp_path / "Val/Fear/a.png").unlink()
    (bad,) = (row for row in SFEW.rows(tmp_path) if isinstance(row, BadSample))
    assert str(bad) == f"{tmp_path}/Val/Fear: nothing in the folder of class 'fear'"
    assert not any(isinstance(row, BadSample) for row in SFEW.rows(tmp_path, "train"))
    (tmp_path / "Val").rename(tmp_path / "Valid")
    with pytest.raises(DatasetError, match="Val: no such file or folder"):
        next(SFEW.rows(tmp_path))
