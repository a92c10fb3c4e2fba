from __future__ import annotations

from pathlib import Path

import pytest
from trees import read_all, write_picture, write_sheet

from mien.datasets.samm import SAMM
from mien.errors import DatasetError
from mien.labels import MICRO3

TABLE = "SAMM_Micro_FACS_Codes_v2.xlsx"
HEADER = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro"),
    *("Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
)
ABOVE = [("SAMM", None, "Micro FACS codes"), *[("Some words on the coding",)] * 12]
CLIPS = [
    ("006", "006_1_2", 1, 97, 99, 101, 5, "1/2", "AU12A + L14", "Happiness", 3, None),
    (20, "020_6_1", 6, 5, 6, 7, 3, "1", "4E+7B", "Anger", 1, None),
    ("020", "020_7_1", 7, 5, 7, 7, 3, "1", 2, "Other", 7, "weak"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for subject, clip, first, last in (("006", "006_1_2", 95, 103), ("020", "020_6_1", 5, 7), ("020", "020_7_1", 5, 7)):
        for frame in range(first, last + 1):
            write_picture(tmp_path / subject / clip / f"{subject}_{frame:05d}.jpg", frame)
    write_sheet(tmp_path / TABLE, [*ABOVE, HEADER, *CLIPS])
    return tmp_path


def test_clips(copy: Path) -> None:
    samples, bad = read_all(SAMM, copy)
    assert bad == []
    assert list(samples) == ["006/006_1_2", "020/020_6_1", "020/020_7_1"]
    happy, angry, other = samples.values()
    assert [sample.label for sample in samples.values()] == [*map(MICRO3.index, ("positive", "negative")), None]
    assert [sample.subject for sample in samples.values()] == ["006", "020", "020"]
    assert happy.action_units == {12: 1.0, 14: None}
    assert angry.action_units == {4: 5.0, 7: 2.0}
    assert other.action_units == {2: None}
    assert angry.details == {
        **{"onset": 5, "apex": 6, "offset": 7},
        **{"emotion": "Anger", "action_units": "4E+7B"},
    }
    assert [int(frame[0, 0, 0]) for frame in happy.frames()] == [97, 98, 99, 100, 101]
    assert [int(sample.image()[0, 0, 0]) for sample in samples.values()] == [99, 6, 7]


def test_a_missing_clip_is_named_with_its_row(copy: Path) -> None:
    (copy / "020/020_6_1").rename(copy / "020/020_6_9")
    samples, bad = read_all(SAMM, copy)
    assert list(samples) == ["006/006_1_2", "020/020_7_1"]
    assert len(bad) == 1
    assert f"{TABLE}, row 16: " in bad[0]
    assert "020_6_1: no such folder" in bad[0]


def test_wrong_copies_are_refused(copy: Path) -> None:
    header = ["Apex" if title == "Apex Frame" else title for title in HEADER]
    write_sheet(copy / TABLE, [*ABOVE, header, *CLIPS])
    with pytest.raises(DatasetError, match=r"v2\.xlsx: there is no column ApexFrame$"):
        list(SAMM.rows(copy))
    (copy / TABLE).unlink()
    with pytest.raises(DatasetError, match=r"v2\.xlsx: no such"):
        list(SAMM.rows(copy))
