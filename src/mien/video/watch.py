"""The road of a video: frames, faces under the same number from frame to frame, readings that hold still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import PathLike

import numpy as np
import numpy.typing as npt

from mien.analyzer import Analyzer
from mien.detect import Detections
from mien.video.baseline import BaselineCorrector
from mien.video.cuts import CutFinder
from mien.video.frame import Frame, WatchedFrame
from mien.video.prefetch import prefetch
from mien.video.smoothing import Smoother
from mien.video.sources import FrameSource, open_source
from mien.video.tracking import Tracker

_AHEAD = 2  # frames that each station is ahead of the next; more would only cost memory


@dataclass(frozen=True, eq=False)
class _Located:
    """A frame whose faces are found and not read yet."""

    frame: Frame
    detections: Detections
    numbers: npt.NDArray[np.int64]
    known: set[int]
    cut: bool


class Watcher:
    """Reads one frame after the other and remembers who is who. For one video and one thread.

    Parameters
    ----------
    analyzer : Analyzer
        Finds and reads faces.
    smooth : float
        Seconds over which readings are averaged; 0 leaves them as they are. See `Smoother`.
    baseline : str, optional
        The stretch in which people's faces are at rest, as ``"auto"`` or ``"START-END"``. See `BaselineCorrector`.

    Raises
    ------
    InputError
        If one of these cannot be used.
    MissingExtra
        If the extra ``video`` is not installed.
    """

    def __init__(self, analyzer: Analyzer, *, smooth: float = 0.3, baseline: str | None = None) -> None:
        self._analyzer = analyzer
        self._pool = ThreadPoolExecutor(2, "mien-follow")
        self._tracker = Tracker(analyzer.detector, self._pool)
        self._cuts = CutFinder()
        self._smoother = Smoother(smooth)
        self._corrector = BaselineCorrector(analyzer.label_set, baseline)
        self._known: set[int] = set()

    def read(self, frame: Frame) -> WatchedFrame:
        """Find, follow and read the faces of the next frame."""
        return self._read(self._locate(frame))

    def read_all(self, frames: Iterable[Frame], ahead: int = 2) -> Iterator[WatchedFrame]:
        """The same for many frames; the faces of up to `ahead` frames are found while those before are read."""
        located = prefetch(map(self._locate, frames), ahead)
        try:
            yield from map(self._read, located)
        finally:
            located.close()

    def _locate(self, frame: Frame) -> _Located:
        cut = self._cuts.is_cut(frame.image)
        if cut:
            self._tracker.reset()
        tracks = sorted(self._tracker.update(frame.image, frame.time), key=lambda track: -track.score)
        detections = Detections(
            np.array([track.box for track in tracks], np.float32).reshape(-1, 4),
            np.array([track.score for track in tracks], np.float32),
            np.array([track.landmarks for track in tracks], np.float32).reshape(-1, 5, 2),
        )
        numbers = np.array([track.number for track in tracks], np.int64)
        return _Located(frame, detections, numbers, self._tracker.numbers, cut)

    def _read(self, located: _Located) -> WatchedFrame:
        for number in self._known - located.known:
            self._smoother.forget(number)
            self._corrector.forget(number)
        self._known = located.known
        frame = located.frame
        faces = self._analyzer.read_detected(frame.image, located.detections)
        raw, held = faces.probabilities, faces.probabilities.copy()
        for i, number in enumerate(located.numbers.tolist()):
            corrected = self._corrector.update(number, frame.time, raw[i])
            held[i] = self._smoother.update(number, frame.time, corrected, float(faces.detection_scores[i]))
        return WatchedFrame(
            frame.number,
            frame.time,
            frame.image,
            faces=replace(faces, probabilities=held),
            tracks=located.numbers,
            raw=raw,
            cut=located.cut,
        )

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


def watch_source(
    source: str | PathLike[str],
    analyzer: Analyzer,
    every: int,
    fps: float | None,
    start: float,
    end: float | None,
    smooth: float,
    baseline: str | None,
) -> Iterator[WatchedFrame]:
    """What `mien.watch` does: all is checked and opened at once, then frames come one by one."""
    watcher = Watcher(analyzer, smooth=smooth, baseline=baseline)
    try:
        opened = open_source(source, every=every, fps=fps, start=start, end=end)
    except BaseException:
        watcher.close()
        raise
    return watch_frames(opened, watcher)


def watch_frames(source: FrameSource, watcher: Watcher) -> Iterator[WatchedFrame]:
    """Every frame of a source, read; both are closed at the end, also when the caller stops early."""
    # Decoding, finding and reading each have a thread; what a camera shows is not kept waiting.
    frames = iter(source) if source.live else prefetch(source, _AHEAD)
    watched = map(watcher.read, frames) if source.live else watcher.read_all(frames, _AHEAD)
    try:
        yield from watched
    finally:
        for part in (watched, frames):
            if hasattr(part, "close"):
                part.close()
        source.close()
        watcher.close()
