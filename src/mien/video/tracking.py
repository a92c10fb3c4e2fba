"""One identity a face: through movement, crossings, short occlusions.

A face that is tracked is found anew on a small crop around where it is expected (`Follower.follow`); the whole picture
is searched only every now and then, and whenever something is unclear: a face was lost, or two tracks ended on one
face. Faces that a search finds and nobody follows are given to those tracks that miss theirs, by the assignment of
least cost, or begin tracks of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations, count
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mien.align import TEMPLATE, similarity_transform, warp
from mien.boxes import box_sizes, overlap
from mien.detect import Detections, Detector
from mien.errors import MissingExtra

FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]

SEARCH_EVERY = 0.4  # seconds between searches of the whole picture, so that nobody new waits for half a second ...
_SEARCH_SOON = 0.1  # ... and while somebody is missing
_PATIENCE = 1.5  # seconds for which a face that is not seen keeps its number
_COASTING = 0.5  # seconds for which it is believed to go on as it went
_MEMORY = 0.2  # seconds over which velocity is averaged
_SAME_FACE = 0.4  # boxes with a larger intersection over union show one face
_REACH, _REACH_GROWTH = 0.7, 3.0  # how far from its place a face may be, in faces, and how much farther each second
_LOOK_SIDE = 16
_LOOK_WEIGHT, _MOST_COST = 4.0, 4.0  # of unlikeness (0 to 2) against distance in faces; see `_cost`
_LOOK_RATE = 0.3  # how fast a track's look follows what is seen


@runtime_checkable
class Follower(Protocol):
    """A detector that can also find one face anew near where it was."""

    def follow(self, image: ImageArray, box: FloatArray, landmarks: FloatArray) -> Detections:
        """The face near `box`, shape (4,), turned about as `landmarks`, shape (5, 2); none is an empty `Detections`."""
        ...


@dataclass(eq=False)
class Track:
    """One face over time.

    Attributes
    ----------
    number : int
        Its identity, from 1.
    box : ndarray of float32, shape (4,)
        ``x1, y1, x2, y2`` in pixels, when it was last seen.
    landmarks : ndarray of float32, shape (5, 2)
        In pixels, when it was last seen.
    score : float
        The detector's confidence then, 0 to 1.
    time : float
        When that was, in seconds.
    velocity : ndarray of float32, shape (2,)
        Pixels a second.
    look : ndarray of float32, shape (768,)
        What the face looks like: see `_look`.
    """

    number: int
    box: FloatArray
    landmarks: FloatArray
    score: float
    time: float
    velocity: FloatArray
    look: FloatArray

    def shift(self, time: float) -> FloatArray:
        """How far it has likely moved since it was seen, shape (2,)."""
        return np.asarray(self.velocity * min(time - self.time, _COASTING), np.float32)

    def see(self, seen: Detections, time: float) -> None:
        """It was seen again: `seen` has one row."""
        elapsed = time - self.time
        if elapsed > 0:
            now = (_centre(seen.boxes[0]) - _centre(self.box)) / elapsed
            self.velocity += np.float32(1 - np.exp(-elapsed / _MEMORY)) * (now - self.velocity)
        self.box, self.landmarks, self.score = seen.boxes[0], seen.landmarks[0], float(seen.scores[0])
        self.time = time


class Tracker:
    """Finds the faces of one frame after the other and says which are the same.

    Parameters
    ----------
    detector : Detector
        If it is no `Follower`, the whole of each picture is searched.
    pool : Executor, optional
        Where faces are followed side by side.

    Raises
    ------
    MissingExtra
        If the solver of the assignment is not installed.
    """

    def __init__(self, detector: Detector, pool: Executor | None = None) -> None:
        try:
            from lap import lapjv
        except ImportError:
            raise MissingExtra("tracking faces", "video") from None
        self._solve = lapjv
        self._detector = detector
        self._map = pool.map if pool else map
        self._numbers = count(1)
        self.reset()

    def reset(self) -> None:
        """Forget everybody, as at a cut; numbers are not used again."""
        self._tracks: list[Track] = []
        self._last = self._searched = -np.inf

    @property
    def numbers(self) -> set[int]:
        """Who is in the picture or may come back."""
        return {track.number for track in self._tracks}

    def update(self, image: ImageArray, time: float) -> list[Track]:
        """The tracks whose faces are in the next frame.

        Parameters
        ----------
        image : ndarray of uint8, shape (h, w, 3)
            RGB.
        time : float
            Seconds; not less than the last.

        Returns
        -------
        list of Track
            In the order of their numbers. They change with the next call.
        """
        self._tracks = [track for track in self._tracks if time - track.time <= _PATIENCE]
        visible = [track for track in self._tracks if track.time == self._last]
        followed = self._follow(image, time, visible)
        wait = SEARCH_EVERY if len(followed) == len(self._tracks) else _SEARCH_SOON
        if len(followed) < len(visible) or time >= self._searched + wait:
            self._search(image, time, followed)
            self._searched = time
        for track, seen in followed.items():
            track.see(seen, time)
        self._last = time
        return sorted((track for track in self._tracks if track.time == time), key=lambda track: track.number)

    def _follow(self, image: ImageArray, time: float, tracks: Sequence[Track]) -> dict[Track, Detections]:
        """Those tracks whose face is where it is expected, and no other track's too."""
        detector = self._detector
        if not isinstance(detector, Follower):
            return {}

        def look_near(track: Track) -> Detections:
            return detector.follow(image, track.box + np.tile(track.shift(time), 2), track.landmarks)

        followed = {track: seen for track, seen in zip(tracks, self._map(look_near, tracks), strict=True) if len(seen)}
        # Where two tracks ended on one face, only the whole picture tells whose it is, and where the other is.
        unclear = {
            track
            for pair in combinations(followed, 2)
            if overlap(followed[pair[0]].boxes[0], followed[pair[1]].boxes) > _SAME_FACE
            for track in pair
        }
        return {track: seen for track, seen in followed.items() if track not in unclear}

    def _search(self, image: ImageArray, time: float, followed: dict[Track, Detections]) -> None:
        """Give the faces that nobody follows to tracks that miss theirs, or to new ones."""
        found = self._detector.detect(image)
        for track, seen in list(followed.items()):
            shared = overlap(seen.boxes[0], found.boxes)
            if (shared > 0).any() and not (shared > _SAME_FACE).any():  # half of one face and half of another
                del followed[track]
        taken = np.concatenate([np.zeros((0, 4), np.float32), *(seen.boxes for seen in followed.values())])
        free = [_row(found, i) for i in range(len(found)) if not (overlap(found.boxes[i], taken) > _SAME_FACE).any()]
        looks = [_look(image, seen.landmarks[0]) for seen in free]
        missing = [track for track in self._tracks if track not in followed]
        owners: list[int] = [-1] * len(free)
        if missing and free:
            costs = np.array(
                [[_cost(track, seen, look, time) for seen, look in zip(free, looks, strict=True)] for track in missing]
            )
            _, _, owners = self._solve(costs, extend_cost=True, cost_limit=_MOST_COST)
        for seen, look, owner in zip(free, looks, owners, strict=True):
            if isinstance(self._detector, Follower):  # landmarks as all frames have them, or readings would flicker
                again = self._detector.follow(image, seen.boxes[0], seen.landmarks[0])
                seen = again if len(again) else seen
            if owner >= 0:
                track = missing[owner]
            else:
                still = np.zeros(2, np.float32)
                track = Track(next(self._numbers), seen.boxes[0], seen.landmarks[0], 0.0, time, still, look)
                self._tracks.append(track)
            followed[track] = seen
        for track, seen in followed.items():
            alone = not any(
                (overlap(seen.boxes[0], other.boxes) > 0).any()
                for owner, other in followed.items()
                if owner is not track
            )
            if alone:
                track.look = _unit(track.look + _LOOK_RATE * (_look(image, seen.landmarks[0]) - track.look))


