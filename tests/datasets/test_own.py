"""One's own pictures: folders of classes, and a csv of paths and labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import FOLDERS, LISTING, read_data
from mien.errors import BadSample, DatasetError
from mien.labels import EKMAN7, FERPLUS8, SMILE2


def words(rows) -> list[str]:
    return [row.label_set.labels[row.label] for row in rows]


def test_class_folders(tmp_path: Path, noise) -> None:
    for name in ("Anger/b.png", "Anger/more/a.jpg", "happiness/c.png", "sad/d.bmp"):
        noise(tmp_path / name)
    (tmp_path / "Anger" / "notes.txt").write_text("x")
    rows = list(FOLDERS.rows(tmp_path))
    assert [row.name for row in rows] == ["Anger/b.png", "Anger/more/a.jpg", "happiness/c.png", "sad/d.bmp"]
    assert words(rows) == ["angry", "angry", "happy", "sad"]
    assert all(row.label_set == EKMAN7 and row.split is None for row in rows)


def test_folders_of_parts(tmp_path: Path, noise) -> None:
    for name in ("train/angry/a.png", "train/contempt/b.png", "validation/angry/c.png", "Test/happy/d.png"):
        noise(tmp_path / name)
    rows = {split: list(FOLDERS.rows(tmp_path, split)) for split in ("train", "val", "test")}
    assert {split: words(group) for split, group in rows.items()} == {
        "train": ["anger", "contempt"],
        "val": ["anger"],
        "test": ["happiness"],
    }
    assert rows["test"][0].label_set == FERPLUS8  # one set for all parts, though only train has contempt


def test_folders_of_smiles(tmp_path: Path, noise) -> None:
    for name in ("smiling/a.png", "not_smiling/b.png"):
        noise(tmp_path / name)
    rows = list(FOLDERS.rows(tmp_path))
    assert [(row.name, row.label_set, row.label) for row in rows] == [
        ("not_smiling/b.png", SMILE2, 0),
        ("smiling/a.png", SMILE2, 1),
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (
            ["cat/a.png", "dog/b.png"],
            r"no folder in it is named for an expression; there are cat, dog; known are ekman7",
        ),
        (["angry/a.png", "dog/b.png"], r"dog: no class of ekman7, as the other folders are \(angry, disgust"),
        (["train/angry/a.png", "public/angry/b.png"], "public: this folder is none of the parts train, val, test"),
        (["train/angry/a.png", "test/dog/b.png"], "test/dog: no class of ekman7"),
        (["a.png"], "no folder in it is named for an expression; there are none"),
    ],
)
def test_folders_of_other_things(tmp_path: Path, noise, names: list[str], message: str) -> None:
    for name in names:
        noise(tmp_path / name)
    with pytest.raises(DatasetError, match=message):
        list(FOLDERS.rows(tmp_path))


def test_an_empty_class_folder_is_named(tmp_path: Path, noise) -> None:
    noise(tmp_path / "train/angry/a.png")
    (tmp_path / "train/fear").mkdir()
    _, bad = FOLDERS.rows(tmp_path, "train")
    assert str(bad) == f"{tmp_path}/train/fear: nothing in the folder of class 'fear'"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "faces.csv").write_text("path,label\n")
    with pytest.raises(DatasetError, match=r"faces\.csv: not a folder"):
        list(FOLDERS.rows(tmp_path / "faces.csv"))


@pytest.fixture
def listed(tmp_path: Path, noise) -> Path:
    for name in ("a.png", "more/b, really.png", "c.png"):
        noise(tmp_path / name, 40, 40)
    path = tmp_path / "faces.csv"
    path.write_bytes(
        b"\xef\xbb\xbfpath,label,subject,split,x1,y1,x2,y2,remark\r\n"
        b"a.png,Happiness,anna,train,1,2,30,40,\r\n"
        b'"more/b, really.png",anger,ben,train,,,,,good\r\n'
        b"\r\n"
        b"c.png,neutral,anna,validation,0.5,0,10,10\r\n"
    )
    return path


def test_csv(listed: Path) -> None:
    rows = list(LISTING.rows(listed))
    assert words(rows) == ["happy", "angry", "neutral"]
    assert [row.subject for row in rows] == ["anna", "ben", "anna"]
    assert [row.split for row in rows] == ["train", "train", "val"]
    assert [row.box for row in rows] == [(1, 2, 30, 40), None, (0.5, 0, 10, 10)]
    assert rows[1].image().shape == (40, 40, 3)


def test_csv_of_two_columns(listed: Path) -> None:
    listed.write_text("label,path\ncontempt,a.png\nhappy,c.png\n")
    rows = list(LISTING.rows(listed))
    assert words(rows) == ["contempt", "happiness"]
    assert [(row.subject, row.split, row.box) for row in rows] == [(None, None, None)] * 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,lable\na.png,happy\n", "line 1: there is no column label in the header"),
        ("", "line 1: there is no column path, label in the header"),
        ("path,label\na.png,cat\n", "no label in it is known; known are ekman7"),
        ("path,label\n", "no label in it is known"),
        ("path,label\na.png,\xff\n", "not a csv in UTF-8"),
    ],
)
def test_csv_that_is_wrong_as_a_whole(listed: Path, text: str, message: str) -> None:
    listed.write_bytes(text.encode("latin-1"))
    with pytest.raises(DatasetError, match=rf"faces\.csv(, |: ){message}") as caught:
        list(LISTING.rows(listed))
    assert not isinstance(caught.value, BadSample)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.png,bemused,anna,train,,,,", "label 'bemused' is none of angry, disgust"),
        ("a.png,happy,,train,,,,", "there is no subject"),
        (",happy,anna,train,,,,", "there is no path"),
        ("a.png,happy,anna,dev,,,,", "split 'dev' is none of train, val, test"),
        ("a.png,happy,anna,train,1,2,3,", "'' is not a number"),
        ("a.png,happy,anna,train,5,2,3,4", "the box 5, 2, 3, 4 has no area"),
        ("a.png,happy", "split '' is none of"),
    ],
)
def test_csv_lines_that_are_wrong(listed: Path, line: str, message: str) -> None:
    header = "path,label,subject,split,x1,y1,x2,y2"
    listed.write_text(f"{header}\n{line}\nc.png,sad,ben,train,,,,\n")
    bad, good = LISTING.rows(listed)
    with pytest.raises(BadSample, match=rf"faces\.csv, line 2: {message}"):
        raise bad
    assert words([good]) == ["sad"]


def test_csv_of_a_picture_that_cannot_be_read(listed: Path) -> None:
    (listed.parent / "c.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    with pytest.raises(BadSample, match=r"faces\.csv, line 5: .*c\.png: the picture is cut short"):
        read_data(f"csv:{listed}", "val")
    with pytest.raises(DatasetError, match="there are no labelled pictures"):
        read_data(f"csv:{listed}", "val", skip_bad=True)


def test_csv_of_a_photo_with_a_box(tmp_path: Path) -> None:
    photo = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
    (tmp_path / "faces.csv").write_text(f"path,label,subject,x1,y1,x2,y2\n{photo},happy,eileen,170,60,280,200\n")
    data = read_data(f"csv:{tmp_path}/faces.csv", "all")
    assert data.images.shape == (1, 48, 48)
    assert (data.labels.tolist(), data.subjects.tolist()) == ([3], ["eileen"])


def test_fer2013_row_with_a_pixel_too_few(tmp_path: Path) -> None:
    path = tmp_path / "fer2013.csv"
    rows = [f"3,{' '.join(['7'] * count)},Training" for count in (2304, 2303, 2304)]
    path.write_text("\n".join(["emotion,pixels,Usage", *rows]))
    with pytest.raises(BadSample, match=r"fer2013\.csv, line 3: 2303 pixels instead of 2304"):
        read_data(f"fer2013:{path}", "train")
    assert read_data(f"fer2013:{path}", "train", skip_bad=True).skipped == 1
