from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import skimage.data

from mien.detect.yunet import YuNet


@pytest.fixture(scope="session")
def astronaut() -> npt.NDArray[np.uint8]:
    """A woman's face of about 100 pixels in a picture of 512 x 512, RGB."""
    return np.asarray(skimage.data.astronaut())


@pytest.fixture(scope="session")
def yunet() -> YuNet:
    return YuNet()
