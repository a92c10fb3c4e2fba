"""Spotting in a video of any length: each person's faces, some seconds at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from mien.align import align_faces
from mien.video.cuts import CutFinder
from mien.video.frame import Frame
from mien.video.spotting.movement import Movement
from mien.video.spotting.spot import spot
from mien.video.tracking import Tracker

_SIDE = 112
_WINDOW = 10.0  # seconds that are searched at a time ...
_OVERLAP = 1.0  # ... of which so much at either end belongs to the windows beside it
_GAP = 0.1  # seconds; a face that is away for longer begins anew, because it may come back turned


@dataclass
class _Stretch:
    """A person's faces since the last that were searched and done with."""

    faces: list[npt.NDArray[np.uint8]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    done: float = -np.inf  # movements whose apex is not later were reported

    def search(self, method: str, until: float) -> list[Movement]:
        """The movements with an apex until then, their frames by their numbers in the video."""
        found = spot(np.array(self.faces), self.times, method) if len(self.faces) > 2 else []
        fresh = [movement for movement in found if self.done < movement.apex <= until]
        self.done = until
        places = self.numbers
        return [
            replace(
                movement,
                onset_frame=places[movement.onset_frame],
                apex_frame=places[movement.apex_frame],
                offset_frame=places[movement.offset_frame],
            )
            for movement in fresh
        ]

    def drop_before(self, time: float) -> None:
        """Forget the faces before a time."""
        first = int(np.searchsorted(self.times, time))
        for column in (self.faces, self.times, self.numbers):
            del column[:first]


def spot_frames(frames: Iterable[Frame], tracker: Tracker, method: str = "strain") -> Iterator[tuple[int, Movement]]:
    """Find the short movements of everybody in a video.

    Parameters
    ----------
    frames : iterable of Frame
        At least 50 a second.
    tracker : Tracker
        A fresh one.
    method : {"strain", "difference"}
        See `spot`.

    Yields
    ------
    track : int
        Whose face it is, from 1.
    movement : Movement
        With the numbers of the video's frames. A person's come in the order of time, some seconds late.

    Raises
    ------
    InputError
        If there are fewer than 50 frames a second.
    """
    cuts, stretches = CutFinder(), dict[int, _Stretch]()

    def finish(tracks: Iterable[int]) -> Iterator[tuple[int, Movement]]:
        for track in list(tracks):
            yield from ((track, movement) for movement in stretches.pop(track).search(method, np.inf))

    for frame in frames:
        if cuts.is_cut(frame.image):
            tracker.reset()
            yield from finish(stretches)
        for track in tracker.update(frame.image, frame.time):
            stretch = stretches.get(track.number)
            if stretch and frame.time - stretch.times[-1] > _GAP:
                yield from finish([track.number])
                stretch = None
            stretch = stretches.setdefault(track.number, stretch or _Stretch())
            if stretch.times and frame.time <= stretch.times[-1]:
                continue  # a clock that stood still
            stretch.faces.append(align_faces(frame.image, track.landmarks[None], _SIDE)[0])
            stretch.times.append(frame.time)
            stretch.numbers.append(frame.number)
            if frame.time - stretch.times[0] >= _WINDOW:
                until = frame.time - _OVERLAP
                yield from ((track.number, movement) for movement in stretch.search(method, until))
                stretch.drop_before(until - _OVERLAP)
        yield from finish(stretches.keys() - tracker.numbers)
    yield from finish(stretches)
