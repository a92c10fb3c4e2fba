"""Which frames of a source are wanted: every n-th, so many a second, from here to there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from math import floor, isfinite

from mien.errors import InputError
from mien.video.frame import Frame
from mien.video.sources.base import FrameSource, LazySource

# Matroska and others round times to milliseconds: a frame that comes this much before a tick is the tick's.
_ROUNDING = 0.001


def check_rate(fps: float) -> None:
    """Raises `InputError` unless `fps` is a positive number."""
    if not (isfinite(fps) and fps > 0):
        raise InputError(f"fps must be more than 0 frames a second, not {fps}")


@dataclass(frozen=True)
class Sampling:
    """Which frames are wanted.

    Attributes
    ----------
    every : int
        Each `every`-th frame, counted from `start`.
    fps : float or None
        At most so many frames a second: the first frame at or after each tick of a clock that starts at `start`.
        Works by time, so also with a varying rate.
    start : float
        Seconds; frames before are passed over.
    end : float or None
        Seconds; the frame at this time and all after it are not read.

    Raises
    ------
    InputError
        If a value makes no sense, or `every` and `fps` are both given.
    """

    every: int = 1
    fps: float | None = None
    start: float = 0.0
    end: float | None = None

    def __post_init__(self) -> None:
        if self.every < 1:
            raise InputError(f"every must be at least 1, not {self.every}")
        if self.fps is not None:
            check_rate(self.fps)
            if self.every != 1:
                raise InputError("every and fps are two ways to pass over frames; give one of them")
        if not (isfinite(self.start) and self.start >= 0):
            raise InputError(f"start must be at least 0 seconds, not {self.start}")
        if self.end is not None and not self.end > self.start:
            raise InputError(f"end must be later than start, and {self.end} s is not later than {self.start} s")

    def rate(self, fps: float | None) -> float | None:
        """How many frames a second are left of a source that has `fps`."""
        if self.fps is not None:
            return self.fps if fps is None else min(self.fps, fps)
        return None if fps is None else fps / self.every


class SampledSource(FrameSource):
    """The wanted frames of a source.

    Parameters
    ----------
    source : LazySource
        Closed with this one.
    sampling : Sampling
        Which frames.
    """

    def __init__(self, source: LazySource, sampling: Sampling) -> None:
        self._source = source
        self._sampling = sampling
        self._used = False
        self.name = source.name
        self.fps = sampling.rate(source.fps)
        self.duration = source.duration
        self.live = source.live

    def __iter__(self) -> Iterator[Frame]:
        if self._used:
            raise InputError(f"{self.name}: its frames can be read once; open it again")
        self._used = True
        try:
            yield from self._select()
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file, connection or camera; can be called again."""
        self._used = True
        self._source.close()

    def _select(self) -> Iterator[Frame]:
        every, fps, start, end = astuple(self._sampling)
        due, seen, last = start, 0, None
        for frame in self._source.frames(start):
            last = frame.time
            if end is not None and frame.time >= end:
                return
            if frame.time < start:
                continue
            seen += 1
            if (seen - 1) % every or (fps is not None and frame.time < due - _ROUNDING):
                continue
            image = frame.read()
            if image is None:
                continue
            if fps is not None:
                due = start + (floor((frame.time - start + _ROUNDING) * fps) + 1) / fps
            yield Frame(frame.number, frame.time, image)
        if last is not None and not seen:
            raise InputError(f"{self.name}: nothing to read from {start} s on, the last frame is at {last:.2f} s")
