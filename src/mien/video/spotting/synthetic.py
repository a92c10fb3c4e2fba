"""Clips with a known movement, to measure spotting with: a photo of a face, warped for a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mien.align import TEMPLATE, similarity_transform, warp

Array = npt.NDArray[np.float64]
ImageArray = npt.NDArray[np.uint8]

SIDE = 256
"""Side of the frames in pixels."""
FACE = 160
"""Side of the face in pixels: of FER2013's frame around it (`mien.align.TEMPLATE`)."""

# Centres in the unit square of TEMPLATE, x and y; ways of which the longest is 1; radius of the moving skin.
_EYES = TEMPLATE[:2].astype(float)
_MOUTH = TEMPLATE[3:].astype(float)
_PLACES = {
    "mouth": (_MOUTH, np.array([(-0.5, -0.87), (0.5, -0.87)]), 0.08),
    "brows": (_EYES - (0, 0.13), np.array([(0.0, -1.0), (0.0, -1.0)]), 0.07),
    "lids": (_EYES - (0, 0.02), np.array([(0.0, 1.0), (0.0, 1.0)]), 0.04),
}


@dataclass(frozen=True)
class Twitch:
    """A movement there and back, as a raised cosine in time.

    Attributes
    ----------
    onset : float
        Seconds.
    duration : float
        Seconds from onset to offset.
    amplitude : float
        The longest way a point of the skin goes, in percent of the face's side: pixels of a face of 100 pixels.
    place : {"mouth", "brows", "lids"}
        Mouth corners up and out, brows up, or upper lids down (a blink, as far as a warp can show one).
    """

    onset: float
    duration: float
    amplitude: float
    place: str = "mouth"

    @property
    def interval(self) -> tuple[float, float]:
        """Onset and offset in seconds."""
        return self.onset, self.onset + self.duration

    def share(self, time: float) -> float:
        """How much of the way is gone at a time, 0 to 1."""
        phase = (time - self.onset) / self.duration
        return float(0.5 - 0.5 * np.cos(2 * np.pi * phase)) if 0 < phase < 1 else 0.0


def movement_clip(
    image: ImageArray,
    landmarks: npt.NDArray[np.floating],
    times: Array,
    twitches: Sequence[Twitch] = (),
    *,
    head: float = 1.0,
    noise: float = 2.0,
    seed: int = 0,
) -> Iterator[ImageArray]:
    """The frames of a clip in which a face from a photo moves as told.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB.
    landmarks : ndarray of float, shape (5, 2)
        Of the face, as in `Face.landmarks`.
    times : ndarray of float64, shape (n,)
        Seconds of each frame.
    twitches : sequence of Twitch
        The face's movements; those at one time add up.
    head : float, default 1.0
        Share of a slow movement of the head (see `head_motion`); 0 holds it still.
    noise : float, default 2.0
        Standard deviation of the camera's noise in grey levels, anew for each pixel, channels alike.
    seed : int, default 0
        Of head movement and noise.

    Yields
    ------
    ndarray of uint8, shape (SIDE, SIDE, 3)
        RGB, the face upright in the middle before the head moves. The photo is continued over its edges.
    """
    rng = np.random.default_rng(seed)
    motions = head_motion(times, rng) * (head, head, head, head)
    base = warp(image, similarity_transform(landmarks, SIDE / 2 + FACE * (TEMPLATE - 0.5)), SIDE)
    pixels = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), -1) - SIDE / 2
    for time, (x, y, angle, scale) in zip(times, motions, strict=True):
        cosine, sine = np.cos(angle) / (1 + scale), np.sin(angle) / (1 + scale)
        # Where each pixel of the frame comes from: first the head back, then the skin.
        source = (pixels - (x, y)) @ np.array([(cosine, -sine), (sine, cosine)])
        for twitch in twitches:
            if share := twitch.share(time):
                source = source - share * _field(source, twitch)
        x_from, y_from = np.moveaxis(source + SIDE / 2 - 0.5, -1, 0).astype(np.float32)
        frame = cv2.remap(base, x_from, y_from, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        if noise:
            frame += noise * rng.standard_normal((SIDE, SIDE, 1), np.float32)
        yield frame.round().clip(0, 255).astype(np.uint8)


def head_motion(times: Array, rng: np.random.Generator) -> Array:
    """A slow movement of the head: three sines of 0.1 to 0.8 Hz for each of its parts.

    Returns
    -------
    ndarray of float64, shape (n, 4)
        Shift right and down in pixels, at most 30; rotation in radians, at most 5 degrees; scale less 1, at most 0.04.
    """
    frequencies = rng.uniform(0.1, 0.8, (3, 4))
    phases = rng.uniform(0, 2 * np.pi, (3, 4))
    weights = rng.dirichlet(np.ones(3), 4).T
    waves = weights * np.sin(2 * np.pi * frequencies * times[:, None, None] + phases)
    return np.asarray(waves.sum(1) * (30, 30, np.radians(5), 0.04))


def _field(points: Array, twitch: Twitch) -> Array:
    """The way of each point at the height of a movement, in pixels; points are relative to the face's middle."""
    centres, ways, radius = _PLACES[twitch.place]
    centres = FACE * (centres - 0.5)
    apart = ((points[..., None, :] - centres) ** 2).sum(-1)
    bells = np.exp(-apart / (2 * (radius * FACE) ** 2))
    return np.asarray(FACE / 100 * twitch.amplitude * bells @ ways)
