"""Made-up faces and clips that any classifier can learn."""

from __future__ import annotations

import numpy as np
import pytest

from drawn_portraits import draw_clips, draw_portraits
from mien.datasets import FaceData
from mien.labels import EKMAN7


def make_faces(n: int, seed: int, side: int = 32) -> FaceData:
    """Stripes of three widths and directions under noise: angry, fear and sad."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side]
    waves = np.stack([np.sin(x * np.pi / 4), np.sin(y * np.pi / 3), np.sin((x + y) * np.pi / 6)])
    kinds = np.arange(n) % 3
    pixels = 128 + 60 * waves[kinds] + rng.normal(scale=15, size=(n, side, side))
    return FaceData(np.clip(pixels, 0, 255).astype(np.uint8), np.array([0, 2, 4])[kinds], EKMAN7)


@pytest.fixture(scope="session")
def training() -> FaceData:
    return make_faces(90, 0)


@pytest.fixture(scope="session")
def validation() -> FaceData:
    return make_faces(60, 1)


@pytest.fixture(scope="session")
def portraits() -> tuple[FaceData, FaceData]:
    """Drawn faces with landmarks: to learn from, and of other people."""
    return draw_portraits(20, 0), draw_portraits(10, 1)


@pytest.fixture(scope="session")
def clips() -> tuple[FaceData, FaceData]:
    """Drawn faces that become happy or surprised: to learn from, and of other people."""
    return draw_clips(20, 0), draw_clips(10, 1)
