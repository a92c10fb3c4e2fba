from __future__ import annotations

from pathlib import Path

import pytest
from trees import read_all, write_picture, write_text

from mien.datasets.bp4d import BP4D, FOLDS
from mien.errors import DatasetError

INTENSITY_UNITS = (6, 10, 12, 14, 17)


def occurrences(frame: int, present: tuple[int, ...], absent: tuple[int, ...]) -> str:
    codes = [1 if unit in present else 0 if unit in absent else 9 for unit in range(1, 100)]
    return ",".join(map(str, (frame, *codes)))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for task, digits in (("T1", 4), ("T2", 3)):
        for frame in (9, 10, 11):
            write_picture(tmp_path / f"F001/{task}/{frame:0{digits}d}.jpg", 10 * frame)
        lines = [
            ",".join(map(str, range(100))),
            occurrences(10, (6, 12, 64, 99), (1, 4, 10)),
            occurrences(11, (), (6, 12)),
        ]
        write_text(tmp_path / f"AU_OCC/F001_{task}.csv", lines)
    return tmp_path


def write_intensities(root: Path, stem: str, levels: dict[int, tuple[int, int]]) -> None:
    for unit in INTENSITY_UNITS:
        lines = [f"{frame},{level}" for frame, level in zip((10, 11), levels.get(unit, (9, 9)), strict=True)]
        write_text(root / f"AU_INT/AU{unit:02d}/{stem}_AU{unit:02d}.csv", lines)


def test_occurrences(copy: Path) -> None:
    samples, bad = read_all(BP4D, copy)
    assert bad == []
    assert list(samples) == ["F001/T1/0010.jpg", "F001/T1/0011.jpg", "F001/T2/010.jpg", "F001/T2/011.jpg"]
    for task, name in (("T1", "F001/T1/0010.jpg"), ("T2", "F001/T2/010.jpg")):
        sample = samples[name]
        # Unknown units are missing, and so is what is no unit of the face.
        assert sample.action_units == {1: 0.0, 4: 0.0, 6: None, 10: 0.0, 12: None}
        assert sample.subject == "F001"
        assert sample.details == {"task": task, "frame": 10}
        assert abs(int(sample.image()[0, 0, 0]) - 100) <= 2
    assert samples["F001/T1/0011.jpg"].action_units == {6: 0.0, 12: 0.0}


def test_intensities_where_they_are_valid(copy: Path) -> None:
    write_intensities(copy, "F001_T1", {6: (3, 0), 12: (9, 2), 14: (0, 5)})
    write_intensities(copy, "F001_T2", {})
    samples, bad = read_all(BP4D, copy)
    assert bad == []
    assert samples["F001/T1/0010.jpg"].action_units == {1: 0.0, 4: 0.0, 6: 3.0, 10: 0.0, 12: None, 14: 0.0}
    assert samples["F001/T1/0011.jpg"].action_units == {6: 0.0, 12: 2.0, 14: 5.0}
    assert samples["F001/T2/011.jpg"].action_units == {6: 0.0, 12: 0.0}


def test_the_folders_of_the_published_archive(copy: Path) -> None:
    write_intensities(copy, "F001_T1", {6: (3, 0)})
    write_intensities(copy, "F001_T2", {})
    for folder, parent in (("AU_OCC", "AUCoding"), ("AU_INT", "AUCoding"), ("F001", "2D+3D")):
        (copy / parent).mkdir(exist_ok=True)
        (copy / folder).rename(copy / parent / folder)
    samples, bad = read_all(BP4D, copy)
    assert bad == []
    assert samples["F001/T1/0010.jpg"].action_units[6] == 3.0


def test_bad_rows_are_named(copy: Path) -> None:
    file = copy / "AU_OCC/F001_T1.csv"
    header = file.read_text().splitlines()[0]
    rows = [
        occurrences(9, (), (1,)),
        occurrences(77, (), (1,)),
        "10,0,1",
        occurrences(10, (), ()).replace(",9", ",5", 1),
    ]
    write_text(file, [header, *rows])
    (copy / "F001/T2").rename(copy / "F001/T3")
    write_text(copy / "AU_OCC/notes.csv", ["1,2"])
    samples, bad = read_all(BP4D, copy)
    assert list(samples) == ["F001/T1/0009.jpg"]
    parts = (
        "F001_T1.csv, line 3: ",
        "F001_T1.csv, line 4: 2 codes for 99 columns",
        "F001_T1.csv, line 5: the codes of action units are 0, 1 and 9",
        "F001/T2: no such folder",
        "notes.csv: the name is not of the form F001_T1",
    )
    for message, part in zip(bad, parts, strict=True):
        assert part in message
    assert bad[0].endswith("has no picture 0077.jpg")


def test_bad_intensities_stop_their_task_only(copy: Path) -> None:
    write_intensities(copy, "F001_T1", {6: (3, 6)})
    write_intensities(copy, "F001_T2", {})
    samples, bad = read_all(BP4D, copy)
    assert {sample.details["task"] for sample in samples.values()} == {"T2"}
    assert len(bad) == 1
    assert "AU06/F001_T1_AU06.csv, line 2: not a frame and an intensity" in bad[0]
    (copy / "AU_INT/AU17/F001_T2_AU17.csv").unlink()
    assert "F001_T2_AU17.csv: no such file" in read_all(BP4D, copy)[1][1]


def test_folds_hold_every_subject_once() -> None:
    subjects = [f"F{k:03d}" for k in range(1, 24)] + [f"M{k:03d}" for k in range(1, 19)]
    assert sorted(subject for fold in FOLDS for subject in fold) == subjects
    assert [len(fold) for fold in FOLDS] == [14, 14, 13]


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="AU_OCC: no such"):
        list(BP4D.rows(tmp_path))
    (tmp_path / "AU_OCC").mkdir()
    with pytest.raises(DatasetError, match=r"no files F001_T1\.csv"):
        list(BP4D.rows(tmp_path))
