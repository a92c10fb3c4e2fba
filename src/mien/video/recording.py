"""A video of what was watched, with the faces marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import InputError, MissingExtra
from mien.video.closing import Closing

if TYPE_CHECKING:
    from av import VideoStream

_TICKS = 1000  # a second: times are kept to the millisecond
_ENCODERS = {  # the first is smaller and better, and not in every build
    "libx264": {"preset": "veryfast", "tune": "zerolatency", "crf": "20", "g": "50"},
    "mpeg4": {"qscale": "3"},
}


class Recorder(Closing):
    """Writes frames to a video file at their own times; a context manager.

    Parameters
    ----------
    path : str or Path
        Ends in ``.mp4``, ``.mkv``, ``.mov`` or another ending that FFmpeg knows for a video.

    Raises
    ------
    InputError
        If there is no such kind of video file.
    MissingExtra
        If PyAV is not installed.
    OSError
        If the file cannot be written; its ``filename`` is set.
    """

    def __init__(self, path: str | Path) -> None:
        try:
            import av
        except ImportError:
            raise MissingExtra("recording videos", "video") from None
        self._av = av
        self._path = Path(path)
        # In fragments, each whole by itself: what a killed process has written can be seen.
        fragments = {"movflags": "frag_keyframe+empty_moov", "flush_packets": "1"}
        try:
            self._container = av.open(str(path), "w", options=fragments)
        except ValueError:
            raise InputError(f"{path}: no kind of video file ends like this; try .mp4") from None
        self._path.open("wb").close()  # FFmpeg opens it with the first frame only
        self._stream: VideoStream | None = None
        self._last = -1
        self._broken = False  # FFmpeg must not be asked to finish a file that it failed to write: it would crash

    def write(self, image: npt.NDArray[np.uint8], time: float) -> None:
        """Append a frame.

        Parameters
        ----------
        image : ndarray of uint8, shape (h, w, 3)
            RGB. The first decides the size of the video; others are scaled to it.
        time : float
            Seconds; a frame that is not later than the one before is taken to follow it by a millisecond.
        """
        stream = self._stream = self._stream or self._open_stream(image.shape[1] // 2 * 2, image.shape[0] // 2 * 2)
        size = stream.width, stream.height
        if image.shape[1::-1] != size:
            close = abs(image.shape[1] - size[0]) < 2 and abs(image.shape[0] - size[1]) < 2
            image = image[: size[1], : size[0]] if close else np.asarray(cv2.resize(image, size), np.uint8)
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
        frame.pts = self._last = max(round(time * _TICKS), self._last + 1)
        frame.time_base = Fraction(1, _TICKS)
        with self._named():
            self._container.mux(stream.encode(frame))

    def _open_stream(self, width: int, height: int) -> VideoStream:
        name = next(name for name in _ENCODERS if name in self._av.codecs_available)
        stream = cast("VideoStream", self._container.add_stream(name, Fraction(30), options=_ENCODERS[name]))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, _TICKS)
        return stream

    def close(self) -> None:
        """Finish the file, unless it cannot be written any more; a second time does nothing."""
        with self._named():
            if self._broken:
                return
            self._broken = True
            if self._stream is not None:
                self._container.mux(self._stream.encode())
                self._stream = None
            self._container.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Errors of the disk, with the file's name."""
        try:
            yield
        except OSError as error:
            self._broken = True
            raise OSError(error.errno, error.strerror, str(self._path)) from None
