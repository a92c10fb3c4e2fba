"""A video that is still being read while tests look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest


@pytest.fixture(scope="session")
def long_video(astronaut: npt.NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """1,000 frames: half a minute of work."""
    pytest.importorskip("av")
    from clips import astronaut_clip

    return astronaut_clip(tmp_path_factory.mktemp("clips") / "long.mp4", astronaut, 100).read_bytes()
