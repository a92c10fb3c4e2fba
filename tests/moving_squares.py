"""Views that are made in a moment: a bright square that moves with the view, on a colour for each person."""

from __future__ import annotations

import cv2
import numpy as np

from mien.views.dataset import subject_name

VIEWS, EXPRESSIONS, SIZE = (-45, 0, 45), ("neutral", "squint"), 16

Row = dict[str, object]


def picture(person: int, expression: int, view: int) -> np.ndarray:
    """RGB: red is the person, green the expression, a white column the view."""
    image = np.zeros((SIZE, SIZE, 3), np.uint8)
    image[..., 0], image[..., 1] = 40 * person + 10, 60 * expression
    image[:, 5 * view : 5 * view + 4] = 255
    return image


def face(view: int) -> np.ndarray:
    """The box around the white column, x1, y1, x2, y2 in pixels."""
    return np.array((5 * view, 0, 5 * view + 4, SIZE), np.float32)


def landmarks(view: int) -> list[float]:
    """The jaw anywhere in the picture, all others along the column."""
    jaw, column = np.linspace((0, 0), (SIZE, SIZE), 17), np.linspace(*face(view).reshape(2, 2), 51)
    return [float(value) for value in np.concatenate([jaw, column]).ravel()]


def rows(people: int) -> list[Row]:
    return [
        {
            "subject": subject_name(person),
            "expression": expression,
            "view": yaw,
            "landmarks": landmarks(v),
            "image": cv2.imencode(".png", picture(person, e, v)[..., ::-1])[1].tobytes(),
        }
        for person in range(people)
        for e, expression in enumerate(EXPRESSIONS)
        for v, yaw in enumerate(VIEWS)
    ]
