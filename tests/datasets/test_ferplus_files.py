from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.datasets import FERPLUS, read_data
from mien.errors import BadSample, DatasetError
from mien.labels import FERPLUS8

# neutral happiness surprise sadness anger disgust fear contempt unknown not-a-face
HAPPY = (1, 8, 0, 0, 0, 0, 0, 0, 1, 0)
SPLIT_VOTES = (5, 0, 0, 5, 0, 0, 0, 0, 0, 0)
CONTEMPT = (2, 0, 0, 0, 0, 0, 0, 8, 0, 0)
ROWS = [
    (3, "Training", "fer0000000.png", HAPPY),
    (0, "Training", "", (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)),
    (6, "Training", "fer0000002.png", SPLIT_VOTES),
    (6, "PublicTest", "fer0028638.png", CONTEMPT),
    (5, "PrivateTest", "fer0032220.png", HAPPY),
]


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (len(ROWS), 48, 48), np.uint8)


@pytest.fixture
def csv_copy(tmp_path: Path, pixels: np.ndarray) -> Path:
    old, new = ["emotion,pixels,Usage"], ["Usage,Image name," + ",".join(FERPLUS8.labels) + ",unknown,NF"]
    for (emotion, usage, name, votes), picture in zip(ROWS, pixels, strict=True):
        old.append(f"{emotion},{' '.join(map(str, picture.ravel()))},{usage}")
        new.append(f"{usage},{name},{','.join(map(str, votes))}")
    (tmp_path / "fer2013.csv").write_text("\n".join(old))
    (tmp_path / "fer2013new.csv").write_text("\r\n".join(new))
    return tmp_path


@pytest.fixture
def folder_copy(tmp_path: Path, noise) -> Path:
    folders = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}
    for _, usage, name, votes in ROWS:
        if name:
            noise(tmp_path / folders[usage] / name, 48, 48)
            with (tmp_path / folders[usage] / "label.csv").open("a") as file:
                file.write(f'{name},"(0, 0, 48, 48)",{",".join(map(str, votes))}\n')
    return tmp_path


@pytest.mark.parametrize("copy", ["csv_copy", "folder_copy"])
def test_both_copies_say_the_same(copy: str, request: pytest.FixtureRequest) -> None:
    rows = list(FERPLUS.rows(request.getfixturevalue(copy)))
    assert [(row.split, row.label) for row in rows] == [("train", 1), ("train", None), ("public", 7), ("private", 1)]
    assert [tuple(row.votes) for row in rows] == [HAPPY, SPLIT_VOTES, CONTEMPT, HAPPY]
    assert all(row.label_set == FERPLUS8 and row.image().shape == (48, 48, 3) for row in rows)


def test_rows_struck_out_do_not_shift_the_others(csv_copy: Path, pixels: np.ndarray) -> None:
    train, public = (read_data(f"ferplus:{csv_copy}", split) for split in ("train", "public"))
    np.testing.assert_array_equal(train.images, pixels[[0]])  # the second has no name, the third no majority
    np.testing.assert_array_equal(public.images, pixels[[3]])
    assert public.votes.tolist() == [list(CONTEMPT)]


def test_folders_have_boxes(folder_copy: Path) -> None:
    assert next(FERPLUS.rows(folder_copy)).box == (0, 0, 48, 48)


def test_files_that_do_not_belong_together(csv_copy: Path) -> None:
    new = csv_copy / "fer2013new.csv"
    lines = new.read_text().splitlines()
    new.write_text("\n".join(lines[:-1]))
    with pytest.raises(DatasetError, match=r"fer2013new\.csv: it has not as many rows"):
        list(FERPLUS.rows(csv_copy))
    new.write_text("\n".join([lines[0], lines[4], *lines[2:]]))
    first = next(FERPLUS.rows(csv_copy))
    assert isinstance(first, BadSample)
    assert "fer2013new.csv, line 2: usage 'PublicTest' is not that of" in str(first)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",1,8,0,0,0,0,0,0,1,0", ",1,8,0,0,0,0,0,0,1", "line 1: 11 cells instead"),
        (",1,8,0,0,0,0,0,0,1,0", ",one,8,0,0,0,0,0,0,1,0", "line 1: 'one' is not a whole number"),
        (",1,8,0,0,0,0,0,0,1,0", ",-1,8,0,0,0,0,0,0,1,0", "line 1: votes must be counts"),
        ('"(0, 0, 48, 48)"', '"(0, 0, 48)"', r"line 1: '\(0, 0, 48\)' is not a box"),
    ],
)
def test_bad_lines_are_named(folder_copy: Path, old: str, new: str, message: str) -> None:
    labels = folder_copy / "FER2013Train" / "label.csv"
    labels.write_text(labels.read_text().replace(old, new, 1))
    rows = list(FERPLUS.rows(folder_copy, "train"))
    assert len(rows) == 2
    with pytest.raises(BadSample, match=r"label\.csv, " + message):
        raise rows[0]


def test_a_missing_picture_is_named_with_its_line(folder_copy: Path) -> None:
    (folder_copy / "FER2013Valid" / "fer0028638.png").unlink()
    with pytest.raises(BadSample, match=r"label\.csv, line 1: .*fer0028638\.png: no such file"):
        read_data(f"ferplus:{folder_copy}", "public")
