from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.datasets import AFFECTNET
from mien.errors import BadSample, UnreadableImage

HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
POINTS = np.arange(136) / 2
LINE = ";".join(map(str, POINTS))
TRAINING = [
    f"689/a.jpg,10,20,30,40,{LINE},1,0.785714,-0.055556",
    f"392/b.jpg,1,2,3,4,{LINE},10,-2,-2",
    f"392/c.jpg,1,2,3,4,{LINE},7,-0.5,0.25",
]


@pytest.fixture
def tables(tmp_path: Path, noise) -> Path:
    (tmp_path / "training.csv").write_text("\n".join([HEADER, *TRAINING]))
    (tmp_path / "validation.csv").write_text("\n".join([HEADER, f"7/d.jpg,0,0,5,6,{LINE},0,0,0"]))
    for name in ("689/a.jpg", "392/b.jpg", "392/c.jpg", "7/d.jpg"):
        noise(tmp_path / "Manually_Annotated_Images" / name, 80, 60)
    return tmp_path


@pytest.fixture
def folders(tmp_path: Path, noise) -> Path:
    for part, number, expression in (("train_set", 0, "6"), ("train_set", 7, "3"), ("val_set", 2, "5")):
        noise(tmp_path / part / "images" / f"{number}.jpg", 28, 28)
        annotations = tmp_path / part / "annotations"
        annotations.mkdir(exist_ok=True)
        np.save(annotations / f"{number}_exp.npy", np.array(expression))  # text, as published
        np.save(annotations / f"{number}_val.npy", np.array("-0.25"))
        np.save(annotations / f"{number}_aro.npy", np.array(0.5))
        np.save(annotations / f"{number}_lnd.npy", POINTS)
    return tmp_path


def label_of(sample) -> str:
    return sample.label_set.labels[sample.label]


def test_first_form(tables: Path) -> None:
    happy, no_face, contempt = AFFECTNET.rows(tables, "train")
    assert label_of(happy) == "happiness"
    assert happy.box == (10, 20, 40, 60)
    assert happy.details == {"valence": 0.785714, "arousal": -0.055556}
    assert happy.landmarks.shape == (68, 2)
    assert happy.landmarks[1].tolist() == [1.0, 1.5]
    assert happy.image().shape == (80, 60, 3)
    assert (no_face.label, no_face.details) == (None, {"expression": "no face"})
    assert label_of(contempt) == "contempt"
    assert [label_of(sample) for sample in AFFECTNET.rows(tables, "val")] == ["neutral"]


def test_second_form(folders: Path) -> None:
    angry, surprised = AFFECTNET.rows(folders, "train")
    assert (angry.name, label_of(angry)) == ("train_set/images/0.jpg", "anger")
    assert label_of(surprised) == "surprise"
    assert angry.details == {"valence": -0.25, "arousal": 0.5}
    assert angry.landmarks[67].tolist() == [67.0, 67.5]
    assert [label_of(sample) for sample in AFFECTNET.rows(folders, "val")] == ["disgust"]


def test_every_code(tables: Path) -> None:
    words = ["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"]
    lines = [f"{i}.jpg,1,2,3,4,{LINE},{i},0,0" for i in range(11)]
    (tables / "training.csv").write_text("\n".join([HEADER, *lines]))
    rows = list(AFFECTNET.rows(tables, "train"))
    assert [label_of(row) for row in rows[:8]] == words
    assert [row.details["expression"] for row in rows[8:]] == ["none", "uncertain", "no face"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"a.jpg,1,2,3,4,{LINE},11,0,0", "expression 11 is none of"),
        (f"a.jpg,1,2,3,4,{LINE},,0,0", "'' is not a number"),
        (f"a.jpg,1,two,3,4,{LINE},1,0,0", "'two' is not a number"),
        ("a.jpg,1,2,3,4,1;2;3,1,0,0", "3 numbers instead of 68 landmarks"),
    ],
)
def test_bad_lines(tables: Path, line: str, message: str) -> None:
    (tables / "training.csv").write_text("\n".join([HEADER, line, TRAINING[0]]))
    bad, good = AFFECTNET.rows(tables, "train")
    with pytest.raises(BadSample, match=rf"training\.csv, line 2: {message}"):
        raise bad
    assert label_of(good) == "happiness"


def test_bad_annotations(folders: Path) -> None:
    annotations = folders / "train_set" / "annotations"
    np.save(annotations / "0_lnd.npy", POINTS[:-1])
    (annotations / "7_exp.npy").unlink()
    short, missing = AFFECTNET.rows(folders, "train")
    assert "0_lnd.npy: 135 values instead of 136" in str(short)
    assert "7_exp.npy: No such file" in str(missing)
    (annotations / "7_exp.npy").write_bytes(b"\x80\x04N.")
    *_, damaged = AFFECTNET.rows(folders, "train")
    assert "7_exp.npy: not an array" in str(damaged)


def test_a_missing_picture_is_named_with_its_line(tables: Path) -> None:
    (tables / "Manually_Annotated_Images/392/c.jpg").unlink()
    *_, last = AFFECTNET.rows(tables, "train")
    with pytest.raises(UnreadableImage, match=r"training\.csv, line 4: .*392/c\.jpg: no such file"):
        last.image()
