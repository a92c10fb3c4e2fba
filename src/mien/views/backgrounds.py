"""What is behind a head: a gradient, soft shapes, clouds."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def draw_background(size: int, rng: np.random.Generator) -> FloatArray:
    """Linear RGB, shape (size, size, 3), out of focus."""
    y, x = np.mgrid[:size, :size] / size
    angle = rng.uniform(0, 2 * np.pi)
    along = np.clip(0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle), 0, 1)[..., None]
    start, end = _colour(rng), _colour(rng)
    picture = (start + along * (end - start)).astype(np.float32)
    for _ in range(int(rng.choice((0, 0, 3, 7)))):
        centre, axes = tuple(rng.integers(0, size, 2).tolist()), tuple(rng.integers(size // 12, size // 2, 2).tolist())
        colour = tuple((picture.mean((0, 1)) * rng.uniform(0.4, 1.6) * rng.normal(1, 0.15, 3)).tolist())
        if rng.random() < 0.5:
            cv2.ellipse(picture, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
        else:
            cv2.rectangle(picture, centre, (centre[0] + axes[0], centre[1] + 2 * axes[1]), colour, -1)
    picture = cv2.GaussianBlur(picture, (0, 0), size * rng.uniform(0.015, 0.06)).astype(np.float32)
    clouds = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), (size, size), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(picture * (1 + rng.uniform(0, 0.15) * clouds[..., None]), 0.002, 1), np.float32)


def _colour(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Mostly greyish, dark to light."""
    return np.asarray(rng.uniform(0.1, 0.95) ** 2.2 * rng.normal(1, 0.12, 3).clip(0.3, 1.7))
