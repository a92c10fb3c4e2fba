from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError, MissingExtra, VideoWarning
from mien.faces import Faces
from mien.labels import EKMAN7, FERPLUS8, FIVE, SMILE2, LabelSet
from mien.video.frame import WatchedFrame
from mien.video.tables import open_timeline_writer, read_timeline, writing
from mien.video.timeline import Timeline

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

FORMATS = ("t.csv", "t.jsonl", "t.ndjson", "t.parquet")


def watched(number: int, tracks: int, label_set: LabelSet = FERPLUS8) -> WatchedFrame:
    """A frame at 30 a second with chance readings, which are the same for the same number."""
    random = np.random.default_rng(number)
    probabilities, raw = random.dirichlet(np.full(len(label_set), 0.2), (2, tracks)).astype(np.float32)
    faces = Faces(
        random.uniform(-50, 2000, (tracks, 4)),
        random.uniform(0.6, 1, tracks),
        np.zeros((tracks, 5, 2)),
        probabilities,
        label_set,
        (1920, 1080),
    )
    return WatchedFrame(number, number / 30, np.zeros((2, 2, 3), np.uint8), faces, np.arange(1, tracks + 1), raw)


def smile(number: int, smiling: float) -> WatchedFrame:
    faces = Faces([[1.5, -2, 1234.5678, 40]], [2 / 3], np.zeros((1, 5, 2)), [[1 - smiling, smiling]], SMILE2, (64, 48))  # type: ignore[arg-type]
    raw = np.array([[1, 0]], np.float32)
    return WatchedFrame(number, number / 30, np.zeros((2, 2, 3), np.uint8), faces, np.array([7]), raw)


def clip() -> Iterator[WatchedFrame]:
    return (watched(number, number % 4) for number in range(100, 120))


def write(path: Path, frames: list[WatchedFrame], label_set: LabelSet) -> None:
    with open_timeline_writer(path, label_set) as writer:
        for frame in frames:
            writer.write(frame)


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_written_reads_back(name: str, tmp_path: Path) -> None:
    write(tmp_path / name, list(clip()), FERPLUS8)
    expected, found = Timeline.from_frames(clip(), FERPLUS8), read_timeline(tmp_path / name)
    assert found.label_set is FERPLUS8
    assert len(found) == 30
    assert np.abs(found.times - expected.times).max() <= 5e-7
    assert (found.frames == expected.frames).all()
    assert (found.tracks == expected.tracks).all()
    for column in ("boxes", "scores", "probabilities", "raw"):
        np.testing.assert_allclose(getattr(found, column), getattr(expected, column), rtol=5.1e-6)
    assert found.times.dtype == np.float64
    assert found.probabilities.dtype == np.float32
    assert os.listdir(tmp_path) == [name]  # no journal is left


ROW = ["0.033333", "1", "7", "1.5", "-2.0", "1234.57", "40.0", "0.666667", "smiling", "0.4", "0.6", "1.0", "0.0"]
HEADER = ["time", "frame", "track", "x1", "y1", "x2", "y2", "score", "label"]
HEADER += ["not smiling", "smiling", "raw_not smiling", "raw_smiling"]


