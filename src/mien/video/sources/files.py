"""Frames of a video file or address, through PyAV."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import partial
from itertools import chain

from av.video.frame import VideoFrame

from mien.errors import UnreadableVideo, VideoWarning
from mien.video.sources.base import LazyFrame, LazySource
from mien.video.sources.clock import Clock
from mien.video.sources.decoder import Decoder
from mien.video.sources.pixels import RGBConverter

# For frames without any time, where the file does not say how many there are a second.
_USUAL_RATE = 25.0

# Seconds before the wanted time. Most formats go to the key frame before it at once; some, such as MPEG-TS, know no
# key frames, land late, and have to be asked for an earlier place.
_RUN_UPS = (0.0, 10.0, 60.0)


class VideoFile(LazySource):
    """The frames of a video, with the times that it has.

    Parameters
    ----------
    location : str
        What FFmpeg opens.
    name : str
        What to call it in messages.
    remote : bool
        Whether it is an address and not a file.

    Raises
    ------
    UnreadableVideo
        If it cannot be opened, there is no video in it or, when all is read, there was no frame.
    """

    def __init__(self, location: str, name: str, *, remote: bool = False) -> None:
        self._open = partial(Decoder, location, name, remote)
        self._decoder: Decoder | None = self._open()
        self.name = name
        self.fps = float(self._decoder.rate) if self._decoder.rate else None
        self.duration = self._decoder.duration
        self.live = remote and self.duration is None

    def frames(self, start: float) -> Iterator[LazyFrame]:
        """The frames in the order of time; after a seek their numbers are worked out from time and average rate."""
        clock = Clock(self.name, 1 / (self.fps or _USUAL_RATE))
        converter = RGBConverter(self.name)
        number, decoded = self._from(start)
        time = None
        for frame in decoded:
            time = clock.read(self._now.time(frame))
            if number is None:
                number = round(time * (self.fps or _USUAL_RATE))
            yield LazyFrame(number, time, partial(converter.convert, frame))
            number += 1
        self._report(time)

    @property
    def _now(self) -> Decoder:
        if self._decoder is None:
            raise UnreadableVideo(self.name, "it was closed")
        return self._decoder

    def _from(self, start: float) -> tuple[int | None, Iterator[VideoFrame]]:
        """Decoded frames from a key frame at or before `start`; the number of the first, None if not counted."""
        if not start or self.live or self.fps is None or not self._now.can_seek:
            return 0, self._now.frames()
        for run_up in _RUN_UPS:
            if start <= run_up or not self._now.seek(start - run_up):
                break
            frames = self._now.frames(from_key_frame=True)
            first = next(frames, None)
            time = None if first is None else self._now.time(first)
            if first is not None and time is not None and time <= start:
                return None, chain([first], frames)
            frames.close()
        self.close()
        self._decoder = self._open()
        return 0, self._now.frames()

    def _report(self, last: float | None) -> None:
        """Say at the end what was missing; `last` is the time of the last frame."""
        broken, failure = self._now.broken, self._now.failure
        if last is None:
            reason = f"none of its frames can be decoded ({broken} tried)" if broken else "there are no frames in it"
            raise UnreadableVideo(self.name, reason)
        if failure is not None:
            self._warn(f"reading ended after {last:.2f} s ({failure})")
        elif self._now.cut_short:
            self._warn(f"cut short: its last frame is at {last:.2f} s of {self.duration:.2f} s")
        if broken:
            self._warn(f"{broken} damaged {'part was' if broken == 1 else 'parts were'} passed over")

    def _warn(self, message: str) -> None:
        warnings.warn(VideoWarning(f"{self.name}: {message}"), stacklevel=2)

    def close(self) -> None:
        """Close the file or connection and end the decoder's threads."""
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
