"""Frames kept as pictures in a folder."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mien.acquire import expand_sources, read_image
from mien.errors import UnreadableImage, UnreadableVideo, VideoWarning
from mien.video.sources.base import ImageArray, LazyFrame, LazySource

NOMINAL_RATE = 25.0
"""Frames a second of a folder of pictures, unless the caller says otherwise."""


class PictureFolder(LazySource):
    """The pictures of a folder or pattern as frames, in natural order of their names.

    In natural order ``img2.png`` comes before ``img10.png``: numbers in names count as numbers. The pictures are
    those that `mien.acquire.expand_sources` finds, so also those in subfolders, folder after folder. One that cannot
    be read is warned about and passed over; its number and time are left out.

    Parameters
    ----------
    source : str or PathLike
        The folder, or a pattern with ``*``, ``?`` or ``[``.
    fps : float
        The rate at which they were taken: picture ``n``, from 0, has the time ``n / fps``.

    Raises
    ------
    NoImages
        If there are no pictures.
    UnreadableVideo
        If, when all are read, none was readable.
    """

    live = False

    def __init__(self, source: str | os.PathLike[str], fps: float = NOMINAL_RATE) -> None:
        paths = [Path(path) for path in expand_sources(source) if isinstance(path, (str, os.PathLike))]
        self._paths = sorted(paths, key=natural_key)
        self._readable = self._unreadable = 0
        self._rate = fps
        self.name = os.fspath(source)
        self.fps = fps
        self.duration = len(self._paths) / fps

    def frames(self, start: float) -> Iterator[LazyFrame]:
        """One frame a picture."""
        for number, path in enumerate(self._paths):
            yield LazyFrame(number, number / self._rate, partial(self._read, path))
        if self._unreadable and not self._readable:
            raise UnreadableVideo(self.name, "none of its pictures can be read")

    def _read(self, path: Path) -> ImageArray | None:
        try:
            image = read_image(path)
        except UnreadableImage as error:
            self._unreadable += 1
            warnings.warn(VideoWarning(f"{error}; it is passed over"), stacklevel=2)
            return None
        self._readable += 1
        return image

    def close(self) -> None:
        """Nothing is open between two pictures."""


def natural_key(path: Path) -> tuple[list[list[str | int]], str]:
    """What to sort paths by so that numbers in the names of files and folders count as numbers."""
    names = [
        [int(part) if part.isdecimal() else part.lower() for part in re.split(r"(\d+)", name)] for name in path.parts
    ]
    # Names that differ only in zeros or capitals still have one fixed order.
    return names, str(path)