def test_csv_as_others_read_it(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", [smile(1, 0.6)], SMILE2)
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [HEADER, ROW]


def test_json_lines_as_others_read_them(tmp_path: Path) -> None:
    write(tmp_path / "t.jsonl", [smile(1, 0.6), smile(2, 0.25)], SMILE2)
    first, second = map(json.loads, (tmp_path / "t.jsonl").read_text().splitlines())
    assert first == {
        "time": 0.033333,
        "frame": 1,
        "track": 7,
        "box": [1.5, -2, 1234.57, 40],
        "score": 0.666667,
        "label": "smiling",
        "probabilities": {"not smiling": 0.4, "smiling": 0.6},
        "raw": {"not smiling": 1, "smiling": 0},
    }
    assert (second["time"], second["label"]) == (0.066667, "not smiling")


def test_parquet_as_others_read_it(tmp_path: Path) -> None:
    write(tmp_path / "t.parquet", [smile(1, 0.6)], SMILE2)
    table = parquet.read_table(tmp_path / "t.parquet")
    assert table.column_names == HEADER
    assert list(map(str, table.schema.types)) == ["double", "int64", "int64", *["float"] * 5, "string", *["float"] * 4]
    (row,) = table.to_pylist()
    assert row.pop("label") == "smiling"
    assert list(row.values()) == pytest.approx([float(cell) for cell in ROW if cell != "smiling"], rel=1e-7)


def test_a_journal_becomes_parquet_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_BATCH", 8)
    write(tmp_path / "t.parquet", list(clip()), FERPLUS8)
    assert parquet.ParquetFile(tmp_path / "t.parquet").num_row_groups == 4  # 30 rows
    assert (
        read_timeline(tmp_path / "t.parquet").frames.tolist() == Timeline.from_frames(clip(), FERPLUS8).frames.tolist()
    )


@pytest.mark.parametrize("name", FORMATS)
def test_labels_of_ones_own(name: str, tmp_path: Path) -> None:
    own = LabelSet("mine", ("müde", 'wach, "hell"', "raw"))
    write(tmp_path / name, [watched(0, 2, own)], own)
    assert read_timeline(tmp_path / name).label_set == LabelSet("custom", own.labels)


@pytest.mark.parametrize(("name", "label_set"), [("t.csv", FIVE), ("t.jsonl", EKMAN7), ("t.parquet", FIVE)])
def test_nobody_was_seen(name: str, label_set: LabelSet, tmp_path: Path) -> None:
    write(tmp_path / name, [watched(0, 0, FIVE)], FIVE)
    assert len(read_timeline(tmp_path / name)) == 0
    assert read_timeline(tmp_path / name).label_set is label_set


def test_an_audience_can_be_kept(tmp_path: Path) -> None:
    everybody = Timeline.from_frames(clip(), FERPLUS8).audience()
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in everybody.to_dicts()))
    found = read_timeline(tmp_path / "a.jsonl")
    assert found.people == [0]
    assert np.isnan(found.boxes).all()


SLOW_WRITER = """
import sys, time
import numpy as np
from mien.faces import Faces
from mien.labels import SMILE2
from mien.video.frame import WatchedFrame
from mien.video.tables import open_timeline_writer

writers = [open_timeline_writer(path, SMILE2) for path in sys.argv[1:]]
start = time.monotonic()
for number in range(10**6):
    faces = Faces([[1, 2, 3, 4]], [0.9], np.zeros((1, 5, 2)), [[0.25, 0.75]], SMILE2, (64, 48))
    now = time.monotonic() - start
    for writer in writers:
        writer.write(WatchedFrame(number, now, None, faces, np.array([1]), np.full((1, 2), 0.5, np.float32)))
    print(now, flush=True)
    time.sleep(0.01)
"""


