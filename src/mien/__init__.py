"""mien reads facial expressions.

It finds every face in a photo, straightens it and says how likely each expression is::

    import mien

    for face in mien.analyze("photo.jpg"):
        print(face.box, face.label, face.probability("happy"))

and follows every face through a video, see `watch`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, overload

from mien.errors import MienError
from mien.faces import Face, Faces
from mien.labels import LABEL_SETS, LabelSet

if TYPE_CHECKING:
    from mien.acquire import ImageSource
    from mien.analyzer import Analyzer
    from mien.video.frame import WatchedFrame
    from mien.video.timeline import Timeline

__version__ = "0.1.0"
__all__ = [
    "LABEL_SETS",
    "Analyzer",
    "Face",
    "Faces",
    "LabelSet",
    "MienError",
    "Timeline",
    "WatchedFrame",
    "analyze",
    "watch",
]


_LAZY = {
    "Analyzer": "mien.analyzer",
    "Timeline": "mien.video.timeline",
    "WatchedFrame": "mien.video.frame",
}


def __getattr__(name: str) -> Any:
    """Load the analyzer, and with it OpenCV and onnxruntime, when it is first asked for: importing mien is quick."""
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'mien' has no attribute {name!r}")


@lru_cache(maxsize=1)
def _default_analyzer() -> Analyzer:
    from mien.analyzer import Analyzer

    return Analyzer()


@overload
def analyze(source: list[Any] | tuple[Any, ...]) -> list[Faces]: ...


@overload
def analyze(source: ImageSource) -> Faces: ...


def analyze(source: Any) -> Any:
    """Read the faces of a picture, or of each picture of a list, with the default model.

    See `Analyzer.analyze`; make an `Analyzer` of your own for another model, label set or number of threads.
    """
    return _default_analyzer().analyze(source)


def watch(
    source: str | os.PathLike[str],
    *,
    analyzer: Analyzer | None = None,
    every: int = 1,
    fps: float | None = None,
    start: float = 0.0,
    end: float | None = None,
    smooth: float = 0.3,
    baseline: str | None = None,
) -> Iterator[WatchedFrame]:
    """Read the faces of a video frame by frame, each person under one number; nothing accumulates.

    ::

        for frame in mien.watch("clip.mp4"):
            print(frame.time, frame.tracks, frame.faces.labels)

    Parameters
    ----------
    source : path
        A video file, a folder of pictures, an ``rtsp://`` or ``http://`` address, or ``"camera:0"``.
    analyzer : Analyzer, optional
        One with settings of your own.
    every, fps, start, end
        Which frames: each so-manieth, at most so many a second, from and to which second.
    smooth : float
        Seconds over which a person's readings are averaged; 0 leaves them as they are.
    baseline : str, optional
        When people's faces are at rest, ``"auto"`` or ``"START-END"`` in seconds: what they show then is taken off.

    Yields
    ------
    WatchedFrame
        ``time``, ``number``, ``image``, ``faces``, ``tracks``, ``raw`` and ``cut``.

    Raises
    ------
    InputError
        If the source cannot be read (`UnreadableVideo`), or an option makes no sense.
    MissingExtra
        If the extra ``video`` is not installed.
    """
    from mien.video.watch import watch_source

    return watch_source(source, analyzer or _default_analyzer(), every, fps, start, end, smooth, baseline)
