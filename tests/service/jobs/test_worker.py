"""The process that reads one video."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("av")
pytest.importorskip("lap")

from clips import astronaut_clip, empty_clip

from mien.errors import InputError, MienError, UnreadableVideo
from mien.service.jobs.store import WatchOptions
from mien.service.jobs.worker import REPORT, RESULTS, TIMELINES, UPLOAD, Task, read_video
from mien.video.tables import read_timeline

Image = npt.NDArray[np.uint8]
COMMAND = [sys.executable, "-m", "mien.service.jobs.worker"]


def task_of(folder: Path, name: str = "talk.mp4", **options: Any) -> Task:
    return Task(str(folder), name, WatchOptions("mien", "ekman7", **options))


def start(task: Task) -> subprocess.Popen[str]:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(task.to_json())
    process.stdin.flush()
    return process


def run(task: Task) -> list[dict[str, Any]]:
    """What a worker says."""
    with start(task) as process:
        assert process.stdout is not None
        return [json.loads(line) for line in process.stdout]


def test_all_results_and_a_rising_progress(astronaut: Image, tmp_path: Path) -> None:
    astronaut_clip(tmp_path / "clip.mp4", astronaut, 2).rename(tmp_path / UPLOAD)
    (tmp_path / "unfinished").mkdir()  # as a killed worker leaves it
    (tmp_path / "unfinished" / "result.csv").write_text("half a li")
    said = run(task_of(tmp_path, "<i>talk.mp4", fps=5))
    assert said[-1] == {"done": True}
    reached = [message["progress"] for message in said[:-1]]
    assert reached == sorted(reached)
    assert reached[0] < 0.5
    assert reached[-1] == 0.99
    assert said[-2]["frames"] == 10

    results = tmp_path / RESULTS
    assert sorted(file.name for file in results.iterdir()) == sorted([*TIMELINES.values(), REPORT])
    for file in TIMELINES.values():
        timeline = read_timeline(results / file)
        assert len(timeline) == 10
        assert set(timeline.labels) == {"happy"}
        assert timeline.people == [1]
        np.testing.assert_allclose(timeline.times, np.arange(10) / 5, atol=1e-3)
    page = (results / REPORT).read_text()
    assert "&lt;i&gt;talk.mp4" in page
    assert "<i>talk" not in page
    assert "data:image/jpeg;base64," in page
    assert str(tmp_path) not in page


def test_nobody_in_it_is_no_error(tmp_path: Path) -> None:
    empty_clip(tmp_path / "clip.mp4").rename(tmp_path / UPLOAD)
    said: list[dict[str, Any]] = []
    read_video(task_of(tmp_path), said.append)
    assert said[-1] == {"frames": 5, "progress": 0.99}
    for file in TIMELINES.values():
        assert len(read_timeline(tmp_path / RESULTS / file)) == 0
    assert "Nobody was seen" in (tmp_path / RESULTS / REPORT).read_text()


def gif(width: int, height: int) -> bytes:
    """A GIF that says it is so large; there is one pixel in it."""
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    frame = b"\x21\xf9\x04\x00\x0a\x00\x00\x00\x2c" + bytes(4) + size + b"\x00\x02\x02\x44\x01\x00"
    return b"GIF89a" + size + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff" + frame * 2 + b"\x3b"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"not a video, but a letter\n" * 100, "not a video, or one so damaged"),
        (bytes(np.random.default_rng(0).bytes(10_000)), "not a video, or one so damaged"),
        (b"ffconcat version 1.0\nfile secret.mp4\n", "a kind of file that is not accepted here"),
        (gif(20_000, 10_000), "20000 x 10000 pixels are more than the limit of 50,000,000"),
    ],
    ids=["empty", "text", "noise", "list of files", "huge"],
)
def test_what_is_no_video(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / UPLOAD).write_bytes(content)
    empty_clip(tmp_path / "secret.mp4")  # what the list names is there
    with pytest.raises(UnreadableVideo, match=reason):
        read_video(task_of(tmp_path), lambda message: None)
    assert not (tmp_path / RESULTS).exists()


def test_a_picture_is_no_video(astronaut: Image, tmp_path: Path) -> None:
    (tmp_path / UPLOAD).write_bytes((Path(__file__).parents[3] / "examples/astronaut.jpg").read_bytes())
    with pytest.raises(MienError, match="a picture, not a video"):
        read_video(task_of(tmp_path), lambda message: None)


def test_a_playlist_reads_no_other_file(tmp_path: Path) -> None:
    empty_clip(tmp_path / "secret.ts")
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{tmp_path}/secret.ts\n#EXT-X-ENDLIST\n"
    (tmp_path / UPLOAD).write_text(playlist)
    with pytest.raises(UnreadableVideo):
        read_video(task_of(tmp_path), lambda message: None)


def test_a_failure_names_the_video_as_its_sender_does(tmp_path: Path) -> None:
    (tmp_path / UPLOAD).write_bytes(b"ffconcat version 1.0\n")
    (message,) = run(task_of(tmp_path))
    assert message == {
        "error": {"code": "unreadable_video", "message": "talk.mp4: a kind of file that is not accepted here"}
    }


def test_a_cut_video_is_read_as_far_as_it_goes(astronaut: Image, tmp_path: Path) -> None:
    whole = astronaut_clip(tmp_path / "clip.mkv", astronaut, 3).read_bytes()
    (tmp_path / UPLOAD).write_bytes(whole[: len(whole) // 2])
    *before, last = run(task_of(tmp_path))
    assert last == {"done": True}
    (warning,) = [message["warning"] for message in before if "warning" in message]
    assert warning.startswith("talk.mp4: cut short: its last frame is at ")
    assert str(tmp_path) not in warning
    assert 0 < len(read_timeline(tmp_path / RESULTS / "result.csv")) < 30


def test_options_that_do_not_fit(tmp_path: Path) -> None:
    empty_clip(tmp_path / "clip.mp4").rename(tmp_path / UPLOAD)
    with pytest.raises(InputError, match="baseline"):
        read_video(task_of(tmp_path, baseline="yesterday"), lambda message: None)


@pytest.mark.skipif(not hasattr(signal, "SIGTERM") or os.name != "posix", reason="signals of POSIX")
def test_it_outlives_signals_but_not_its_service(long_video: bytes, tmp_path: Path) -> None:
    (tmp_path / UPLOAD).write_bytes(long_video)
    process = start(task_of(tmp_path))
    assert process.stdin is not None
    assert process.stdout is not None
    json.loads(process.stdout.readline())  # it is on its way
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    for _ in range(2):
        assert "frames" in json.loads(process.stdout.readline())
    process.stdin.close()
    started = time.monotonic()
    assert process.wait(10) == 1
    assert time.monotonic() - started < 5
    process.stdout.close()
    assert not (tmp_path / RESULTS).exists()
