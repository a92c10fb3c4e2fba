from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.datasets import CKPLUS
from mien.datasets.media import FrameFiles
from mien.errors import BadSample, DatasetError, UnreadableImage

POINTS = np.arange(136, dtype=np.float32).reshape(68, 2) / 4


@pytest.fixture
def copy(tmp_path: Path, noise) -> Path:
    for sequence, frames in (("S005/001", 3), ("S005/002", 2), ("S010/004", 2)):
        stem = sequence.replace("/", "_")
        for frame in range(1, frames + 1):
            noise(tmp_path / "cohn-kanade-images" / sequence / f"{stem}_{frame:08d}.png")
        for kind in ("Emotion", "FACS", "Landmarks"):
            (tmp_path / kind / sequence).mkdir(parents=True)
    (tmp_path / "cohn-kanade-images" / "S005" / ".DS_Store").write_text("x")
    (tmp_path / "cohn-kanade-images" / "S005" / "001" / ".DS_Store").write_text("x")
    (tmp_path / "Emotion/S005/001/S005_001_00000003_emotion.txt").write_text("   3.0000000e+00\n")
    (tmp_path / "Emotion/S010/004/S010_004_00000002_emotion.txt").write_text("   2.0000000e+00\n")
    (tmp_path / "FACS/S005/001/S005_001_00000003_facs.txt").write_text(
        "   9.0000000e+00   5.0000000e+00\n   1.7000000e+01   0.0000000e+00\n"
    )
    lines = "\n".join(f"   {x:.7e}   {y:.7e}" for x, y in POINTS)
    for frame, scale in ((1, "9 9\n" * 68), (3, lines)):
        (tmp_path / f"Landmarks/S005/001/S005_001_{frame:08d}_landmarks.txt").write_text(scale)
    return tmp_path


def test_sequences_with_what_is_known_of_their_peaks(copy: Path) -> None:
    first, second, third = CKPLUS.rows(copy)
    assert [row.name for row in (first, second, third)] == ["S005/001", "S005/002", "S010/004"]
    assert [row.subject for row in (first, second, third)] == ["S005", "S005", "S010"]
    labels = [None if row.label is None else row.label_set.labels[row.label] for row in (first, second, third)]
    assert labels == ["disgust", None, "contempt"]
    assert first.action_units == {9: 5.0, 17: None}
    np.testing.assert_allclose(first.landmarks, POINTS)
    assert (second.action_units, second.landmarks) == (None, None)


def test_the_last_frame_is_the_best_and_the_first_is_neutral(copy: Path, noise) -> None:
    folder = copy / "cohn-kanade-images/S005/001"
    neutral, peak = noise(folder / "S005_001_00000001.png"), noise(folder / "S005_001_00000003.png")
    sample = next(CKPLUS.rows(copy))
    np.testing.assert_array_equal(sample.image()[..., 0], peak)
    assert len(list(sample.frames())) == 3
    np.testing.assert_array_equal(FrameFiles(sample.media.paths, best=0).image()[..., 0], neutral)


@pytest.mark.parametrize(
    ("code", "label"),
    list(enumerate(("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"))),
)
def test_every_code(copy: Path, code: int, label: str) -> None:
    (copy / "Emotion/S005/001/S005_001_00000003_emotion.txt").write_text(f"   {code}.0000000e+00\n")
    sample = next(CKPLUS.rows(copy))
    assert sample.label_set.labels[sample.label] == label


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("Emotion/S005/001/S005_001_00000003_emotion.txt", "8.0\n", r"_emotion\.txt, line 1: label 8.0 is none"),
        ("Emotion/S005/001/S005_001_00000003_emotion.txt", "", r"_emotion\.txt: an empty file"),
        ("Emotion/S005/001/S005_001_00000003_emotion.txt", "sad\n", r"_emotion\.txt, line 1: 'sad' is not a number"),
        ("FACS/S005/001/S005_001_00000003_facs.txt", "1 2\n4 6\n", r"_facs\.txt, line 2: not an action unit"),
        ("Landmarks/S005/001/S005_001_00000003_landmarks.txt", "1 2\n", r"_landmarks\.txt: not 68 points"),
    ],
)
def test_a_bad_file_is_one_bad_sequence(copy: Path, file: str, text: str, message: str) -> None:
    (copy / file).write_text(text)
    rows = list(CKPLUS.rows(copy))
    assert [isinstance(row, BadSample) for row in rows] == [True, False, False]
    with pytest.raises(BadSample, match=message):
        raise rows[0]


def test_a_sequence_without_frames_and_a_copy_without_labels(copy: Path) -> None:
    (copy / "cohn-kanade-images/S005/003").mkdir()
    assert "S005/003: there are no frames" in str(list(CKPLUS.rows(copy))[2])
    (copy / "Emotion").rename(copy / "Emotion_labels")
    with pytest.raises(DatasetError, match="Emotion: no such file or folder"):
        next(CKPLUS.rows(copy))


def test_nothing_is_decoded_before_it_is_asked_for(copy: Path) -> None:
    broken = copy / "cohn-kanade-images/S010/004/S010_004_00000002.png"
    broken.write_bytes(b"not a picture")
    *_, last = CKPLUS.rows(copy)
    assert last.label is not None
    with pytest.raises(UnreadableImage, match=r"S010_004_00000002\.png"):
        last.image()
