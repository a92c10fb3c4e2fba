from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from trees import read_all, write_picture, write_text

from mien.datasets import Sample
from mien.datasets.unbc import UNBC, pspi
from mien.errors import DatasetError

PLACE = "095-tv095/tv095t2aeunaff"

BAD = (
    "aff003_facs.txt: No such file",
    "aff004_facs.txt, line 2: not an action unit",
    "aff005_aam.txt: not 66 lines of x and y",
    "PSPI/095-tv095/tv095t2aeunaff/tv095t2aeunaff006_facs.txt, line 1: 'much' is not a number",
    "untitled.png: the name does not end in the number of the frame",
)


def write_frame(root: Path, number: int, facs: list[str], pain: float) -> None:
    stem = f"{PLACE}/tv095t2aeunaff{number:03d}"
    write_picture(root / "Images" / f"{stem}.png", number)
    write_text(root / "Frame_Labels/FACS" / f"{stem}_facs.txt", facs)
    write_text(root / "Frame_Labels/PSPI" / f"{stem}_facs.txt", [f"   {pain:.7e}"])
    points = [f"   {x:.7e}   {x + number:.7e}" for x in range(66)]
    write_text(root / "AAM_landmarks" / f"{stem}_aam.txt", points)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    units = ["4 2 1 5", "6 3 1 5", "7 1 1 5", "9 0 1 5", "10 2 1 5", "12 5 1 5", "43 1 1 2"]
    write_frame(tmp_path, 1, [], 0)
    write_frame(tmp_path, 2, ["  ".join(f"{float(word):.7e}" for word in line.split()) for line in units], 8)
    for kind, score in (("OPR", 3), ("VAS", 7), ("AFF", 11), ("SEN", 9)):
        write_text(tmp_path / "Sequence_Labels" / kind / f"{PLACE}.txt", [f"   {score:.7e}"])
    return tmp_path


def test_frames(copy: Path) -> None:
    samples, bad = read_all(UNBC, copy)
    assert bad == []
    assert list(samples) == [f"{PLACE}/tv095t2aeunaff00{k}.png" for k in (1, 2)]
    calm, pain = samples.values()
    assert [int(sample.image()[0, 0, 0]) for sample in (calm, pain)] == [1, 2]
    assert calm.subject == pain.subject == "095-tv095"
    assert calm.action_units == dict.fromkeys((4, 6, 7, 9, 10, 12, 20, 25, 26, 27, 43), 0.0)
    present = {4: 2, 6: 3, 7: 1, 9: None, 10: 2, 12: 5, 43: None}
    assert pain.action_units == dict.fromkeys((20, 25, 26, 27), 0.0) | present
    sequence = {"sequence": "tv095t2aeunaff", "opr": 3, "vas": 7, "aff": 11, "sen": 9}
    assert calm.details == {**sequence, "frame": 1, "pspi": 0}
    assert pain.details == {**sequence, "frame": 2, "pspi": 8}
    assert pain.landmarks is not None
    np.testing.assert_array_equal(pain.landmarks, [(x, x + 2) for x in range(66)])
    assert pain.label is pain.split is None


@pytest.mark.parametrize(
    ("units", "score"),
    [
        ({}, 0),
        ({4: 2.0, 6: 3.0, 7: 1.0, 9: None, 10: 2.0, 12: 5.0, 43: None}, 2 + 3 + 2 + 1),
        ({4: 5.0, 6: 5.0, 7: 4.0, 9: 2.0, 10: 5.0, 43: None}, 16),
        ({6: 1.0, 7: 4.0, 9: 3.0, 43: 0.0}, 7),
        ({4: None, 43: 1.0}, 2),
    ],
)
def test_pspi_by_hand(units: dict[int, float | None], score: float) -> None:
    assert pspi(units) == score


def test_the_score_is_computed_where_the_copy_has_none(copy: Path) -> None:
    (copy / "Frame_Labels/PSPI").rename(copy / "elsewhere")
    (copy / "AAM_landmarks").rename(copy / "landmarks")
    samples, bad = read_all(UNBC, copy)
    assert bad == []
    assert [sample.details["pspi"] for sample in samples.values()] == [0, 2 + 3 + 2 + 1]
    assert all(sample.landmarks is None for sample in samples.values())


def test_bad_frames_are_named_and_the_others_go_on(copy: Path) -> None:
    for number in range(3, 7):
        write_frame(copy, number, ["4 1 1 1"], 1)
    stem = f"{PLACE}/tv095t2aeunaff"
    (copy / f"Frame_Labels/FACS/{stem}003_facs.txt").unlink()
    write_text(copy / f"Frame_Labels/FACS/{stem}004_facs.txt", ["4 1 1 1", "6 7 1 1"])
    write_text(copy / f"AAM_landmarks/{stem}005_aam.txt", ["1 2"] * 65)
    write_text(copy / f"Frame_Labels/PSPI/{stem}006_facs.txt", ["much"])
    write_picture(copy / f"Images/{PLACE}/untitled.png")
    samples, bad = read_all(UNBC, copy)
    assert len(samples) == 2
    for message, part in zip(bad, BAD, strict=True):
        assert part in message


def test_a_damaged_score_stops_its_sequence_only(copy: Path) -> None:
    write_text(copy / f"Sequence_Labels/VAS/{PLACE}.txt", ["7", "8"])
    other = write_picture(copy / "Images/042-ll042/ll042t1aaaff/ll042t1aaaff001.png", 9)
    for kind in ("OPR", "VAS", "AFF", "SEN"):
        write_text(copy / f"Sequence_Labels/{kind}/042-ll042/ll042t1aaaff.txt", ["1"])
    for folder, end in (("Frame_Labels/FACS", "facs"), ("Frame_Labels/PSPI", "facs"), ("AAM_landmarks", "aam")):
        lines = {"Frame_Labels/FACS": [], "Frame_Labels/PSPI": ["0"], "AAM_landmarks": ["1 2"] * 66}[folder]
        write_text(copy / folder / f"042-ll042/ll042t1aaaff/{other.stem}_{end}.txt", lines)
    samples, bad = read_all(UNBC, copy)
    assert [sample.subject for sample in samples.values()] == ["042-ll042"]
    assert len(bad) == 1
    assert f"VAS/{PLACE}.txt: not one number" in bad[0]


def test_reading_is_lazy(copy: Path) -> None:
    rows = UNBC.rows(copy)
    assert isinstance(next(rows), Sample)
    (copy / f"Frame_Labels/FACS/{PLACE}/tv095t2aeunaff002_facs.txt").unlink()
    assert not isinstance(next(rows), Sample)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Images: no such file or folder"):
        list(UNBC.rows(tmp_path))
