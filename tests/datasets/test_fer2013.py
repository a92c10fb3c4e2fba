from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.datasets import read_data
from mien.errors import DatasetError, InputError, UnknownName
from mien.labels import EKMAN7

ROWS = [(3, "Training"), (0, "Training"), (6, "PublicTest"), (5, "PrivateTest")]


@pytest.fixture
def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (4, 48, 48), np.uint8)


@pytest.fixture
def csv_file(tmp_path: Path, pictures: np.ndarray) -> Path:
    path = tmp_path / "fer2013.csv"
    lines = [f"{e},{' '.join(map(str, p.ravel()))},{u}" for (e, u), p in zip(ROWS, pictures, strict=True)]
    path.write_text("\n".join(["emotion,pixels,Usage", *lines]) + "\n")
    return path


@pytest.fixture
def parquet_file(tmp_path: Path, pictures: np.ndarray) -> Path:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "fer2013.parquet"
    encoded = [cv2.imencode(".png", p)[1].tobytes() for p in pictures]
    votes = [[i] * 10 for i in range(4)]
    columns = {
        "usage": [u for _, u in ROWS],
        "emotion": pa.array([e for e, _ in ROWS], pa.int8()),
        "image": encoded,
        "ferplus_votes": pa.array(votes, pa.list_(pa.uint8())),
    }
    pq.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("copy", ["csv_file", "parquet_file"])
def test_each_split_of_each_copy(copy: str, pictures: np.ndarray, request: pytest.FixtureRequest) -> None:
    path = request.getfixturevalue(copy)
    train = read_data(f"fer2013:{path}", "train")
    assert train.labels.tolist() == [3, 0]
    assert train.label_set == EKMAN7
    np.testing.assert_array_equal(train.images, pictures[:2])
    np.testing.assert_array_equal(read_data(f"fer2013:{path}", "public").images, pictures[2:3])
    assert read_data(f"fer2013:{path}", "private").labels.tolist() == [5]


def test_votes_follow_their_rows(parquet_file: Path, csv_file: Path) -> None:
    assert read_data(f"fer2013:{parquet_file}", "public").votes.tolist() == [[2] * 10]
    assert read_data(f"fer2013:{csv_file}", "public").votes is None


def test_image_folders_go_by_name_not_by_alphabet(tmp_path: Path, pictures: np.ndarray) -> None:
    for i, name in enumerate(EKMAN7.labels):
        for part in ("train", "test"):
            folder = tmp_path / part / name
            folder.mkdir(parents=True)
            cv2.imwrite(str(folder / "1.png"), np.full((48, 48), 10 * i, np.uint8))
    data = read_data(f"fer2013:{tmp_path}", "train")
    assert {int(image[0, 0]) // 10: int(label) for image, label in zip(data.images, data.labels, strict=True)} == {
        i: i for i in range(7)
    }


def test_kaggle_names_tell_the_test_parts_apart(tmp_path: Path, pictures: np.ndarray) -> None:
    for name in EKMAN7.labels:
        for part, files in {"train": ["Training_1"], "test": ["PublicTest_2", "PrivateTest_3", "im4"]}.items():
            (tmp_path / part / name).mkdir(parents=True)
            for file in files:
                cv2.imwrite(str(tmp_path / part / name / f"{file}.jpg"), pictures[0])
    (tmp_path / "test" / "sad" / "Thumbs.db").write_bytes(b"no picture")
    assert {split: len(read_data(f"fer2013:{tmp_path}", split)) for split in ("train", "public", "private")} == {
        "train": 7,
        "public": 7,
        "private": 14,
    }
    (tmp_path / "train" / "fear" / "Training_1.jpg").unlink()
    with pytest.raises(DatasetError, match="train/fear: nothing in the folder of class 'fear'"):
        read_data(f"fer2013:{tmp_path}", "train")
    assert read_data(f"fer2013:{tmp_path}", "train", skip_bad=True).skipped == 1


def test_other_spellings_of_the_csv(csv_file: Path, tmp_path: Path) -> None:
    """A mark of the encoding at its start, and spaces behind the commas of the header."""
    text = csv_file.read_text().replace("emotion,pixels,Usage", "emotion, pixels, Usage")
    other = tmp_path / "other.csv"
    other.write_text(text, encoding="utf-8-sig")
    assert read_data(f"fer2013:{other}", "train").labels.tolist() == [3, 0]


