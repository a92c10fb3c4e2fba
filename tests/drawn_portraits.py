"""Drawn faces of several people and expressions, as still crops and as clips, with the 68 landmarks of each."""

from __future__ import annotations

import cv2
import numpy as np

from mien.datasets import FaceData
from mien.labels import EKMAN7

SIZE = 48
_SHARPNESS = 8

# Half the width of the mouth, how far it opens, how far its corners and the brows rise, how wide the eyes open; pixels.
NEUTRAL = np.array((6.5, 0.0, 0.0, 0.0, 0.0))
EXPRESSIONS = {
    "happy": np.array((8.5, 0.8, 2.5, 0.0, -0.5)),
    "neutral": NEUTRAL,
    "surprise": np.array((5.0, 4.0, 0.0, 2.5, 1.0)),
}


def _arc(centre, radii, angles):
    return np.asarray(centre) + np.stack([np.cos(angles), np.sin(angles)], 1) * radii


def _shape(form):
    """The 68 landmarks of a face in the middle of the picture, in the order of Multi-PIE, 300-W and CK+."""
    wide, gape, lift, raised, opened = form
    across = np.linspace(0, 1, 5)
    brow = np.stack([10 + 11 * across, 13.5 - raised - 1.5 * np.sin(np.pi * across)], 1)
    eye = np.pi + np.pi / 3 * np.arange(6)
    outer = _arc((24, 37), (wide, 2.2 + gape), np.pi + np.pi / 6 * np.arange(12))
    inner = _arc((24, 37), (wide - 1.2, 0.5 + gape), np.pi + np.pi / 4 * np.arange(8))
    for lips in (outer, inner):
        lips[:, 1] -= lift * ((lips[:, 0] - 24) / wide) ** 2
    return np.concatenate(
        [
            _arc((24, 21), (17, 25), np.linspace(np.pi + 0.15, -0.15, 17)),
            brow,
            (48, 0) + brow[::-1] * (-1, 1),
            np.stack([np.full(4, 24.0), np.linspace(18, 27, 4)], 1),
            np.stack([np.linspace(21, 27, 5), 31 + np.sin(np.pi * across)], 1),
            _arc((16.3, 19), (3, 1.5 + opened), eye),
            _arc((31.7, 19), (3, 1.5 + opened), eye),
            outer,
            inner,
        ]
    )


def neutral_landmarks():
    """The 68 landmarks of a neutral face in a crop of 48 pixels, shape (68, 2)."""
    return _shape(NEUTRAL)


class Person:
    """Somebody: proportions, skin, and how the head is held."""

    def __init__(self, rng):
        angle, scale = np.deg2rad(rng.uniform(-3, 3)), rng.uniform(0.96, 1.04)
        self._turn = scale * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
        self._turn = self._turn @ np.diag((1, rng.uniform(0.95, 1.05)))
        self._shift = 24 + rng.uniform(-0.7, 0.7, 2)
        self._skin, self._dark, self._ground = rng.uniform(150, 220), rng.uniform(30, 80), rng.uniform(60, 110)
        self._rng = rng

    def show(self, expression, intensity=1.0):
        """The picture, uint8 (48, 48), of an expression between neutral (0) and its peak (1), and its landmarks."""
        form = NEUTRAL + intensity * (EXPRESSIONS[expression] - NEUTRAL)
        points = (_shape(form) - 24) @ self._turn.T + self._shift
        canvas = np.full((SIZE * _SHARPNESS,) * 2, self._ground, np.float32)

        def fill(outline, grey):
            cv2.fillPoly(canvas, [np.round(outline * _SHARPNESS).astype(np.int32)], grey)

        head = _arc((24, 21), (17, 25), np.linspace(0, 2 * np.pi, 60))
        fill((head - 24) @ self._turn.T + self._shift, self._skin)
        for rows in (slice(36, 42), slice(42, 48)):
            fill(points[rows], self._dark)
        fill(points[48:60], (self._skin + self._dark) / 2)
        fill(points[60:], self._dark)
        for rows in (slice(17, 22), slice(22, 27), slice(27, 31), slice(31, 36)):
            line = np.round(points[rows] * _SHARPNESS).astype(np.int32)
            cv2.polylines(canvas, [line], False, self._dark, _SHARPNESS)
        picture = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        picture += self._rng.normal(0, 2, (SIZE, SIZE)).astype(np.float32)
        return np.clip(np.round(picture), 0, 255).astype(np.uint8), points.astype(np.float32)


def draw_portraits(people: int, seed: int) -> FaceData:
    """So many people, each happy, neutral and surprised."""
    return _draw(people, seed, tuple(EXPRESSIONS), lambda person, expression: person.show(expression))


def draw_clips(people: int, seed: int, frames: int = 6) -> FaceData:
    """So many people, each becoming happy, and surprised; the landmarks are those of the last frame."""

    def show(person, expression):
        shown = [person.show(expression, intensity) for intensity in np.linspace(0, 1, frames)]
        return np.stack([picture for picture, _ in shown]), shown[-1][1]

    return _draw(people, seed, ("happy", "surprise"), show)


def _draw(count, seed, expressions, show):
    rng = np.random.default_rng(seed)
    people = [Person(rng) for _ in range(count)]
    images, landmarks = zip(*(show(person, name) for person in people for name in expressions), strict=True)
    return FaceData(
        np.stack(images),
        np.array([EKMAN7.index(name) for name in expressions] * count),
        EKMAN7,
        subjects=np.repeat([f"p{number}" for number in range(count)], len(expressions)),
        landmarks=np.stack(landmarks),
    )
