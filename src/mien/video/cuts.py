"""Where a video cuts from one scene to another."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_GRID = (32, 24)  # width and height of the small picture that is compared
_LEAST_CHANGE = 12.0  # grey levels; a dark or even scene changes little and still correlates with nothing
_LEAST_LIKENESS = 0.5  # correlation of two frames of one scene; a fast pan of a camera stays above it


class CutFinder:
    """Tells frame by frame whether a new scene began.

    Two frames that follow each other in one scene are alike in where they are bright. A cut is where small grey
    copies of them correlate by less than 0.5 and differ by more than 12 grey levels on average; so neither a lamp
    that is switched on (alike, but brighter) nor noise in the dark (unlike, but small) is one.
    """

    def __init__(self) -> None:
        self._last: npt.NDArray[np.float32] | None = None

    def is_cut(self, image: npt.NDArray[np.uint8]) -> bool:
        """Whether a frame, RGB uint8 of shape (h, w, 3), shows another scene than the one before it."""
        height, width = image.shape[:2]
        # A pixel in every few is enough, and reading them all costs more than all the rest.
        sparse = image[:: max(height // 96, 1), :: max(width // 128, 1), 1]
        small = cv2.resize(sparse, _GRID, interpolation=cv2.INTER_AREA).astype(np.float32)
        last, self._last = self._last, small
        if last is None:
            return False
        change = float(np.abs(small - last).mean())
        if change < _LEAST_CHANGE:
            return False
        a, b = small - small.mean(), last - last.mean()
        scale = float(np.linalg.norm(a) * np.linalg.norm(b))
        return scale == 0 or float((a * b).sum()) / scale < _LEAST_LIKENESS
