"""Where the pixels of a sample are: in memory, in a file, in a folder of frames, in a video. Read when asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import numpy.typing as npt

from mien.acquire import read_image
from mien.errors import UnreadableImage

ByteArray = npt.NDArray[np.uint8]


class Media(Protocol):
    """Pixels that are read when asked for; all frames are upright RGB of shape (h, w, 3)."""

    def image(self) -> ByteArray:
        """The frame that shows the expression best."""
        ...

    def frames(self) -> Iterator[ByteArray]:
        """All frames, one after the other; only one is in memory."""
        ...


@runtime_checkable
class Clip(Media, Protocol):
    """Frames in the order of time."""

    def apex(self) -> int:
        """How many frames come before the one that shows the expression best."""
        ...


@dataclass(frozen=True)
class Picture:
    """One picture: a file, or the bytes of one."""

    source: Path | bytes

    def image(self) -> ByteArray:
        return read_image(self.source)

    def frames(self) -> Iterator[ByteArray]:
        yield self.image()


@dataclass(frozen=True, eq=False)
class Pixels:
    """One picture that is in memory: uint8, grey (h, w) or RGB (h, w, 3)."""

    values: ByteArray

    def image(self) -> ByteArray:
        return read_image(self.values)

    def frames(self) -> Iterator[ByteArray]:
        yield self.image()


@dataclass(frozen=True)
class FrameFiles:
    """A clip kept as one picture file a frame.

    Attributes
    ----------
    paths : sequence of Path
        In the order of time.
    best : int
        Position of the frame that shows the expression best (the apex, or the last of a rising one).
    """

    paths: Sequence[Path]
    best: int

    def image(self) -> ByteArray:
        return read_image(self.paths[self.best])

    def frames(self) -> Iterator[ByteArray]:
        return (read_image(path) for path in self.paths)

    def apex(self) -> int:
        return self.best


@dataclass(frozen=True)
class VideoFile:
    """A video, or a stretch of one.

    Attributes
    ----------
    path : Path
        The file.
    first : int
        Number of the first frame, from 0.
    count : int or None
        How many frames; None is all to the end.
    best : int or None
        Number of the frame that shows the expression best, counted like `first`; None is the middle one.
    """

    path: Path
    first: int = 0
    count: int | None = None
    best: int | None = None

    def image(self) -> ByteArray:
        return _read_frame(self.path, self.first + self.apex())

    def frames(self) -> Iterator[ByteArray]:
        if self.count == 1:
            yield _read_frame(self.path, self.first)
            return
        video = _Video(self.path)
        number = self.first
        while self.count is None or number < self.first + self.count:
            frame = video.read(number)
            if frame is None:
                if number == self.first or self.count is not None:
                    raise UnreadableImage(str(self.path), f"ends before frame {number}")
                return
            yield frame
            number += 1

    def apex(self) -> int:
        return self._length() // 2 if self.best is None else self.best - self.first

    def _length(self) -> int:
        if self.count is not None:
            return self.count
        return _Video(self.path).length - self.first


class _Video:
    """An open video; frames are counted from the start: jumping lands on the nearest key frame with some codecs."""

    def __init__(self, path: Path) -> None:
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise UnreadableImage(str(path), "not a video that can be decoded" if path.exists() else "no such file")
        self._next = 0
        self._ended = False

    @property
    def length(self) -> int:
        """How many frames the file says it has."""
        return int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))

    def read(self, number: int) -> ByteArray | None:
        """Frame `number`, for which `can_read` holds; None if the video ends before it."""
        while self._next <= number:
            if not self._capture.grab():
                self._ended = True
                return None
            self._next += 1
        whole, frame = self._capture.retrieve()
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8) if whole else None

    def can_read(self, number: int) -> bool:
        """Whether frame `number` lies ahead, or was read last and is still there."""
        return number >= self._next or (number == self._next - 1 and not self._ended)


class _Open(threading.local):
    """The video that this thread took its last single frame from.

    Data sets that label every frame of a video yield a sample a frame; read in order, each goes on where the one
    before stopped, so a video is decoded once and not once a frame. Processes are told apart because a forked one
    shares the open file, but not the decoder's threads.
    """

    def __init__(self) -> None:
        self.videos: dict[int, tuple[object, _Video]] = {}


_open = _Open()


def _read_frame(path: Path, number: int) -> ByteArray:
    try:
        state = path.stat()
    except OSError:
        raise UnreadableImage(str(path), "no such file") from None
    file = (path, state.st_mtime_ns, state.st_size)
    process = os.getpid()
    known, video = _open.videos.get(process, (None, None))
    if video is None or known != file or not video.can_read(number):
        video = _Video(path)
        _open.videos[process] = file, video
    frame = video.read(number)
    if frame is None:
        raise UnreadableImage(str(path), f"ends before frame {number}")
    return frame
