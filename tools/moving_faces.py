"""Clips of moving faces whose truth is known: heads cut from photos, on paths of one's choice, over a background."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from mien.detect import get_detector

Image = npt.NDArray[np.uint8]
Place = tuple[float, float, float]
"""Centre x, centre y and width of a face, in pixels."""


@dataclass(frozen=True)
class Actor:
    """A head and where it is at each time; those listed first stand in front.

    Attributes
    ----------
    picture : ndarray of uint8, shape (h, w, 3)
        A photo with one face.
    box : ndarray of float, shape (4,)
        Where the face is in it.
    path : callable
        From seconds to a place, or None while the head is not in the scene.
    """

    picture: Image
    box: npt.NDArray[np.floating]
    path: Callable[[float], Place | None]


def actor(picture: Image, path: Callable[[float], Place | None]) -> Actor:
    """The actor of a photo, whose face is looked for."""
    return Actor(picture, get_detector("yunet").detect(picture).boxes[0], path)


def draw(actors: Sequence[Actor], background: Image, time: float) -> Image:
    """The scene at one time."""
    scene = background.astype(np.float32)
    height, width = background.shape[:2]
    for person in reversed(actors):
        place = person.path(time)
        if place is None:
            continue
        x, y, size = place
        x1, y1, x2, y2 = person.box
        scale = size / (x2 - x1)
        matrix = np.array([[scale, 0, x - scale * (x1 + x2) / 2], [0, scale, y - scale * (y1 + y2) / 2]])
        head = cv2.warpAffine(person.picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        mask = np.zeros((height, width), np.float32)
        tall = scale * (y2 - y1)
        cv2.ellipse(mask, ((x, y - tall * 0.05), (size * 1.35, tall * 1.45), 0), 1, -1)
        mask = cv2.GaussianBlur(mask, (0, 0), max(size / 40, 0.5))[..., None]
        scene = scene * (1 - mask) + head * mask
    return np.asarray(scene.round(), np.uint8)


def backdrop(width: int, height: int, seed: int = 0) -> Image:
    """Something to stand in front of: soft coloured shapes in which no face is found."""
    coarse = np.random.default_rng(seed).integers(40, 200, (6, 8, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def line(start: Place, end: Place, first: float, last: float) -> Callable[[float], Place | None]:
    """From one place to another between two times; not in the scene before and after."""

    def path(time: float) -> Place | None:
        if not first <= time <= last:
            return None
        share = (time - first) / (last - first)
        x, y, size = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        return x, y, size

    return path


def write_clip(path: Path, frames: Iterable[Image], fps: float = 25, codec: str = "libx264") -> None:
    """A video file of RGB frames."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, Fraction(fps).limit_denominator(1000))
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(frames):
            if number == 0:
                stream.height, stream.width = frame.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