@pytest.mark.parametrize("content", [b"\xff\xfee\x00m\x00", bytes(range(256))])
def test_what_is_no_text_is_no_csv(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_bytes(content)
    with pytest.raises(DatasetError, match=r"wrong\.csv: not a csv in UTF-8"):
        read_data(f"fer2013:{file}", "train")


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("image", b"no picture", "row 2: <bytes>: not a picture"),
        ("image", None, "row 2: <bytes>: the file is empty"),
        ("emotion", 7, "row 2: label 7"),
        ("usage", None, "row 2: usage None"),
        ("ferplus_votes", [1] * 9, "row 2: ferplus_votes are not 10 counts"),
        ("ferplus_votes", [-1, *[1] * 9], "row 2: ferplus_votes are not 10 counts"),
    ],
)
def test_a_bad_row_of_the_parquet_copy_is_named(
    column: str, value: object, message: str, parquet_file: Path, tmp_path: Path
) -> None:
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    rows = pq.read_table(parquet_file).to_pylist()
    rows[1][column] = value
    bad = tmp_path / "bad.parquet"
    pq.write_table(pa.Table.from_pylist(rows), bad)
    with pytest.raises(DatasetError, match=rf"bad\.parquet, {message}"):
        read_data(f"fer2013:{bad}", "train")
    skipping = read_data(f"fer2013:{bad}", "train", skip_bad=True)
    assert (skipping.labels.tolist(), skipping.skipped) == ([3], 1)


def test_a_damaged_parquet_copy(parquet_file: Path) -> None:
    content = bytearray(parquet_file.read_bytes())
    content[100:4000] = bytes(3900)
    parquet_file.write_bytes(content)
    with pytest.raises(DatasetError, match=r"fer2013\.parquet: not FER2013 as Parquet"):
        read_data(f"fer2013:{parquet_file}", "train")


def test_counts_are_the_published_ones(fer2013: Path) -> None:
    expected = {"train": [3995, 436, 4097, 7215, 4830, 3171, 4965], "public": [467, 56, 496, 895, 653, 415, 607]}
    for split, counts in expected.items():
        data = read_data(f"fer2013:{fer2013}", split)
        assert np.bincount(data.labels).tolist() == counts
        assert data.images.shape == (sum(counts), 48, 48)


def test_bad_copies_are_named(tmp_path: Path, csv_file: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere\.csv: no such file"):
        read_data(f"fer2013:{tmp_path}/nowhere.csv", "train")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(DatasetError, match=r"wrong\.csv, line 1: there is no column emotion, pixels, Usage"):
        read_data(f"fer2013:{wrong}", "train")
    cut = tmp_path / "cut.csv"
    cut.write_text(csv_file.read_text().splitlines()[0] + "\n3,1 2 3,Training\n")
    with pytest.raises(DatasetError, match=r"line 2: 3 pixels instead of 2304"):
        read_data(f"fer2013:{cut}", "train")
    strange = tmp_path / "strange.csv"
    strange.write_text(csv_file.read_text().splitlines()[0] + "\n9," + "0 " * 2304 + ",Training\n")
    with pytest.raises(DatasetError, match="label 9"):
        read_data(f"fer2013:{strange}", "train")
    text = tmp_path / "text.parquet"
    text.write_text("hello")
    with pytest.raises(DatasetError, match=r"text\.parquet"):
        read_data(f"fer2013:{text}", "train")
    with pytest.raises(DatasetError, match="train"):
        read_data(f"fer2013:{tmp_path}", "train")
    only_training = tmp_path / "half.csv"
    only_training.write_text("\n".join(csv_file.read_text().splitlines()[:3]))
    with pytest.raises(DatasetError, match="split private: there are no labelled"):
        read_data(f"fer2013:{only_training}", "private")


@pytest.mark.parametrize("spec", ["fer2013", "fer2013:", "x"])
def test_specs_need_a_name_and_a_path(spec: str) -> None:
    with pytest.raises(InputError, match="name:path"):
        read_data(spec, "train")


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match="fer2013"):
        read_data("fer2014:x", "train")
    with pytest.raises(UnknownName, match="public"):
        read_data("fer2013:x", "publi")
