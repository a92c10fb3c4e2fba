"""From what the caller names to a source of frames."""

from __future__ import annotations

import os
import re
from glob import has_magic

from mien.errors import InputError, MissingExtra, UnreadableVideo
from mien.video.sources.base import FrameSource, LazySource
from mien.video.sources.sampling import SampledSource, Sampling, check_rate

_ADDRESS = re.compile(r"(rtsps?|https?)://", re.IGNORECASE)


def open_source(
    source: str | os.PathLike[str],
    *,
    every: int = 1,
    fps: float | None = None,
    start: float = 0.0,
    end: float | None = None,
) -> FrameSource:
    """Open a video, a folder of pictures, an address or a camera.

    Parameters
    ----------
    source : str or PathLike
        A video file; a folder or pattern of pictures, which become frames in natural order of their names
        (``img2`` before ``img10``); ``camera:0`` or ``camera:/dev/video0``; or an address that starts with
        ``rtsp://``, ``http://`` or ``https://``.
    every : int
        Take each `every`-th frame only.
    fps : float, optional
        Take at most so many frames a second: the first at or after each tick. Pictures in a folder have no times;
        for them, and only for them, `fps` is how many a second there are (25 if not given), and all are taken.
    start, end : float, optional
        Seconds from the start of the source; `end` itself is not read. A file is not decoded from its beginning to
        get to `start`.

    Returns
    -------
    FrameSource
        Iterate it once; leaving the loop closes it, or use it in a ``with`` statement.

    Raises
    ------
    InputError
        If an argument makes no sense, or `every` and `fps` are both given (but for a folder).
    UnreadableVideo
        If `source` cannot be opened or has no video; also while iterating, when there turns out to be no frame.
    NoImages
        If a folder or pattern has no pictures.
    MissingExtra
        If a file or address needs PyAV and that is not installed.

    Warns
    -----
    VideoWarning
        While iterating, if the source ends early, is damaged in places, or has times that run backwards.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(
            "a video must be a path, an address or a camera such as 'camera:0', not " + type(source).__name__
        )
    name = os.fspath(source)
    if os.path.isdir(name) or (has_magic(name) and not os.path.exists(name) and not _ADDRESS.match(name)):
        from mien.video.sources.folders import NOMINAL_RATE, PictureFolder

        sampling = Sampling(every=every, start=start, end=end)
        rate = NOMINAL_RATE if fps is None else fps
        check_rate(rate)
        return SampledSource(PictureFolder(name, rate), sampling)
    sampling = Sampling(every, fps, start, end)
    return SampledSource(_open(name), sampling)


def _open(name: str) -> LazySource:
    if name.startswith("camera:"):
        from mien.video.sources.cameras import open_camera

        return open_camera(name)
    remote = _ADDRESS.match(name) is not None
    if not remote:
        _check_file(name)
    try:
        import av  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtra("reading videos", "video") from None
    from mien.video.sources.files import VideoFile

    if remote:
        return VideoFile(name, re.sub("//[^/@]*@", "//", name), remote=True)
    # The prefix keeps FFmpeg from taking a colon in a file's name for the end of a protocol's.
    return VideoFile(f"file:{name}", name)


def _check_file(name: str) -> None:
    if not os.path.exists(name):
        raise UnreadableVideo(name, "no such file")
    if os.path.isfile(name) and not os.path.getsize(name):
        raise UnreadableVideo(name, "the file is empty")
