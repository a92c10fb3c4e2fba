"""Cameras: the newest frame, times, and cameras that are or go away."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from made_clips import grey, numbers

from mien.errors import InputError, UnreadableVideo, VideoWarning
from mien.video.sources import open_source
from mien.video.sources.cameras import Camera
from mien.video.sources.fake import FakeCapture
from mien.video.sources.sampling import SampledSource, Sampling

GREYS = [grey(number) for number in range(25)]


def watch(capture: FakeCapture, sampling: Sampling | None = None) -> SampledSource:
    return SampledSource(Camera("camera:7", capture, 30.0), sampling or Sampling())


def test_frames_come_with_number_and_time_until_the_camera_is_gone() -> None:
    source = watch(FakeCapture(GREYS[:6], interval=0.04))
    assert (source.name, source.fps, source.duration, source.live) == ("camera:7", 30, None, True)
    with pytest.warns(VideoWarning, match=r"camera:7: the camera was gone after \d+\.\d s$"):
        frames = list(source)
    assert numbers(frames) == [frame.number for frame in frames]
    times = [frame.time for frame in frames]
    assert times == sorted(times)
    # Five pictures after the first, 40 ms each, are the least that can have passed.
    assert frames[-1].number == 5
    assert 0.2 <= times[-1] < 10


def test_who_is_slow_gets_the_newest_frame() -> None:
    capture = FakeCapture(GREYS, interval=0.01)
    source = watch(capture)
    frames = iter(source)
    next(frames)
    while capture.given < 20:
        time.sleep(0.01)
    # One may be on its way, none is waiting.
    assert next(frames).number >= 19
    source.close()


def test_frames_come_in_rgb() -> None:
    blue_in_bgr = np.full((4, 5, 3), (255, 0, 0), np.uint8)
    source = watch(FakeCapture([blue_in_bgr]))
    with pytest.warns(VideoWarning):
        (frame,) = source
    np.testing.assert_array_equal(frame.image, np.full((4, 5, 3), (0, 0, 255)))


def test_a_stretch_of_a_camera() -> None:
    capture = FakeCapture(GREYS, interval=0.02)
    frames = list(watch(capture, Sampling(start=0.05, end=0.2)))
    assert frames
    assert all(0.05 <= frame.time < 0.2 for frame in frames)
    assert capture.released == 1


def test_leaving_early_lets_go_of_the_camera() -> None:
    capture = FakeCapture(GREYS * 1000, interval=0.001)
    threads = threading.active_count()
    source = watch(capture)
    for _ in source:
        break
    source.close()
    assert threading.active_count() == threads
    assert capture.released == 1


def test_a_camera_that_is_never_read_is_let_go_too() -> None:
    capture = FakeCapture(GREYS)
    with watch(capture):
        pass
    assert (capture.given, capture.released) == (0, 1)


def test_a_camera_without_pictures() -> None:
    with pytest.raises(UnreadableVideo, match=r"camera:7: the camera gives no picture$"):
        list(watch(FakeCapture([])))


def test_a_camera_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("camera:99", "camera:/dev/video99"):
        with pytest.raises(UnreadableVideo, match=f"^{name}: there is no such camera, or another program is using it$"):
            open_source(name)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["camera:", "camera:front", "camera:-1", "camera:/dev/null"])
def test_names_that_are_no_camera(name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}: a camera is named by number, as camera:0, or by device"):
        open_source(name)
