"""One person with one expression, seen by all cameras at once, as a session of Multi-PIE is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.views.backgrounds import draw_background
from mien.views.camera import Camera
from mien.views.expressions import Expression, Performance, perform
from mien.views.hair import HairDresser, Mesh
from mien.views.lighting import draw_lighting
from mien.views.model import BACK, EYES, FACE, GUMS, TEETH, HeadModel
from mien.views.paint import SkinPainter
from mien.views.people import Person, draw_person
from mien.views.rendering import Head, LitHead, Surface, encode, vertex_normals

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]

YAWS = tuple(range(-90, 91, 15))
"""The views, in degrees."""

DISTANCES, SHARES = (80.0, 160.0), (0.72, 0.8)
"""Bounds of the camera's distance, centimetres, and of what the head is of the picture's height."""

_TURN_SPREAD = (1.5, 4.0, 2.5)  # of yaw about the view, of pitch, of roll; standard deviations in degrees
_TURN_LIMIT = 2.5  # of them
_COLLAR = -11.5  # height in the average head, centimetres
_SURFACES = {FACE: Surface.FACE, BACK: Surface.BACK, TEETH: Surface.TEETH, GUMS: Surface.GUMS} | dict.fromkeys(
    EYES, Surface.EYE
)


def aim(
    model: HeadModel, head: FloatArray, distance: float, share: float, yaw: float, pitch: float = 0, roll: float = 0
) -> Camera:
    """A camera at a distance before a head, vertices of (n, 3), that is a `share` of the picture high.

    It looks between crown and chin at the axis of the neck, so that a turned head stays in the middle.
    """
    chin = head[model.landmarks[8], 1]
    height = head[:, 1].max() - chin
    return Camera(yaw, pitch, roll, np.array((0, chin + 0.5 * height, 2.0)), distance, share * distance / height)


@dataclass(frozen=True, eq=False)
class View:
    """One picture with its labels.

    Attributes
    ----------
    image : ndarray of uint8, shape (s, s, 3)
        sRGB.
    view : int
        The camera's place: the yaw that was asked for, degrees.
    yaw, pitch, roll : float
        The true pose, degrees; signs as in `mien.pose.estimate_pose`.
    landmarks : ndarray of float32, shape (68, 2)
        ``x, y`` in pixels, in Multi-PIE's order; pixel ``i`` covers ``i`` to ``i + 1``.
    visible : ndarray of bool, shape (68,)
        Whether the camera sees them; hair, cap and nose may be in the way.
    performance : Performance
        What the face does.
    """

    image: ByteArray
    view: int
    yaw: float
    pitch: float
    roll: float
    landmarks: FloatArray
    visible: npt.NDArray[np.bool_]
    performance: Performance


@dataclass(frozen=True, eq=False)
class Sitter:
    """A person in the studio: what stays the same in all recordings.

    Attributes
    ----------
    number : int
        Of the person.
    person : Person
        Who it is.
    head : ndarray of float32, shape (n, 3)
        Vertices at rest.
    texture : ndarray of float32, shape (s, s, 3)
        Linear RGB of the face.
    """

    number: int
    person: Person
    head: FloatArray
    texture: FloatArray


class Studio:
    """Makes recordings of synthetic people.

    Parameters
    ----------
    model : HeadModel
        The head.
    size : int
        Side of the pictures in pixels.
    seed : int
        Source of chance. A picture depends on nothing but the model, the size, the seed, the number of its person, its
        expression and its view.
    """

    def __init__(self, model: HeadModel, size: int, seed: int) -> None:
        self._model = model
        self._size = size
        self._seed = seed
        self._painter = SkinPainter(model)
        self._dresser = HairDresser(model)
        surface = np.array([_SURFACES.get(name, Surface.FACE) for name in model.materials], np.uint8)
        self._surface = surface[model.material]
        self._uv = model.uv[model.triangle_uv] % 1.0
        y, z = model.neutral[:, 1], model.neutral[:, 2]
        self._clothed = (_COLLAR - 0.25 * (z - 2) - y).astype(np.float32)

    def invite(self, number: int) -> Sitter:
        """The person of this number."""
        person = draw_person(len(self._model.identity), self._chance(number))
        return Sitter(number, person, self._model.head(person.shape), self._painter.paint(person))

    def record(self, sitter: Sitter, expression: Expression, views: Sequence[int] = YAWS) -> Iterator[View]:
        """The views of one person with one expression, in the order of `views`.

        Light, background, intensities and gaze are those of the recording; pitch, roll and the exact yaw are each
        view's own.
        """
        own = int.from_bytes(expression.name.encode(), "big")
        rng = self._chance(sitter.number, own)
        performance = perform(expression, rng)
        vertices = sitter.head + self._model.expressed(performance.weights)
        lit = LitHead(self._dress(sitter, vertices, performance), draw_lighting(rng), rng)
        background = draw_background(self._size, rng)
        exposure = rng.uniform(0.85, 1.25)
        distance, share = rng.uniform(*DISTANCES), rng.uniform(*SHARES)
        for view in views:
            yaw, pitch, roll = self._turn(view, self._chance(sitter.number, own, view + 360))
            camera = aim(self._model, sitter.head, distance, share, yaw, pitch, roll)
            yield View(
                image=encode(lit.picture(camera, background), exposure),
                view=view,
                yaw=yaw,
                pitch=pitch,
                roll=roll,
                landmarks=camera.project(vertices[self._model.landmarks], self._size),
                visible=lit.visible(camera, self._model.landmarks),
                performance=performance,
            )

    def _chance(self, *of: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, *of])

    @staticmethod
    def _turn(view: int, rng: np.random.Generator) -> tuple[float, float, float]:
        yaw, pitch, roll = np.multiply(_TURN_SPREAD, rng.normal(0, 1, 3).clip(-_TURN_LIMIT, _TURN_LIMIT))
        return float(np.clip(view + yaw, -90, 90)), float(pitch), float(roll)

    def _dress(self, sitter: Sitter, vertices: FloatArray, performance: Performance) -> Head:
        """The head with hair or cap on."""
        body = Mesh(vertices, self._model.triangles)
        extras = self._dresser.dress(sitter.person, vertices, vertex_normals(body))
        offsets = np.cumsum([len(mesh.vertices) for mesh in (body, *extras)])
        extra_triangles = [mesh.triangles + offset for mesh, offset in zip(extras, offsets, strict=False)]
        triangles = np.concatenate([body.triangles, *extra_triangles]).astype(np.int32)
        added = len(triangles) - len(body.triangles)
        kind = Surface.CAP if sitter.person.hair_style == "cap" else Surface.HAIR
        return Head(
            mesh=Mesh(np.concatenate([vertices, *(mesh.vertices for mesh in extras)]), triangles),
            surface=np.concatenate([self._surface, np.full(added, kind, np.uint8)]),
            uv=np.concatenate([self._uv, np.zeros((added, 3, 2), np.float32)]),
            clothed=np.concatenate([self._clothed, np.full(offsets[-1] - len(vertices), -1, np.float32)]),
            texture=self._painter.crease(sitter.texture, performance.intensities),
            person=sitter.person,
        )
