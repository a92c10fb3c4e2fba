"""Pictures that commands write."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import InputError


def write_picture(path: Path, image: npt.NDArray[np.uint8]) -> None:
    """Write RGB, shape (h, w, 3), in the format of the path's ending; raises `InputError` if that cannot be."""
    try:
        written = cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    except cv2.error:
        raise InputError(f"{path}: no format of pictures ends so; try .png") from None
    if not written:
        raise InputError(f"{path}: cannot be written")
