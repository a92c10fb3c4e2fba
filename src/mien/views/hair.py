"""Stand-ins for hair and caps: shells that hug the scalp, and a curtain that falls from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mien.views.model import BACK, FACE, HeadModel
from mien.views.people import Person

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


class Mesh(NamedTuple):
    """Vertices, shape (n, 3), and triangles of them, shape (t, 3)."""

    vertices: FloatArray
    triangles: IntArray


# The hairline from the temple round the ear to the nape, as (z, height y) of the average head in centimetres.
_SIDES = ((-9.0, -4.5), (-5.0, -4.0), (-3.2, -0.5), (-2.6, 3.9), (1.5, 4.2), (2.2, 1.5), (3.4, 2.5), (4.6, 7.0))
_EYES_HEIGHT = 3.6
_THICKNESS = {"cropped": 0.35, "short": 1.0, "full": 2.1, "long": 1.1, "cap": 0.9}
_RISE = {"cropped": 0.8, "short": 2.2, "full": 3.5, "long": 2.2, "cap": 0.35}
_SUNK = 0.15  # the shell begins inside the skin, so that the two meet in a line
_CAP_RIM = ((-9.0, 3.0), (-3.0, 4.0), (3.0, 6.0), (9.0, 8.8))


class HairDresser:
    """Makes hair for heads of one model."""

    def __init__(self, model: HeadModel) -> None:
        self._neutral = model.neutral
        scalp = model.is_material(FACE, BACK)
        corners = model.neutral[model.triangles]
        # Ears stand out sideways; no hair grows on them.
        ear = (np.abs(corners[..., 0]).max(1) > 7.4) & (corners[..., 1].max(1) < 3.9) & (np.abs(corners[:, 0, 2]) < 3)
        self._triangles = model.triangles[scalp & ~ear & (corners[..., 1].max(1) > -6)]

    def dress(self, person: Person, head: FloatArray, normals: FloatArray) -> list[Mesh]:
        """The meshes to be put on a person's head, given its vertices and their normals, shape (n, 3)."""
        style = person.hair_style
        if style == "bald":
            return []
        above = self._above(person)
        shown = (above[self._triangles] > 0).any(1)
        rng = np.random.default_rng(person.texture_seed)
        grown = np.clip(above / _RISE[style], 0, 1)
        thickness = _THICKNESS[style] * rng.uniform(0.8, 1.25) * grown * (2 - grown)
        locks = 0 if style in ("cap", "cropped") else 0.12 * _waves(self._neutral, rng) * grown
        shell = head + (thickness + locks - _SUNK)[:, None] * normals
        meshes = [_compact(Mesh(shell.astype(np.float32), self._triangles[shown]))]
        if style == "long":
            meshes.append(_curtain(head, self._neutral, rng))
        return meshes

    def _above(self, person: Person) -> FloatArray:
        """How far each vertex is above the hairline, or the rim of the cap, cm; shape (n,)."""
        y, z = self._neutral[:, 1], self._neutral[:, 2]
        if person.hair_style == "cap":
            line = np.interp(z, *np.transpose(_CAP_RIM))
        else:
            front = _EYES_HEIGHT + person.hairline
            side = ((6.5, front - 1.2), (8.0, front))
            line = np.interp(z, *np.transpose((*_SIDES, *side)))
        return np.asarray(y - line, np.float32)


def _waves(points: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Smooth chance in space, about -1 to 1, shape (n,)."""
    total = np.zeros(len(points), np.float32)
    for _ in range(6):
        total += np.sin(points @ rng.normal(0, 1.4, 3) + rng.uniform(0, 6.3)).astype(np.float32)
    return np.asarray(total / 3, np.float32)


def _curtain(head: FloatArray, neutral: FloatArray, rng: np.random.Generator) -> Mesh:
    """Hair that falls over ears and neck, open in front."""
    scale = float(head[:, 0].max() / neutral[:, 0].max())
    length, width = rng.uniform(8, 15), np.radians(rng.uniform(110, 126))
    around, down = np.meshgrid(np.linspace(-width, width, 72), np.linspace(0, 1, 28))
    drop = length * down * (1 - 0.08 * rng.uniform(size=72))
    widening = np.interp(down, (0, 0.25, 0.6, 1), (0.78, 0.97, 1.0, 0.93))
    locks = 1 + 0.02 * np.sin(around * 23 + 2 * down + rng.uniform(0, 6)) + 0.012 * np.sin(around * 51)
    # Inwards at the edges, so that it ends on the head.
    radius = widening * locks * np.interp(np.abs(around), (0, width - 0.35, width), (1, 1, 0.84))
    x, z = 10.0 * radius * np.sin(around), -0.2 - 9.4 * radius * np.cos(around)
    vertices = scale * np.stack([x, 8.5 - drop, z], -1).reshape(-1, 3)
    rows, columns = (axis.ravel() for axis in np.mgrid[:27, :71])
    a = rows * 72 + columns
    triangles = np.concatenate([np.stack([a, a + 1, a + 72], 1), np.stack([a + 1, a + 73, a + 72], 1)])
    return Mesh(vertices.astype(np.float32), triangles.astype(np.int32))


def _compact(mesh: Mesh) -> Mesh:
    """The same without the vertices that no triangle has."""
    used, triangles = np.unique(mesh.triangles, return_inverse=True)
    return Mesh(mesh.vertices[used], triangles.reshape(-1, 3).astype(np.int32))