def _cost(track: Track, seen: Detections, look: FloatArray, time: float) -> float:
    """What it costs to call a detection this track's face: its distance in faces, and four times its unlikeness.

    So a face that looks like nobody missing must be where somebody is expected (behind somebody else it looks like
    neither at first), and one that looks the same may be some faces away.
    """
    box = seen.boxes[0]
    size, ratio = float(box_sizes(track.box)), float(box_sizes(box) / box_sizes(track.box))
    # A face that left the picture comes back where it went, not where it would be by now.
    places = _centre(track.box), _centre(track.box) + track.shift(time)
    distance = min(float(np.linalg.norm(_centre(box) - place)) for place in places) / size
    if distance > _REACH + _REACH_GROWTH * (time - track.time) or not 0.5 < ratio < 2:
        return 2 * _MOST_COST
    return float(distance + _LOOK_WEIGHT * (1 - track.look @ look))


def _look(image: ImageArray, landmarks: FloatArray) -> FloatArray:
    """What a face looks like: its upright crop of 16 x 16 pixels, less its mean, of length one.

    The product of two is their correlation: the median is 0.93 for one face scaled, turned and with noise, and 0.16 for
    two people (`docs/video.md`).
    """
    transform = similarity_transform(landmarks, TEMPLATE * _LOOK_SIDE)
    crop = warp(image, transform, _LOOK_SIDE).astype(np.float32).ravel()
    return _unit(crop - crop.mean())


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)


def _row(found: Detections, i: int) -> Detections:
    return Detections(found.boxes[i : i + 1], found.scores[i : i + 1], found.landmarks[i : i + 1])


def _centre(box: FloatArray) -> FloatArray:
    return np.asarray((box[:2] + box[2:]) / 2, np.float32)
