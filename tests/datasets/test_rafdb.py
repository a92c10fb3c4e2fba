from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import RAFDB, RAFDB_COMPOUND, read_data
from mien.errors import BadSample

BASIC = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
COMPOUND = (
    "happily surprised",
    "happily disgusted",
    "sadly fearful",
    "sadly angry",
    "sadly surprised",
    "sadly disgusted",
    "fearfully angry",
    "fearfully surprised",
    "angrily surprised",
    "angrily disgusted",
    "disgustedly surprised",
)


def write(path: Path, lines: list[str], noise) -> Path:
    (path / "EmoLabel").mkdir(parents=True)
    (path / "EmoLabel" / "list_patition_label.txt").write_text("\n".join(lines) + "\n")
    for line in lines:
        noise(path / "Image" / "aligned" / line.split()[0].replace(".", "_aligned."), 100, 100)
    return path


@pytest.mark.parametrize(("reader", "part", "words"), [(RAFDB, "basic", BASIC), (RAFDB_COMPOUND, "compound", COMPOUND)])
@pytest.mark.parametrize("inside", [False, True])
def test_codes_and_parts(tmp_path: Path, noise, reader, part: str, words: tuple[str, ...], inside: bool) -> None:
    train = [f"train_{i:05d}.jpg {i}" for i in range(1, len(words) + 1)]
    copy = write(tmp_path / part, [*train, "test_0001.jpg 2"], noise)
    path = copy if inside else tmp_path
    rows = list(reader.rows(path, "train"))
    assert [row.label_set.labels[row.label] for row in rows] == list(words)
    (test,) = reader.rows(path, "test")
    assert (test.name, test.label_set.labels[test.label]) == ("test_0001.jpg", words[1])
    assert test.image().shape == (100, 100, 3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train_00002.jpg 8", "label 8 is none of RAF-DB's 1 to 7"),
        ("train_00002.jpg 0", "label 0 is none"),
        ("train_00002.jpg", "not a name and a label"),
        ("valid_00002.jpg 1", "the name 'valid_00002.jpg' is not of the form"),
    ],
)
def test_bad_lines(tmp_path: Path, noise, line: str, message: str) -> None:
    write(tmp_path / "basic", ["train_00001.jpg 5", line], noise)
    with pytest.raises(BadSample, match=rf"list_patition_label\.txt, line 2: {message}"):
        read_data(f"rafdb:{tmp_path}", "train")
    data = read_data(f"rafdb:{tmp_path}", "train", skip_bad=True)
    assert (data.labels.tolist(), data.skipped) == ([4], 1)
    assert data.images.shape == (1, 48, 48)


def test_an_unreadable_picture_in_the_middle(tmp_path: Path, noise) -> None:
    copy = write(tmp_path / "basic", [f"train_0000{i}.jpg {i}" for i in (1, 2, 3)], noise)
    broken = copy / "Image/aligned/train_00002_aligned.jpg"
    broken.write_bytes(broken.read_bytes()[:50])
    with pytest.raises(BadSample, match=r"line 2: .*train_00002_aligned\.jpg: the picture is cut short"):
        read_data(f"rafdb:{tmp_path}", "train")
    assert read_data(f"rafdb:{tmp_path}", "train", skip_bad=True).labels.tolist() == [5, 1]
