"""``mien watch`` as a user runs it."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

av = pytest.importorskip("av")
parquet = pytest.importorskip("pyarrow.parquet")

from moving_faces import actor, backdrop, draw, line, write_clip  # noqa: E402

Image = npt.NDArray[np.uint8]
COMMAND = [sys.executable, "-m", "mien", "watch"]


def watch(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=120)


@pytest.fixture(scope="module")
def clip(astronaut: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    person = actor(astronaut, line((120, 120, 80), (200, 120, 80), 0, 9))
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    write_clip(path, (draw([person], backdrop(320, 240), i / 10) for i in range(20)), 10)
    return path


def test_a_summary_and_all_files(clip: Path, tmp_path: Path) -> None:
    done = watch(
        clip, "--csv", "t.csv", "--json", "t.jsonl", "--parquet", "t.parquet", "--record", "t.mp4", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "20 frames" in done.stdout
    assert "happy 100%" in done.stdout
    assert done.stderr == ""
    with (tmp_path / "t.csv").open() as file:
        rows = list(csv.DictReader(file))
    lines = [json.loads(text) for text in (tmp_path / "t.jsonl").read_text().splitlines()]
    table = parquet.read_table(tmp_path / "t.parquet").to_pylist()
    assert len(rows) == len(lines) == len(table) == 20
    assert {row["track"] for row in rows} == {"1"}
    np.testing.assert_allclose([float(row["time"]) for row in rows], np.arange(20) / 10, atol=1e-3)
    np.testing.assert_allclose([row["x1"] for row in table], [float(row["x1"]) for row in rows], rtol=1e-5)
    assert lines[7]["label"] == rows[7]["label"] == table[7]["label"] == "happy"
    with av.open(str(tmp_path / "t.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 20
    assert frames[0].shape == (240, 320, 3)


def test_a_report_of_it(clip: Path, tmp_path: Path) -> None:
    watch(clip, "--csv", "t.csv", cwd=tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "mien", "report", "t.csv", "-o", "r.html"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "happy" in (tmp_path / "r.html").read_text()


def test_nobody_seen_is_said(tmp_path: Path) -> None:
    write_clip(tmp_path / "empty.mp4", (backdrop(160, 120) for _ in range(5)), 10)
    done = watch("empty.mp4", "--csv", "t.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "empty.mp4: nobody was seen in 5 frames" in done.stdout
    assert (tmp_path / "t.csv").read_text().count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.mp4"], "nowhere.mp4: no such file"),
        (["text.mp4"], "text.mp4: "),
        (["camera:97"], "camera:97: "),
        (["clip.mp4", "--csv", "t.txt"], "t.txt: the file of --csv must end in .csv"),
        (["clip.mp4", "--csv", "nowhere/t.csv"], "nowhere/t.csv: No such file or directory"),
        (["clip.mp4", "--record", "t.xyz"], "t.xyz: no kind of video file"),
        (["clip.mp4", "--fps", "0"], "fps must be more than 0"),
        (["clip.mp4", "--baseline", "soon"], "a baseline is"),
        (["clip.mp4", "--show"], "--show needs a terminal"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], reason: str, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("not a video")
    (tmp_path / "clip.mp4").symlink_to(clip)
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, timeout=60, env=environment
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"mien: error: {reason}"), done.stderr
    assert done.stderr.count("\n") == 1


def test_an_interrupt_keeps_what_was_read(astronaut: Image, tmp_path: Path) -> None:
    person = actor(astronaut, line((120, 120, 80), (200, 120, 80), 0, 99))
    pictures = [draw([person], backdrop(320, 240), i / 10) for i in range(20)]
    write_clip(tmp_path / "long.mp4", (pictures[i % 20] for i in range(3000)), 25)
    process = subprocess.Popen(
        [*COMMAND, "long.mp4", "--parquet", "t.parquet"],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    journal = tmp_path / "t.parquet.partial.jsonl"
    for _ in range(600):
        time.sleep(0.1)
        if journal.exists() and journal.stat().st_size > 20_000:
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert 10 < parquet.read_table(tmp_path / "t.parquet").num_rows < 3000
    assert not journal.exists()


def test_the_terminal_shows_it_until_q(clip: Path, tmp_path: Path) -> None:
    main, terminal = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    process = subprocess.Popen(
        [*COMMAND, str(clip), "--show", "--csv", "t.csv"],
        cwd=tmp_path,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment | {"COLUMNS": "80", "LINES": "24", "TERM": "xterm-256color"},
    )
    os.close(terminal)
    shown, quit_sent = b"", False
    while True:
        ready, _, _ = select.select([main], [], [], 60)
        try:
            part = os.read(main, 65536) if ready else b""
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
        if b"frames/s" in shown and not quit_sent:
            os.write(main, b"q")
            quit_sent = True
    os.close(main)
    assert process.wait(30) == 0
    assert quit_sent
    text = shown.decode(errors="replace")
    assert "▀" in text
    assert "1 happy" in text
    assert text.count("\x1b[?1049h") == text.count("\x1b[?1049l") == 1  # the screen is given back
    assert 1 < len((tmp_path / "t.csv").read_text().splitlines()) < 21
