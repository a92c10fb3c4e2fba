"""The command as a user runs it: a real process, real files."""

from __future__ import annotations

import csv
import io
import json
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def mien(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return Path(shutil.copy(ASTRONAUT, tmp_path / "photo.jpg"))


def test_a_table_by_default(photo: Path) -> None:
    done = mien("analyze", "photo.jpg", cwd=photo.parent)
    assert done.returncode == 0
    assert "photo.jpg" in done.stdout
    assert "happy" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert done.stderr == ""


def test_json_lines_and_nothing_else_on_standard_output(photo: Path) -> None:
    blank = photo.with_name("blank.png")
    Image.new("RGB", (60, 40)).save(blank)
    bad = photo.with_name("bad.jpg")
    bad.write_text("hello")
    done = mien("analyze", photo, bad, blank, "--json", "-", "--label-set", "five")
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert list(first) == ["image", "width", "height", "model", "label_set", "faces"]
    assert (first["image"], first["width"], first["height"]) == (str(photo), 512, 512)
    assert (first["model"], first["label_set"]) == ("mien", "five")
    (face,) = first["faces"]
    assert list(face) == ["box", "score", "landmarks", "label", "unsure", "probabilities", "pose"]
    assert len(face["box"]) == 4
    assert np.shape(face["landmarks"]) == (5, 2)
    assert face["label"] == "happy"
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert second == {"image": str(bad), "error": {"type": "UnreadableImage", "message": second["error"]["message"]}}
    assert "not a picture" in second["error"]["message"]
    assert third["faces"] == []
    assert done.returncode == 1
    assert "bad.jpg" in done.stderr
    assert "1 of 3 pictures could not be read" in done.stderr


def test_csv(photo: Path) -> None:
    done = mien("analyze", photo, "--csv", "-")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row["image"] == str(photo)
    assert row["label"] == "happy"
    assert float(row["x1"]) < float(row["x2"])
    assert float(row["happy"]) > 0.7


def test_files_and_marked_pictures(photo: Path) -> None:
    folder = photo.parent
    (folder / "sub").mkdir()
    shutil.copy(photo, folder / "sub" / "photo.jpg")
    done = mien("analyze", folder, "--json", folder / "a.jsonl", "--csv", folder / "a.csv", "--annotate", folder / "m")
    assert done.returncode == 0
    assert len((folder / "a.jsonl").read_text().splitlines()) == 2
    assert len((folder / "a.csv").read_text().splitlines()) == 3
    marked = sorted((folder / "m").iterdir())
    assert [path.name for path in marked] == ["photo-2.png", "photo.png"]
    before = np.asarray(Image.open(photo).convert("RGB")).astype(int)
    after = np.asarray(Image.open(marked[1])).astype(int)
    assert before.shape == after.shape
    changed = np.abs(before - after).max(2) > 60
    assert changed[40:180, 170:280].any()  # at the face
    assert not changed[300:].any()  # nowhere else
    assert "marked picture" in done.stdout


def test_marked_pictures_never_replace_what_was_read(tmp_path: Path) -> None:
    source = tmp_path / "photo.png"
    Image.open(ASTRONAUT).save(source)
    before = source.read_bytes()
    assert mien("analyze", tmp_path, "--annotate", tmp_path).returncode == 0
    assert source.read_bytes() == before
    assert (tmp_path / "photo-2.png").exists()


def bomb(path: Path) -> Path:
    """A PNG of 20000x20000 black pixels in 50 kB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 20_000
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * side))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def cut(path: Path) -> Path:
    path.write_bytes(ASTRONAUT.read_bytes()[:20_000])
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("make", "name", "reason"),
    [
        (lambda p: p, "missing.jpg", "no such file"),
        (empty, "empty.jpg", "empty"),
        (cut, "cut.jpg", "cut short"),
        (bomb, "bomb.png", "20000 x 20000"),
        (folder, "album", "no pictures"),
    ],
    ids=["missing", "empty", "truncated", "bomb", "folder without pictures"],
)
def test_bad_input_is_one_clear_line(tmp_path: Path, make, name: str, reason: str) -> None:
    path = make(tmp_path / name)
    for options in ([], ["--json", "-"]):
        done = mien("analyze", path, *options)
        assert done.returncode == 2
        (line,) = done.stderr.splitlines()
        assert line.startswith("mien: error: ")
        assert name in line
        assert reason in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--model", "nobody"], "no model is named 'nobody'"),
        (["--label-set", "eight"], "no label set is named 'eight'"),
        (["--crops", "3"], "crops must be 1 or 2 or 5 or 10 for model 'mien', not 3"),
        (["--json", "-", "--csv", "-"], "only one of --json and --csv"),
        (["--json", "nowhere/a.json"], "nowhere/a.json: No such file or directory"),
    ],
)
def test_bad_options_are_one_clear_line(photo: Path, options: list[str], message: str) -> None:
    done = mien("analyze", photo, *options)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("mien: error: ")
    assert message in line


def test_debug_shows_where_it_came_from(photo: Path) -> None:
    done = mien("analyze", photo, "--model", "nobody", "--debug")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("mien: error: ")
