"""From a lit head to pixels: rays by Embree, colours by material."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import MissingExtra
from mien.views.camera import Camera
from mien.views.hair import Mesh
from mien.views.lighting import Lighting, bake
from mien.views.people import Person

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]
ByteArray = npt.NDArray[np.uint8]

SUPERSAMPLING = 2
"""Rays a pixel, along each side."""

IRIS, PUPIL, LIMBUS = 0.135, 0.05, 0.02
"""Radii of iris and pupil and width of the dark ring, in the texture of the eye's white."""


class Surface(IntEnum):
    """What a triangle is."""

    FACE = 0
    BACK = 1
    TEETH = 2
    GUMS = 3
    EYE = 4
    HAIR = 5
    CAP = 6


# Strength and exponent of reflections (Blinn and Phong); that of skin is the person's own.
_GLOSS = {Surface.TEETH: (0.3, 50), Surface.GUMS: (0.15, 40), Surface.EYE: (0.05, 700), Surface.HAIR: (0.03, 25)}
_SKIN_EXPONENT = 18
_TEETH = np.array((0.72, 0.68, 0.58), np.float32)
_GUMS = np.array((0.42, 0.13, 0.12), np.float32)
_SCLERA = np.array((0.62, 0.58, 0.55), np.float32)


class Rays:
    """Rays against triangles, by Embree."""

    def __init__(self, vertices: FloatArray, triangles: IntArray) -> None:
        try:
            from embreex.mesh_construction import TriangleMesh
            from embreex.rtcore_scene import EmbreeScene
        except ImportError:
            raise MissingExtra("rendering", "views") from None
        self._scene: Any = EmbreeScene()
        TriangleMesh(self._scene, np.ascontiguousarray(vertices, np.float32), triangles)

    def first(self, origins: FloatArray, directions: FloatArray) -> tuple[IntArray, FloatArray]:
        """The triangle that each ray meets first, shape (n,), -1 for none, and its weights of the corners, (n, 3)."""
        hit = self._scene.run(origins, directions, output=True)
        u, v = hit["u"], hit["v"]
        return hit["primID"], np.stack([1 - u - v, u, v], 1)

    def hides(self, origins: FloatArray, directions: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether each ray meets any triangle; one direction may serve for all."""
        if not len(origins):
            return np.zeros(0, np.bool_)
        met = self._scene.run(
            np.ascontiguousarray(origins, np.float32), np.ascontiguousarray(directions, np.float32), query="OCCLUDED"
        )
        return np.asarray(met != -1)


@dataclass(frozen=True, eq=False)
class Head:
    """A dressed head, ready for the light.

    Attributes
    ----------
    mesh : Mesh
        Skin, teeth, eyes, hair in one.
    surface : ndarray of uint8, shape (t,)
        `Surface` of each triangle.
    uv : ndarray of float32, shape (t, 3, 2)
        Places of the corners in their own texture, unit square.
    clothed : ndarray of float32, shape (n,)
        Above 0 where clothes cover a vertex, in centimetres from the collar.
    texture : ndarray of float32, shape (s, s, 3)
        Linear RGB of the face.
    person : Person
        Whose head it is.
    """

    mesh: Mesh
    surface: ByteArray
    uv: FloatArray
    clothed: FloatArray
    texture: FloatArray
    person: Person


def vertex_normals(mesh: Mesh) -> FloatArray:
    """Unit normals of vertices: of their triangles, weighted by area; shape (n, 3)."""
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    total = np.stack(
        [
            np.bincount(mesh.triangles.ravel(), np.repeat(normals[:, axis], 3), minlength=len(mesh.vertices))
            for axis in range(3)
        ],
        1,
    )
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9), np.float32)


class LitHead:
    """A head in its light, before any number of cameras."""

    def __init__(self, head: Head, lighting: Lighting, rng: np.random.Generator) -> None:
        self._head = head
        self._lighting = lighting
        self._rays = Rays(*head.mesh)
        self._normals = vertex_normals(head.mesh)
        irradiance, seen = bake(lighting, head.mesh.vertices, self._normals, self._rays, rng)
        self._attributes = np.concatenate([irradiance, self._normals, head.clothed[:, None], seen], 1)
        self._strands = _strands(np.random.default_rng(head.person.texture_seed))

    def picture(self, camera: Camera, background: FloatArray) -> FloatArray:
        """What a camera sees: linear RGB, shape (s, s, 3), before a background of that shape."""
        size = len(background)
        directions = camera.directions(SUPERSAMPLING * size)
        origins = np.broadcast_to(camera.position.astype(np.float32), directions.shape)
        met, weights = self._rays.first(np.ascontiguousarray(origins), directions)
        pixels = np.repeat(np.repeat(background, SUPERSAMPLING, 0), SUPERSAMPLING, 1).reshape(-1, 3)
        hits = np.flatnonzero(met >= 0)
        pixels[hits] = self._colours(met[hits], weights[hits], directions[hits])
        fine = pixels.reshape(size, SUPERSAMPLING, size, SUPERSAMPLING, 3)
        return np.asarray(fine.mean((1, 3)), np.float32)

    def visible(self, camera: Camera, vertices: IntArray) -> npt.NDArray[np.bool_]:
        """Whether a camera sees these vertices of the head, shape (k,)."""
        towards = camera.position - self._head.mesh.vertices[vertices]
        towards /= np.linalg.norm(towards, axis=1, keepdims=True)
        facing = (towards * self._normals[vertices]).sum(1) > 0
        lifted = self._head.mesh.vertices[vertices] + 0.15 * self._normals[vertices]
        return np.asarray(facing & ~self._rays.hides(lifted, towards.astype(np.float32)))

    def _colours(self, triangles: IntArray, weights: FloatArray, directions: FloatArray) -> FloatArray:
        """What rays see where they meet triangles, shape (h, 3)."""
        corners = self._head.mesh.triangles[triangles]
        attributes = np.einsum("hk,hka->ha", weights, self._attributes[corners])
        irradiance, normals, clothed, seen = np.split(attributes, (3, 6, 7), 1)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)
        uv = np.einsum("hk,hka->ha", weights, self._head.uv[triangles])
        surface = self._head.surface[triangles]
        albedo, gloss, exponent = self._materials(surface, uv, corners, weights)
        covered = (clothed[:, 0] > 0) & (surface <= Surface.BACK)
        albedo[covered], gloss[covered] = self._head.person.clothes, 0
        colours = albedo * irradiance
        for lamp, colour, part in zip(self._lighting.lamps, self._lighting.colours, seen.T, strict=True):
            half = lamp - directions
            half /= np.linalg.norm(half, axis=1, keepdims=True)
            shine = np.clip((normals * half).sum(1), 0, 1) ** exponent * (exponent + 2) / 8
            grazing = 1 + 4 * (1 - np.clip(-(half * directions).sum(1), 0, 1)) ** 5
            colours += (part * gloss * shine * grazing)[:, None] * colour
        return np.asarray(colours, np.float32)

    def _materials(
        self, surface: ByteArray, uv: FloatArray, corners: IntArray, weights: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Albedo, shape (h, 3), and strength and exponent of reflections, shape (h,)."""
        person = self._head.person
        palette = np.zeros((len(Surface), 3), np.float32)
        palette[[Surface.BACK, Surface.TEETH, Surface.GUMS]] = person.skin, _TEETH, _GUMS
        palette[[Surface.HAIR, Surface.CAP]] = person.hair, person.cap
        gloss = np.full(len(Surface), person.gloss, np.float32)
        exponent = np.full(len(Surface), _SKIN_EXPONENT, np.float32)
        for kind, (strength, power) in _GLOSS.items():
            gloss[kind], exponent[kind] = strength, power
        gloss[Surface.CAP] = 0
        albedo = palette[surface]
        face = surface == Surface.FACE
        albedo[face] = _sample(self._head.texture, uv[face])
        eye = surface == Surface.EYE
        albedo[eye] = _eye(uv[eye], person.iris)
        for kind in (Surface.HAIR, Surface.CAP):
            of_kind = surface == kind
            points = np.einsum("hk,hka->ha", weights[of_kind], self._head.mesh.vertices[corners[of_kind]])
            # Strands run down from the crown, ribs of a cap too.
            angle = np.arctan2(points[:, 0], points[:, 2] + 2) / (2 * np.pi) + 0.5
            if kind == Surface.HAIR:
                albedo[of_kind] *= _sample(self._strands, np.stack([angle, points[:, 1] / 40 + 0.5], 1))[:, :1]
            else:
                albedo[of_kind] *= (0.9 + 0.1 * np.sin(300 * angle))[:, None]
        return albedo, gloss[surface], exponent[surface]


def _sample(texture: FloatArray, uv: FloatArray) -> FloatArray:
    """Bilinear values of a texture at places in the unit square, shape (h, channels)."""
    if not len(uv):
        return np.zeros((0, 3), np.float32)
    size = np.array(texture.shape[1::-1], np.float32)
    places = np.ascontiguousarray((uv * size - 0.5)[None], np.float32)
    # cv2 takes at most 32,767 places in a row.
    parts = [
        cv2.remap(texture, part[..., 0], part[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]
        for part in (places[:, i : i + 32000] for i in range(0, len(uv), 32000))
    ]
    return np.asarray(np.concatenate(parts), np.float32)


def _eye(uv: FloatArray, iris: FloatArray) -> FloatArray:
    """The eye's white, iris and pupil."""
    away = np.linalg.norm(uv - 0.5, axis=1)[:, None]
    angle = np.arctan2(uv[:, 1] - 0.5, uv[:, 0] - 0.5)[:, None]
    fibres = 1 + 0.25 * np.sin(23 * angle) * np.sin(9 * angle + 2)
    ring = np.clip((IRIS - away) / LIMBUS, 0.25, 1)
    inside = np.where(away < PUPIL, np.float32(0.004), iris * fibres * ring)
    reddened = _SCLERA * (1 - np.clip(away - 0.2, 0, 0.3) * (0.2, 1.0, 1.0))
    return np.where(away < IRIS, inside, reddened).astype(np.float32)


def _strands(rng: np.random.Generator) -> FloatArray:
    """Brightness of hair, finer around the head than along the strands; shape (64, 512, 3)."""
    noise = rng.normal(0, 1, (24, 512)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.8, sigmaY=3)
    strands = cv2.resize(smooth / smooth.std(), (512, 64), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.repeat(np.clip(1 + 0.25 * strands, 0.3, 2)[..., None], 3, 2), np.float32)


def encode(picture: FloatArray, exposure: float) -> ByteArray:
    """sRGB (IEC 61966-2-1), uint8, of linear RGB; highlights are rolled off, not cut."""
    light = np.maximum(picture * exposure, 0)
    bright = light > 0.6
    light = np.where(bright, 0.6 + 0.4 * (1 - np.exp(-(light - 0.6) / 0.4)), light)
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * np.clip(encoded, 0, 1)), np.uint8)
