"""Parts that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mien.acquire import read_image

ROOT = Path(__file__).parents[1]
ASTRONAUT = ROOT / "examples" / "astronaut.jpg"


@pytest.fixture(scope="session")
def astronaut() -> npt.NDArray[np.uint8]:
    """A public-domain portrait with one face, RGB."""
    return read_image(ASTRONAUT)


@pytest.fixture(scope="session")
def fer2013() -> Path:
    """The Parquet copy of FER2013; tests that need it skip where there is none."""
    path = Path(os.environ.get("MIEN_FER2013", ROOT.parent / "shared/data/fer2013-train-public.parquet"))
    if not path.exists():
        pytest.skip("no copy of FER2013 here (set MIEN_FER2013)")
    return path


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Press photos of one face each; tests that need them skip where there are none."""
    folder = Path(os.environ.get("MIEN_PHOTOS", ROOT.parent / "shared/data/photos"))
    found = sorted(folder.glob("*.jpg"))
    if not found:
        pytest.skip("no photos here (set MIEN_PHOTOS)")
    return found
