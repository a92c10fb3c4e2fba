"""Clips whose frames say by their brightness which they are."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from mien.video.frame import Frame

ByteArray = npt.NDArray[np.uint8]
STEP = 10
CORNERS = np.array([[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (255, 255, 255)]], np.uint8)


def grey(number: int, width: int = 64, height: int = 48) -> ByteArray:
    """The picture of frame `number`, 0 to 25."""
    return np.full((height, width, 3), number * STEP, np.uint8)


def numbers(frames: Iterable[Frame]) -> list[int]:
    """Which frames these are by their pictures, whatever their attributes say."""
    return [round(float(frame.image.mean()) / STEP) for frame in frames]


def corners(width: int = 64, height: int = 48) -> ByteArray:
    """Red and green above, blue and white below."""
    return np.kron(CORNERS, np.ones((height // 2, width // 2, 1), np.uint8))


def corners_of(image: ByteArray) -> ByteArray:
    """The colours of the four quarters, each the nearest of the pure ones."""
    h, w = image.shape[:2]
    sample = image[[h // 4, 3 * h // 4]][:, [w // 4, 3 * w // 4]]
    return np.where(sample > 127, 255, 0).astype(np.uint8)


def write_clip(
    path: Path,
    pictures: Sequence[ByteArray],
    *,
    codec: str = "ffv1",
    pixels: str = "yuv420p",
    rate: int = 10,
    times: Sequence[int] | None = None,
    gop: int = 10,
    sound: float = 0.0,
    format: str | None = None,
    options: dict[str, str] | None = None,
    encoder: dict[str, str] | None = None,
) -> Path:
    """Encode pictures; `times` in milliseconds, else evenly; `sound` is so many seconds of silence beside them."""
    with av.open(str(path), "w", format=format, options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate, options=encoder or {})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.gop_size = pixels, gop
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        silence = add_silence(container) if sound else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[number], stream.codec_context.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if silence is not None:
            mux_silence(container, silence, sound)
    return path


def add_silence(container: Any, codec: str = "pcm_s16le") -> Any:
    """A sound stream of 8 kHz."""
    return container.add_stream(codec, rate=8000, layout="mono")


def mux_silence(container: Any, stream: Any, seconds: float) -> None:
    """So much silence into a sound stream."""
    for start in range(0, int(seconds * 8000), 800):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.rate, frame.pts = 8000, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def set_mp4_matrix(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Write the display matrix into an MP4's track header, as the QuickTime File Format has it.

    A point ``(x, y)``, y down, is shown at ``(a x + c y, b x + d y)``.
    """
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd")
    assert data[header + 4] == 0, "version 0 of the box has 32-bit times"
    # Behind type, version and flags: two times, track, reserved, length, 2 reserved, layer, group, volume, reserved.
    place = header + 4 + 4 + 20 + 8 + 8
    identity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    assert data[place : place + 36] == identity
    data[place : place + 36] = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def set_mkv_time(path: Path, old: int, new: int) -> None:
    """Change the time of one block of a Matroska file of one cluster, in milliseconds."""
    block = b"\x81" + struct.pack(">h", old) + b"\x80"
    data = path.read_bytes()
    assert data.count(block) == 1
    path.write_bytes(data.replace(block, b"\x81" + struct.pack(">h", new) + b"\x80"))


def blank_packets(path: Path, which: Iterable[int]) -> None:
    """Overwrite packets of the first stream by zeros."""
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(container.streams.video[0])]
    data = bytearray(path.read_bytes())
    for number in which:
        position, size = packets[number]
        assert position is not None
        data[position : position + size] = bytes(size)
    path.write_bytes(data)
