"""Frames of a camera as they happen; who is slow sees the newest, not the oldest."""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any, Protocol

import cv2
import numpy as np

from mien.errors import InputError, UnreadableVideo, VideoWarning
from mien.video.sources.base import ImageArray, LazyFrame, LazySource

# A thread that waits without end cannot be interrupted from the keyboard on Windows.
_PATIENCE = 0.5
# A camera that was pulled out may keep its last read waiting; the program does not wait with it.
_FAREWELL = 2.0


class Capture(Protocol):
    """What mien needs of `cv2.VideoCapture`; `mien.video.sources.fake.FakeCapture` is another."""

    def isOpened(self) -> bool:  # noqa: N802
        """Whether there is a camera."""
        ...

    def read(self) -> tuple[bool, Any]:
        """Wait for the next picture: True and uint8 BGR of shape (h, w, 3), or False when there are no more."""
        ...

    def release(self) -> None:
        """Let go of the camera."""
        ...


class Camera(LazySource):
    """The frames of a camera.

    A thread of its own reads them and keeps the newest only, so that a slow consumer misses frames and does not
    fall behind. Times are those of a monotonic clock since the first frame; missed frames count in the numbers.

    Parameters
    ----------
    name : str
        What to call it in messages.
    capture : Capture
        The camera; released when this is closed.
    fps : float, optional
        Frames a second, nominally.

    Raises
    ------
    UnreadableVideo
        If the camera cannot be opened or, when it is read, gives no picture.
    """

    duration = None
    live = True

    def __init__(self, name: str, capture: Capture, fps: float | None = None) -> None:
        if not capture.isOpened():
            capture.release()
            raise UnreadableVideo(name, "there is no such camera, or another program is using it")
        self.name = name
        self.fps = fps
        self._capture = capture
        self._news = threading.Condition()
        self._newest: tuple[int, float, ImageArray] | None = None
        self._ended = self._closed = False
        self._thread: threading.Thread | None = None

    def frames(self, start: float) -> Iterator[LazyFrame]:
        """Each time the newest frame, waiting for one if need be, until the camera is gone or this is closed."""
        self._thread = threading.Thread(target=self._watch, name=self.name, daemon=True)
        self._thread.start()
        frame = None
        while (newer := self._newer_than(frame)) is not None:
            frame = newer
            number, time, picture = frame
            yield LazyFrame(number, time, partial(_to_rgb, picture))
        if self._closed:
            return
        if frame is None:
            raise UnreadableVideo(self.name, "the camera gives no picture")
        warnings.warn(VideoWarning(f"{self.name}: the camera was gone after {frame[1]:.1f} s"), stacklevel=2)

    def _newer_than(self, frame: tuple[int, float, ImageArray] | None) -> tuple[int, float, ImageArray] | None:
        with self._news:
            while self._newest is frame and not self._ended:
                self._news.wait(_PATIENCE)
            return None if self._newest is frame else self._newest

    def _watch(self) -> None:
        # The camera is released here because that must not happen while it is being read.
        try:
            first = None
            number = 0
            while not self._closed:
                whole, picture = self._capture.read()
                if not whole:
                    break
                now = monotonic()
                first = now if first is None else first
                with self._news:
                    self._newest = number, now - first, picture
                    self._news.notify()
                number += 1
        finally:
            self._capture.release()
            with self._news:
                self._ended = True
                self._news.notify()

    def close(self) -> None:
        """Let go of the camera."""
        if self._closed:
            return
        self._closed = True
        if self._thread is None:
            self._capture.release()
        else:
            self._thread.join(_FAREWELL)


def open_camera(name: str) -> Camera:
    """Open a camera through OpenCV.

    Parameters
    ----------
    name : str
        ``camera:`` and its number from 0, or on Linux its device: ``camera:0``, ``camera:/dev/video0``.

    Raises
    ------
    InputError
        If `name` is not of this form.
    UnreadableVideo
        If there is no such camera.
    """
    device = name.removeprefix("camera:")
    # Links such as /dev/v4l/by-id/... lead to /dev/videoN, and OpenCV's number N is just that.
    number = re.fullmatch(r"(?:/dev/video)?(\d{1,4})", os.path.realpath(device) if os.path.isabs(device) else device)
    if number is None:
        raise InputError(f"{name}: a camera is named by number, as camera:0, or by device, as camera:/dev/video0")
    with _silence():
        capture = cv2.VideoCapture(int(number[1]))
    fps = capture.get(cv2.CAP_PROP_FPS) if capture.isOpened() else 0.0
    return Camera(name, capture, fps if fps > 0 else None)


@contextmanager
def _silence() -> Iterator[None]:
    """Keep OpenCV from telling the terminal of each way to a camera that it tried."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)


def _to_rgb(picture: Any) -> ImageArray:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