def test_a_killed_process_loses_no_more_than_a_second(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("t.csv", "t.jsonl", "t.parquet")]
    with subprocess.Popen([sys.executable, "-c", SLOW_WRITER, *paths], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(40):
            last = float(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert sorted(os.listdir(tmp_path)) == ["t.csv", "t.jsonl", "t.parquet.partial.jsonl"]
    for path in tmp_path.iterdir():
        rows = read_timeline(path)
        assert rows.times[-1] > last - 1
        assert rows.frames.tolist() == list(range(len(rows)))
        assert rows.labels == ["smiling"] * len(rows)


def test_the_journal_of_a_killed_process_is_pointed_at(tmp_path: Path) -> None:
    writer = open_timeline_writer(tmp_path / "t.parquet", FIVE)
    writer.write(watched(0, 1, FIVE))
    with pytest.raises(InputError, match=r"t\.parquet: No such file .* is in .*t\.parquet\.partial\.jsonl"):
        read_timeline(tmp_path / "t.parquet")
    writer.close()
    assert len(read_timeline(tmp_path / "t.parquet")) == 1


def test_old_parquet_stays_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, [watched(0, 1)], FERPLUS8)
    old = path.read_bytes()
    writer = open_timeline_writer(path, FERPLUS8)
    writer.write(watched(1, 3))
    assert path.read_bytes() == old
    writer.close()
    writer.close()
    assert len(read_timeline(path)) == 3


def test_parquet_that_cannot_be_made_leaves_journal_and_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, [watched(0, 1)], FERPLUS8)
    old = path.read_bytes()
    writer = open_timeline_writer(path, FERPLUS8)
    writer.write(watched(1, 3))
    (tmp_path / "t.parquet.partial").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        writer.close()
    assert caught.value.filename == str(path)
    assert path.read_bytes() == old
    assert len(read_timeline(tmp_path / "t.parquet.partial.jsonl")) == 3
    assert sorted(os.listdir(tmp_path)) == ["t.parquet", "t.parquet.partial.jsonl"]


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_seen_before_an_error_is_kept(name: str, tmp_path: Path) -> None:
    def watch() -> None:
        with open_timeline_writer(tmp_path / name, FERPLUS8) as writer:
            writer.write(watched(0, 2))
            raise RuntimeError("the camera fell")

    with pytest.raises(RuntimeError, match="fell"):
        watch()
    assert len(read_timeline(tmp_path / name)) == 2


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_full_disk(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as caught, open_timeline_writer(path, FERPLUS8) as writer:
        writer.write(watched(0, 1))
    assert caught.value.filename == str(path)


@contextmanager
def small_files(limit: int) -> Iterator[None]:
    """Files may not grow past so many bytes; writing then fails as on a disk that fills up in the middle of a row.

    Those of the whole process may not: pytest's own output too, if it goes to a file.
    """
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_what_fitted_on_the_disk_can_be_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    written: list[int] = []

    def watch() -> None:
        with open_timeline_writer(path, FERPLUS8) as writer:
            for number in range(1000):
                writer.write(watched(number, 1))
                written.append(number)

    with pytest.raises(OSError, match="too large") as caught, small_files(10_000):
        watch()
    assert caught.value.filename == str(path)
    assert path.stat().st_size == 10_000
    with pytest.warns(VideoWarning, match=r"line \d+: cut off, left out"):
        assert read_timeline(path).frames.tolist() == written


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        open_timeline_writer(tmp_path / "missing" / name, FIVE)
    assert str(caught.value.filename).startswith(str(tmp_path / "missing" / name))


@pytest.mark.parametrize("name", FORMATS)
def test_a_folder_in_place_of_the_file(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError):
        open_timeline_writer(tmp_path / name, FIVE)
    with pytest.raises(InputError, match="Is a directory"):
        read_timeline(tmp_path / name)


def test_frames_over_another_label_set(tmp_path: Path) -> None:
    with (
        open_timeline_writer(tmp_path / "t.csv", FIVE) as writer,
        pytest.raises(InputError, match="ferplus8, not five"),
    ):
        writer.write(watched(0, 1))


@pytest.mark.parametrize("name", ["t.xlsx", "t", "t.csv.gz"])
def test_other_endings(name: str, tmp_path: Path) -> None:
    for call in (lambda path: open_timeline_writer(path, FIVE), read_timeline):
        with pytest.raises(InputError, match=r"a timeline is a \.csv, \.jsonl \(or \.ndjson\) or \.parquet file"):
            call(tmp_path / name)


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "t.parquet").write_bytes(b"")
    for call in (lambda path: open_timeline_writer(path, FIVE), read_timeline):
        with pytest.raises(MissingExtra, match=r"Parquet timelines needs .* 'mien\[video\]'"):
            call(tmp_path / "t.parquet")
    write(tmp_path / "t.csv", [watched(0, 1)], FERPLUS8)
    assert len(read_timeline(tmp_path / "t.csv")) == 1


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_a_last_line_cut_anywhere_is_left_out(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path, [smile(0, 0.6), smile(1, 0.75)], SMILE2)
    whole = path.read_bytes()
    last = len(whole.splitlines(keepends=True)[-1])
    for cut in range(1, last, 9):  # in the last cell of CSV, a cut number is still a number
        path.write_bytes(whole[:-cut])
        with pytest.warns(VideoWarning, match=rf"{name}, line \d: cut off, left out"):
            assert read_timeline(path).frames.tolist() == [0]


DAMAGE = [
    ("t.csv", "1.0", "one"),
    ("t.csv", ",40.0", ""),
    ("t.csv", "40.0", "40.0,8"),
    ("t.jsonl", '{"time"', '{time"'),
    ("t.jsonl", '"track": 7', '"trick": 7'),
    ("t.jsonl", "1.5, ", ""),
    ("t.jsonl", '"score": 0.666667', '"score": null'),
    ("t.jsonl", '"raw": {"not smiling": 1.0, ', '"raw": {'),
    ("t.jsonl", '"frame": 1', '"frame": 1' + 400 * "0"),
]


