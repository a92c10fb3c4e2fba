"""Light: lamps of some size and colour, and a sky; how much of it reaches each vertex past the rest of the head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

_WAVELENGTHS = np.array((612e-9, 549e-9, 465e-9))
_SECOND_RADIATION_CONSTANT = 1.438777e-2  # metre kelvin
_SKY_DIRECTIONS = 40
_LAMP_RAYS = 6
_LIFT = 0.06  # centimetres from the skin at which rays start
# Light enters skin and comes out again a little further on, red the furthest: it reaches past the edge of the shadow.
_WRAP = np.array((0.28, 0.14, 0.08), np.float32)


class Occluders(Protocol):
    """What can be in the light's way."""

    def hides(self, origins: FloatArray, directions: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether rays, shape (n, 3) each, meet anything."""
        ...


@dataclass(frozen=True, eq=False)
class Lighting:
    """The light of one recording.

    Attributes
    ----------
    lamps : ndarray of float32, shape (l, 3)
        Unit vectors from the head to each lamp's middle, in the head's axes.
    radii : ndarray of float32, shape (l,)
        Tangents of half the angles under which they are seen.
    colours : ndarray of float32, shape (l, 3)
        What a white surface that faces each lamp reflects of it, linear RGB.
    above, below : ndarray of float32, shape (3,)
        What a white surface reflects of the sky and of the ground, if it sees nothing else.
    """

    lamps: FloatArray
    radii: FloatArray
    colours: FloatArray
    above: FloatArray
    below: FloatArray

    def samples(self, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, npt.NDArray[np.intp]]:
        """The light as directions, shape (s, 3), with their shares of it, shape (s, 3), and their lamps (-1: sky)."""
        sky = _sphere(_SKY_DIRECTIONS)
        up = (sky[:, 1:2] + 1) / 2
        # A surface sees half the sphere, under cosines that are a half on average.
        shares = (up * self.above + (1 - up) * self.below) * 4 / _SKY_DIRECTIONS
        spread = rng.normal(0, 1, (len(self.lamps), _LAMP_RAYS, 3)) * (self.radii[:, None, None] / 1.5)
        rays = (self.lamps[:, None] + spread).reshape(-1, 3)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        owners = np.repeat(np.arange(len(self.lamps)), _LAMP_RAYS)
        directions = np.concatenate([sky, rays]).astype(np.float32)
        colours = np.concatenate([shares, self.colours[owners] / _LAMP_RAYS]).astype(np.float32)
        return directions, colours, np.concatenate([np.full(len(sky), -1), owners])


def draw_lighting(rng: np.random.Generator) -> Lighting:
    """One to three lamps before the head, most above it, and a sky; the brightest gives most of the light."""
    count = int(rng.integers(1, 4))
    azimuth, height = np.radians(rng.uniform(-75, 75, count)), np.radians(rng.uniform(-10, 60, count))
    lamps = np.stack([np.cos(height) * np.sin(azimuth), np.sin(height), np.cos(height) * np.cos(azimuth)], 1)
    strengths = np.sort(rng.uniform(0.2, 1, count))[::-1]
    strengths *= rng.uniform(0.55, 0.95) / strengths.sum()
    white = rng.uniform(4000, 6500)  # what the camera takes for white
    colours = np.stack([s * blackbody(rng.uniform(2900, 8000), white) for s in strengths])
    sky = rng.uniform(0.22, 0.6) * blackbody(rng.uniform(4500, 9000), white)
    return Lighting(
        lamps=lamps.astype(np.float32),
        radii=rng.uniform(0.05, 0.5, count).astype(np.float32),
        colours=colours.astype(np.float32),
        above=sky.astype(np.float32),
        below=(sky * rng.uniform(0.2, 0.7) * rng.uniform(0.85, 1, 3)).astype(np.float32),
    )


def blackbody(temperature: float, white: float) -> npt.NDArray[np.float64]:
    """Colour of a lamp of some temperature to a camera that takes another for white, kelvin; the sum is 3; shape (3,).

    Planck's law at one wavelength for each of red, green and blue, halfway to white as lamps are mixed.
    """
    emitted = [1 / np.expm1(_SECOND_RADIATION_CONSTANT / (_WAVELENGTHS * t)) for t in (temperature, white)]
    ratio = np.sqrt(emitted[0] / emitted[1])
    return np.asarray(3 * ratio / ratio.sum())


def bake(
    lighting: Lighting, vertices: FloatArray, normals: FloatArray, occluders: Occluders, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """The light on each vertex of a head.

    All cameras of a recording see the same light on the head, so it is worked out once.

    Returns
    -------
    irradiance : ndarray of float32, shape (n, 3)
        What a white surface there would reflect, linear RGB.
    seen : ndarray of float32, shape (n, l)
        How much of each lamp is seen from there, 0 to 1.
    """
    irradiance = np.zeros_like(vertices)
    seen = np.zeros((len(vertices), len(lighting.lamps)), np.float32)
    origins = vertices + _LIFT * normals
    for direction, colour, lamp in zip(*lighting.samples(rng), strict=True):
        cosine = normals @ direction
        lit = np.flatnonzero(cosine > -_WRAP[0])
        lit = lit[~occluders.hides(origins[lit] + _LIFT * direction, direction[None])]
        irradiance[lit] += colour * np.clip((cosine[lit, None] + _WRAP) / (1 + _WRAP), 0, None)
        if lamp >= 0:
            seen[lit, lamp] += 1 / _LAMP_RAYS
    return irradiance, seen


def _sphere(count: int) -> npt.NDArray[np.float64]:
    """Directions spread evenly: Fibonacci's lattice, shape (count, 3)."""
    i = np.arange(count) + 0.5
    y, turn = 1 - 2 * i / count, np.pi * (1 + 5**0.5) * i
    radius = np.sqrt(1 - y**2)
    return np.stack([radius * np.cos(turn), y, radius * np.sin(turn)], 1)
