"""Made-up pictures for copies of data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

Noise = Callable[..., np.ndarray]


@pytest.fixture
def noise() -> Noise:
    """``noise(path, height=12, width=10)`` writes a grey picture of noise, with its folders, and returns its pixels."""
    rng = np.random.default_rng(0)

    def write(path: Path, height: int = 12, width: int = 10) -> np.ndarray:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (height, width), np.uint8)
        done, encoded = cv2.imencode(path.suffix.lower(), pixels)
        assert done
        path.write_bytes(encoded.tobytes())
        return pixels

    return write
