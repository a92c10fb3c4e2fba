"""JAFFE, KDEF, AKDEF and RaFD, whose file names say everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.datasets import READERS
from mien.datasets.sample import Pose
from mien.errors import BadSample, DatasetError


@pytest.mark.parametrize(
    ("name", "file", "label", "subject", "yaw", "details"),
    [
        ("jaffe", "KA.AN1.39.tiff", "angry", "KA", None, {}),
        ("jaffe", "KL.DI3.169.tiff", "disgust", "KL", None, {}),
        ("jaffe", "YM.FE4.70.tiff", "fear", "YM", None, {}),
        ("jaffe", "TM.HA2.181.tiff", "happy", "TM", None, {}),
        ("jaffe", "NA.NE1.199.tiff", "neutral", "NA", None, {}),
        ("jaffe", "MK.SA1.133.tiff", "sad", "MK", None, {}),
        ("jaffe", "UY.SU2.144.tiff", "surprise", "UY", None, {}),
        ("kdef", "AF01/AF01ANFL.JPG", "angry", "F01", -90, {"session": "A", "sex": "F"}),
        ("kdef", "BM35/BM35AFHL.JPG", "fear", "M35", -45, {"session": "B", "sex": "M"}),
        ("kdef", "AF02/AF02NES.JPG", "neutral", "F02", 0, {"session": "A", "sex": "F"}),
        ("kdef", "BF02/BF02SUHR.JPG", "surprise", "F02", 45, {"session": "B", "sex": "F"}),
        ("kdef", "AM10DIFR.JPG", "disgust", "M10", 90, {"session": "A", "sex": "M"}),
        ("akdef", "FAFFL.JPG", "fear", None, -90, {"sex": "F"}),
        ("akdef", "MHAS.JPG", "happy", None, 0, {"sex": "M"}),
        (
            "rafd",
            "Rafd090_28_Caucasian_male_angry_frontal.jpg",
            "anger",
            "28",
            0,
            {"camera": "090", "group": "Caucasian", "sex": "male", "gaze": "frontal"},
        ),
        (
            "rafd",
            "Rafd180_73_Moroccan_male_contemptuous_left.jpg",
            "contempt",
            "73",
            -90,
            {"camera": "180", "group": "Moroccan", "sex": "male", "gaze": "left"},
        ),
        (
            "rafd",
            "Rafd045_40_Kid_female_fearful_right.jpg",
            "fear",
            "40",
            45,
            {"camera": "045", "group": "Kid", "sex": "female", "gaze": "right"},
        ),
    ],
)
def test_names(
    tmp_path: Path, noise, name: str, file: str, label: str, subject: str | None, yaw: float | None, details: dict
) -> None:
    pixels = noise(tmp_path / file)
    (sample,) = READERS[name].rows(tmp_path)
    assert sample.name == file
    assert sample.label_set.labels[sample.label] == label
    assert sample.subject == subject
    assert sample.pose == (None if yaw is None else Pose(yaw))
    assert sample.details == details
    assert sample.image().shape == (*pixels.shape, 3)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("jaffe", "KA.AN1.39.tiff", "KA.XX1.39.tiff"),
        ("kdef", "AF01ANFL.JPG", "AF31V.JPG"),
        ("kdef", "AF01ANFL.JPG", "FANFL.JPG"),
        ("akdef", "FANFL.JPG", "AF01ANFL.JPG"),
        ("rafd", "Rafd090_28_Caucasian_male_angry_frontal.jpg", "Rafd091_28_Caucasian_male_angry_frontal.jpg"),
    ],
)
def test_a_name_of_another_form_is_one_bad_sample(tmp_path: Path, noise, name: str, good: str, bad: str) -> None:
    noise(tmp_path / good)
    noise(tmp_path / "x" / bad)
    (tmp_path / "README.txt").write_text("not a picture")
    (tmp_path / f"._{good}").write_text("what a Macintosh leaves behind")
    sample, error = READERS[name].rows(tmp_path)
    assert sample.name == good
    assert isinstance(error, BadSample)
    assert f"x/{bad}: the name is not of the form {good}" in str(error)


@pytest.mark.parametrize("name", ["jaffe", "kdef", "akdef", "rafd"])
def test_no_pictures(tmp_path: Path, name: str) -> None:
    with pytest.raises(DatasetError, match="no pictures"):
        next(READERS[name].rows(tmp_path))


def test_the_first_sample_does_not_wait_for_later_files(tmp_path: Path, noise) -> None:
    for folder in ("AF01", "AF02"):
        noise(tmp_path / folder / f"{folder}ANS.JPG")
    rows = READERS["kdef"].rows(tmp_path)
    assert next(rows).subject == "F01"
    noise(tmp_path / "AF02" / "AF02HAS.JPG")
    assert [row.label_set.labels[row.label] for row in rows] == ["angry", "happy"]
