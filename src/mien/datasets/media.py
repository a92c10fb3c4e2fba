"""Where the pixels of a sample are: in memory, in a file, in a folder of frames, in a video. Read when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
        best = self.best
        if best is None:
            best = self.first + self._length() // 2
        return next(self._decode(best, 1))

    def frames(self) -> Iterator[ByteArray]:
        return self._decode(self.first, self.count)

    def _open(self) -> cv2.VideoCapture:
        video = cv2.VideoCapture(str(self.path))
        if not video.isOpened():
            reason = "not a video that can be decoded" if self.path.exists() else "no such file"
            raise UnreadableImage(str(self.path), reason)
        return video

    def _length(self) -> int:
        if self.count is not None:
            return self.count
        video = self._open()
        try:
            return int(video.get(cv2.CAP_PROP_FRAME_COUNT)) - self.first
        finally:
            video.release()

    def _decode(self, first: int, count: int | None) -> Iterator[ByteArray]:
        video = self._open()
        try:
            # Frames are counted from the start: jumping lands on the nearest key frame with some codecs.
            for _ in range(first):
                if not video.grab():
                    raise UnreadableImage(str(self.path), f"ends before frame {first}")
            done = 0
            while count is None or done < count:
                whole, frame = video.read()
                if not whole:
                    if done == 0 or count is not None:
                        raise UnreadableImage(str(self.path), f"ends before frame {first + done}")
                    return
                done += 1
                yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8)
        finally:
            video.release()
