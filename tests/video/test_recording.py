from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

av = pytest.importorskip("av")

from mien.errors import InputError  # noqa: E402
from mien.video.recording import Recorder  # noqa: E402


def grey(level: int, width: int = 160, height: int = 120) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def test_frames_keep_their_times_and_pictures(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with Recorder(path) as recorder:
        for level, time in ((40, 0.0), (120, 0.1), (200, 0.5), (80, 0.5)):
            recorder.write(grey(level), time)
    with av.open(str(path)) as video:
        frames = [(float(f.time), f.to_ndarray(format="rgb24")) for f in video.decode(video=0)]
    np.testing.assert_allclose([time for time, _ in frames], [0, 0.1, 0.5, 0.501], atol=2e-3)
    np.testing.assert_allclose([picture.mean() for _, picture in frames], [40, 120, 200, 80], atol=4)


def test_odd_and_changing_sizes(tmp_path: Path) -> None:
    path = tmp_path / "out.mkv"
    with Recorder(path) as recorder:
        recorder.write(grey(100, 161, 121), 0)
        recorder.write(grey(100, 80, 60), 0.04)
    with av.open(str(path)) as video:
        assert [(f.width, f.height) for f in video.decode(video=0)] == [(160, 120)] * 2


def test_what_was_written_can_be_seen_though_the_file_was_never_finished(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    recorder = Recorder(path)
    for i in range(200):
        recorder.write(grey(i), i / 25)
    data = path.read_bytes()  # as a killed process would leave it
    recorder.close()
    (tmp_path / "cut.mp4").write_bytes(data)
    with av.open(str(tmp_path / "cut.mp4")) as video:
        assert sum(1 for _ in video.decode(video=0)) >= 100


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"out\.txt: no kind of video"):
        Recorder(tmp_path / "out.txt")
    with pytest.raises(OSError) as caught:
        Recorder(tmp_path / "nowhere" / "out.mp4")
    assert caught.value.filename == str(tmp_path / "nowhere" / "out.mp4")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    full = tmp_path / "out.mp4"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError) as caught, Recorder(full) as recorder:  # noqa: PT012
        for i in range(100):
            recorder.write(np.random.default_rng(i).integers(0, 255, (120, 160, 3)).astype(np.uint8), i / 25)
    assert caught.value.filename == str(full)
