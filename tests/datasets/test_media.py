"""Media are read when asked for; the frames of a video are the ones that were asked for, in any order."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from trees import write_video

from mien.datasets.media import FrameFiles, VideoFile
from mien.errors import UnreadableImage

FRAMES = 24


def number_of(frame: npt.NDArray[np.uint8], step: int = 10) -> int:
    assert frame.shape == (48, 64, 3)
    return round(float(frame.mean()) / step)


@pytest.fixture(params=[("clip.avi", "MJPG"), ("clip.mp4", "mp4v")], ids=["every-frame-key", "few-key-frames"])
def video(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    name, code = request.param
    return write_video(tmp_path / name, code)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which videos were opened, in order."""
    names: list[str] = []
    capture: Callable[[str], cv2.VideoCapture] = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", lambda path: names.append(path) or capture(path))
    return names


def test_single_frames_in_any_order(video: Path) -> None:
    asked = [0, 1, 2, 2, 7, 3, 3, 23, 22, 0, 23]
    assert [number_of(VideoFile(video, k, 1).image()) for k in asked] == asked
    assert [number_of(next(VideoFile(video, k, 1).frames())) for k in asked] == asked


def test_frames_read_in_order_decode_the_video_once(video: Path, opened: list[str]) -> None:
    samples = [VideoFile(video, k, 1) for k in range(FRAMES)]
    assert opened == []
    assert [number_of(sample.image()) for sample in samples] == list(range(FRAMES))
    assert opened == [str(video)]
    assert number_of(samples[0].image()) == 0
    assert opened == [str(video)] * 2


def test_stretches_and_their_best_frame(video: Path) -> None:
    assert [number_of(frame) for frame in VideoFile(video).frames()] == list(range(FRAMES))
    assert [number_of(frame) for frame in VideoFile(video, 5, 3).frames()] == [5, 6, 7]
    assert [number_of(frame) for frame in VideoFile(video, 20).frames()] == [20, 21, 22, 23]
    assert number_of(VideoFile(video).image()) == 12
    assert number_of(VideoFile(video, 10).image()) == 17
    assert number_of(VideoFile(video, 5, 3).image()) == 6
    assert number_of(VideoFile(video, 5, 3, best=7).image()) == 7


def test_a_stretch_does_not_disturb_another(video: Path) -> None:
    clip = VideoFile(video, 2, 4).frames()
    assert number_of(next(clip)) == 2
    assert number_of(VideoFile(video, 15, 1).image()) == 15
    assert [number_of(frame) for frame in clip] == [3, 4, 5]


def test_a_video_that_ends_early_says_so_each_time(video: Path) -> None:
    for number in (30, 31, 24):
        with pytest.raises(UnreadableImage, match=rf"{video.name}: ends before frame {number}"):
            VideoFile(video, number, 1).image()
    assert number_of(VideoFile(video, 23, 1).image()) == 23
    with pytest.raises(UnreadableImage, match="ends before frame 24"):
        list(VideoFile(video, 22, 3).frames())
    with pytest.raises(UnreadableImage, match="ends before frame 40"):
        list(VideoFile(video, 40).frames())


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.avi", "MJPG")
    assert number_of(VideoFile(path, 3, 1).image()) == 3
    write_video(path, "MJPG", frames=10, step=20)
    assert number_of(VideoFile(path, 4, 1).image(), step=20) == 4


def test_threads_do_not_share_a_decoder(video: Path) -> None:
    wrong: list[int] = []

    def read(start: int) -> None:
        for k in range(start, FRAMES, 2):
            if number_of(VideoFile(video, k, 1).image()) != k:
                wrong.append(k)

    threads = [threading.Thread(target=read, args=(start,)) for start in (0, 1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_reads_for_itself(video: Path) -> None:
    assert number_of(VideoFile(video, 5, 1).image()) == 5
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # A decoder without its threads waits for ever.
        right = [number_of(VideoFile(video, k, 1).image()) for k in (6, 20)] == [6, 20]
        os._exit(0 if right else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert [number_of(VideoFile(video, k, 1).image()) for k in (6, 7, 20)] == [6, 7, 20]


def test_bad_videos_are_named(tmp_path: Path) -> None:
    text = tmp_path / "text.avi"
    text.write_text("hello")
    for media in (VideoFile(text), VideoFile(text, 3, 1)):
        with pytest.raises(UnreadableImage, match=r"text\.avi: not a video"):
            media.image()
    for media in (VideoFile(tmp_path / "none.avi"), VideoFile(tmp_path / "none.avi", 3, 1)):
        with pytest.raises(UnreadableImage, match=r"none\.avi: no such file"):
            media.image()


def test_frame_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{k}.png" for k in range(4)]
    for k, path in enumerate(paths):
        cv2.imwrite(str(path), np.full((8, 8), 10 * k, np.uint8))
    clip = FrameFiles(paths, best=2)
    assert clip.image()[0, 0, 0] == 20
    assert [int(frame[0, 0, 0]) for frame in clip.frames()] == [0, 10, 20, 30]
