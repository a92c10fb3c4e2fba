"""An open video file or address: its frames as FFmpeg decodes them, and what was missing of them."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from fractions import Fraction
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError, InvalidDataError
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mien.errors import UnreadableVideo

# A decoder that works on several frames at once holds as many in memory; two keep two cores busy.
_THREADS = 2

# Servers that no longer answer must not hang the program: to open, and between two packets.
_TIMEOUTS = (15.0, 15.0)

# Formats whose header says how long they are. In others FFmpeg guesses, from bit rate or the last time stamp.
_DECLARE_LENGTH = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "asf"}

# How much less than declared is a cut: lengths are rounded, and sound may end a little later.
_SHORTFALL = 0.5

# Text drawn as a picture.
_TEXT_CODECS = {"ansi", "bintext", "xbin", "idf"}
_NOT_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails


class Decoder:
    """An open container and the stream of it that is the video.

    Parameters
    ----------
    location : str
        What FFmpeg opens.
    name : str
        What to call it in messages.
    remote : bool
        Whether it is an address, so that waiting for it has to have an end.

    Attributes
    ----------
    rate : Fraction or None
        Frames a second, on average or as FFmpeg guesses.
    duration : float or None
        Seconds, as declared or guessed.
    broken : int
        Packets that could not be decoded so far.
    failure : str or None
        Why reading ended before the end, if it did.

    Raises
    ------
    UnreadableVideo
        If it cannot be opened, or there is no video in it.
    """

    def __init__(self, location: str, name: str, remote: bool) -> None:
        self._container = _open(location, name, remote)
        try:
            self._stream = _video_stream(self._container, name)
        except UnreadableVideo:
            self._container.close()
            raise
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = _THREADS
        self._origin = self._stream.start_time
        self._base = self._stream.time_base or Fraction(1, av.time_base)
        self.rate = self._stream.average_rate or self._stream.guessed_rate
        self.duration = _seconds(self._stream.duration, self._base) or self._declared
        self._reached = 0.0
        self.broken = 0
        self.failure: str | None = None

    @property
    def _declared(self) -> float | None:
        return _seconds(self._container.duration, Fraction(1, av.time_base))

    @property
    def can_seek(self) -> bool:
        """Whether it is known what a time means before the first frame is read."""
        return self._origin is not None

    def frames(self, *, from_key_frame: bool = False) -> Generator[VideoFrame, None, None]:
        """Decode from where the file stands; packets that cannot be decoded are counted and passed over.

        Parameters
        ----------
        from_key_frame : bool
            Start with the next key frame: what comes before it depends on frames that were not read.
        """
        self.broken, self.failure, self._reached = 0, None, 0.0
        for packet in self._packets():
            if from_key_frame and packet is not None and not packet.is_keyframe:
                continue
            from_key_frame = False
            try:
                frames = self._stream.decode(packet)
            except FFmpegError:
                self.broken += 1
            else:
                yield from frames

    def _packets(self) -> Iterator[Packet[Any] | None]:
        # Where the length is declared the other streams are read too, not decoded: sound may outlast the picture.
        watched = () if self._declares_length else (self._stream,)
        doubtful = None
        try:
            for packet in self._container.demux(*watched):
                stamp = packet.dts if packet.pts is None else packet.pts
                if stamp is not None:
                    end = float((stamp + (packet.duration or 0)) * packet.time_base)
                    self._reached = max(self._reached, end)
                # An empty packet is a repeated frame in AVI, and the end of all frames to a decoder.
                if packet.stream.index != self._stream.index or not packet.size:
                    continue
                if doubtful is not None:
                    yield doubtful
                doubtful = packet if packet.is_corrupt else None
                if doubtful is None:
                    yield packet
        except FFmpegError as error:
            self.failure = error.strerror
        # In the middle a decoder may make something of a marked packet. The last one was cut by the end of the file:
        # it is half a picture, and the decoder would drop the frames before it as well.
        if doubtful is not None:
            self.broken += 1
        yield None

    def seek(self, seconds: float) -> bool:
        """Go to the key frame before a time; False if that is not possible."""
        try:
            self._container.seek(round(seconds / self._base) + (self._origin or 0), stream=self._stream)
        except FFmpegError:
            return False
        return True

    def time(self, frame: VideoFrame) -> float | None:
        """The time stamp of a frame in seconds from the start of the stream; None if it has none."""
        stamp = frame.dts if frame.pts is None else frame.pts
        if stamp is None:
            return None
        if self._origin is None:
            self._origin = stamp
        return float((stamp - self._origin) * self._base)

    @property
    def cut_short(self) -> bool:
        """Whether less was read than the header says there is; asked after the last frame."""
        if not self._declares_length or self._declared is None:
            return False
        frame = 0.0 if self.rate is None else float(1 / self.rate)
        # Some formats count their length from zero and some from the first frame; from zero is never less.
        return self._declared - self._reached > max(_SHORTFALL, 2 * frame)

    @property
    def _declares_length(self) -> bool:
        return self._container.format.name in _DECLARE_LENGTH

    def close(self) -> None:
        """Close the file or connection."""
        self._container.close()


def _open(location: str, name: str, remote: bool) -> InputContainer:
    # Over UDP, the default of RTSP, a lost packet is half a frame of rubbish.
    options = {"rtsp_transport": "tcp"} if location.lower().startswith("rtsp") else {}
    try:
        return av.open(location, "r", options=options, timeout=_TIMEOUTS if remote else None, metadata_errors="replace")
    except InvalidDataError as error:
        raise UnreadableVideo(name, "not a video, or one so damaged or cut short that it cannot be opened") from error
    except EOFError as error:
        raise UnreadableVideo(name, "there are no frames in it") from error
    except FFmpegError as error:
        raise UnreadableVideo(name, f"cannot be opened ({error.strerror})") from error


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    streams = [stream for stream in container.streams.video if not stream.disposition & _NOT_PICTURES]
    if not streams:
        raise UnreadableVideo(
            name, "there is only sound in it" if container.streams.audio else "there is no video in it"
        )
    best = container.streams.best("video")
    stream = next((stream for stream in streams if stream is best), streams[0])
    if stream.codec_context is None:
        raise UnreadableVideo(name, "there is no decoder for its kind of video")
    if stream.codec_context.name in _TEXT_CODECS:
        raise UnreadableVideo(name, "a text, not a video")
    # FFmpeg's names for pictures: jpeg_pipe, png_pipe, ... A GIF may be either.
    still = container.format.name == "gif" and stream.frames == 1 and not stream.duration
    if container.format.name.endswith("_pipe") or container.format.name == "image2" or still:
        raise UnreadableVideo(name, "a picture, not a video; use `mien analyze` for it")
    return stream


def _seconds(duration: int | None, base: Fraction) -> float | None:
    return float(duration * base) if duration else None