@pytest.mark.parametrize(("name", "old", "new"), DAMAGE)
def test_a_damaged_line_is_named(name: str, old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path, [smile(0, 0.6), smile(1, 0.6), smile(2, 0.6)], SMILE2)
    lines = path.read_text().splitlines(keepends=True)
    assert old in lines[-2]
    lines[-2] = lines[-2].replace(old, new, 1)
    path.write_text("".join(lines))
    with pytest.raises(InputError, match=rf"{name}, line {len(lines) - 1}: "):
        read_timeline(path)


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
@pytest.mark.parametrize(("old", "new"), [("0.666667", "NaN"), ("0.033333", "Infinity"), ("0.033333", "-1")])
def test_numbers_that_cannot_be(name: str, old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path, [smile(0, 0.6), smile(1, 0.6)], SMILE2)
    first, second = path.read_text().rsplit("\n", 2)[:2]
    path.write_text(first + "\n" + second.replace(old, new) + "\n")
    with pytest.raises(InputError, match=rf"{name}: (reading 2 has (nan for score|inf for time)|.*must not decrease)"):
        read_timeline(path)


@pytest.mark.parametrize("missing", ["time", "label", "x2", "smiling", "raw_smiling"])
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_a_missing_column_is_named(name: str, missing: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write(path, [smile(0, 0.6)], SMILE2)
    if name == "t.csv":
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        place = rows[0].index(missing)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(row[:place] + row[place + 1 :] for row in rows)
    else:
        parquet.write_table(parquet.read_table(path).drop_columns([missing]), path)
    with pytest.raises(InputError, match=rf"{name}: not a timeline, there is no column {missing}$"):
        read_timeline(path)


def test_columns_in_another_order(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", list(clip()), FERPLUS8)
    expected = read_timeline(tmp_path / "t.csv")
    names = ["raw_neutral", *(name for name in expected.to_table() if name != "raw_neutral")][::-1]
    names.sort(key=lambda name: name in FERPLUS8.labels)
    order = [*(name for name in names if name not in FERPLUS8.labels), *FERPLUS8.labels]
    table = expected.to_table()
    parquet.write_table(pyarrow.table({name: table[name] for name in order}), tmp_path / "t.parquet")
    with (tmp_path / "t.csv").open("w", newline="") as file:
        csv.writer(file).writerows([order, *zip(*(table[name] for name in order), strict=True)])
    for found in map(read_timeline, (tmp_path / "t.csv", tmp_path / "t.parquet")):
        assert found.to_dicts()[7]["probabilities"] == expected.to_dicts()[7]["probabilities"]
        assert (found.boxes == expected.boxes).all()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "there is no column label, time"),
        ("t.csv", b"image,x1,y1,x2,y2,score,label,happy\n", "there is no column time, frame, track$"),
        ("t.csv", (",".join(HEADER[:9]) + "\n").encode(), "no column of a label's probability"),
        ("t.csv", b"\x89PNG\r\n\x1a\n", "line 1: not a text in UTF-8"),
        ("t.csv", b"time,fra", "there is not one whole line in it"),
        ("t.jsonl", b'{"image": "a.png", "faces": []}\n', "line 1: not a reading of a timeline"),
        ("t.jsonl", b"[1, 2]\n", "line 1: not a reading of a timeline"),
        ("t.jsonl", b"{\n}\n", "line 1: not a reading of a timeline"),
        ("t.csv", b'"' + 140_000 * b"a" + b'"\n', "line 1: not a header|not a timeline"),
        ("t.parquet", b"PK\3\4 a zip", "not a timeline in Parquet"),
        ("t.parquet", b"", "not a timeline in Parquet"),
    ],
)
def test_something_else(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_timeline(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_damaged_parquet(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write(path, list(clip()), FERPLUS8)
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 1000 + content[1004:])
    with pytest.raises(InputError, match=r"t\.parquet: not a timeline in Parquet \(.+\)$") as caught:
        read_timeline(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"t\.csv: No such file or directory$"):
        read_timeline(tmp_path / "t.csv")


def test_small_probabilities_keep_their_digits(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", [smile(0, 1.2345678e-7)], SMILE2)
    assert math.isclose(read_timeline(tmp_path / "t.csv").probabilities[0, 1], 1.23457e-7, rel_tol=1e-6)
