from __future__ import annotations

from pathlib import Path

import pytest
from trees import read_all, write_picture, write_sheet, write_text

from mien.datasets.casme2 import CASME2
from mien.errors import DatasetError
from mien.labels import MICRO3

TABLE = "CASME2-coding-20140508.xlsx"
HEADER = (
    *("Subject", "Filename", None, "OnsetFrame", "ApexFrame", "OffsetFrame", None),
    *("Action Units", "Estimated Emotion"),
)


def row(subject: object, filename: str, frames: tuple[object, object, object], units: object, emotion: str) -> tuple:
    return (subject, filename, None, *frames, None, units, emotion)


def write_clip(root: Path, place: str, first: int, last: int, prefix: str = "img") -> None:
    for frame in range(first, last + 1):
        write_picture(root / place / f"{prefix}{frame}.jpg", frame)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    clips = tmp_path / "CASME2_RAW_selected"
    write_clip(clips, "sub01/EP02_01f", 96, 106)
    write_clip(clips, "sub01/EP03_02", 8, 14)
    write_clip(clips, "sub26/EP18_50", 1, 5)
    write_sheet(
        tmp_path / TABLE,
        [
            HEADER,
            row("01", "EP02_01f", (98, 101, 104), 12, "happiness"),
            row(1, "EP03_02", (9, "/", 12), "4+L10", "others"),
            row(26, "EP18_50", (1, 2, 5), "R14", "repression"),
        ],
    )
    return tmp_path


def level(image: object) -> int:
    return int(image[0, 0, 0])


def test_clips(copy: Path) -> None:
    samples, bad = read_all(CASME2, copy)
    assert bad == []
    assert list(samples) == ["sub01/EP02_01f", "sub01/EP03_02", "sub26/EP18_50"]
    happy, other, repressed = samples.values()
    assert happy.label == MICRO3.index("positive")
    assert happy.subject == "sub01"
    assert happy.action_units == {12: None}
    assert happy.details == {
        **{"onset": 98, "apex": 101, "offset": 104},
        **{"emotion": "happiness", "action_units": "12"},
    }
    # From onset to offset, beyond the ninety-ninth frame in the order of time.
    assert [level(frame) for frame in happy.frames()] == [98, 99, 100, 101, 102, 103, 104]
    assert level(happy.image()) == 101
    assert other.label is None
    assert other.details["emotion"] == "others"
    assert other.action_units == {4: None, 10: None}
    assert "apex" not in other.details
    assert [level(frame) for frame in other.frames()] == [9, 10, 11, 12]
    assert level(other.image()) == 11
    assert repressed.label == MICRO3.index("negative")
    assert repressed.subject == "sub26"
    assert level(repressed.image()) == 2


def test_cropped_frames(copy: Path) -> None:
    clips = copy / "CASME2_RAW_selected"
    for clip in ("sub01/EP02_01f", "sub01/EP03_02", "sub26/EP18_50"):
        for file in (clips / clip).iterdir():
            file.rename(file.with_name(f"reg_{file.name}"))
    clips.rename(copy / "Cropped")
    samples, bad = read_all(CASME2, copy)
    assert bad == []
    assert level(samples["sub01/EP02_01f"].image()) == 101


def test_an_apex_outside_its_clip_is_a_slip(copy: Path) -> None:
    write_sheet(copy / TABLE, [HEADER, row("01", "EP02_01f", (98, 106, 104), 12, "happiness")])
    samples, bad = read_all(CASME2, copy)
    assert bad == []
    assert level(samples["sub01/EP02_01f"].image()) == 101
    assert samples["sub01/EP02_01f"].details["apex"] == 106


def test_bad_rows_are_named_and_the_others_go_on(copy: Path) -> None:
    (copy / "CASME2_RAW_selected/sub26/EP18_50/img2.jpg").unlink()
    write_sheet(
        copy / TABLE,
        [
            ("Coding of CASME II",),
            HEADER,
            row("01", "EP99_01", (1, 2, 3), 4, "disgust"),
            row("01", "EP02_01f", (300, 301, 302), 4, "disgust"),
            row("01", "EP02_01f", (98, 99, None), 4, "disgust"),
            row("01", "EP02_01f", (98, "late", 104), 4, "disgust"),
            row(26, "EP18_50", (1, 2, 5), "R14", "repression"),
            (),
            row("01", "EP03_02", (9, "/", 12), "?", "disgust"),
        ],
    )
    samples, bad = read_all(CASME2, copy)
    assert [(sample.label, sample.action_units) for sample in samples.values()] == [(0, None)]
    parts = (
        "EP99_01: no such folder",
        "no frames 300 to 302",
        "'' is not a whole number",
        "'late'",
        "no frame 2, the apex",
    )
    for number, (message, part) in enumerate(zip(bad, parts, strict=True), 3):
        assert f"{TABLE}, row {number}: " in message
        assert part in message


def test_damaged_spreadsheets_are_named(copy: Path) -> None:
    whole = (copy / TABLE).read_bytes()
    for damaged in (b"hello", whole[: len(whole) // 2], whole[:200] + b"\0" * 200 + whole[400:]):
        (copy / TABLE).write_bytes(damaged)
        with pytest.raises(DatasetError, match=r"coding-20140508\.xlsx: not a spreadsheet"):
            list(CASME2.rows(copy))
    write_sheet(copy / TABLE, [("Subject", "Filename", "OnsetFrame", "ApexFrame", "Action Units", "Estimated Emotion")])
    with pytest.raises(DatasetError, match=r"coding-20140508\.xlsx: there is no column OffsetFrame$"):
        list(CASME2.rows(copy))
    write_sheet(copy / TABLE, [])
    with pytest.raises(DatasetError, match="there is no column Subject"):
        list(CASME2.rows(copy))


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no CASME2-coding-20140508\.xlsx here"):
        list(CASME2.rows(tmp_path))
    write_text(tmp_path / TABLE, [])
    with pytest.raises(DatasetError, match="CASME2_RAW_selected: no such"):
        list(CASME2.rows(tmp_path))
