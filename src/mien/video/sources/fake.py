"""A camera for tests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from mien.video.sources.base import ImageArray


class FakeCapture:
    """Gives the same pictures as any camera would, one after the other, and is then gone.

    Parameters
    ----------
    pictures : sequence of ndarray of uint8, shape (h, w, 3)
        In BGR, as OpenCV has it.
    interval : float
        Seconds until each picture is there.

    Attributes
    ----------
    given : int
        How many pictures were read.
    released : int
        How often it was released.
    """

    def __init__(self, pictures: Sequence[ImageArray], interval: float = 0.0) -> None:
        self._pictures = pictures
        self._interval = interval
        self.given = 0
        self.released = 0

    def isOpened(self) -> bool:  # noqa: N802
        """Whether it was not released yet."""
        return not self.released

    def read(self) -> tuple[bool, Any]:
        """The next picture, or that there are no more."""
        time.sleep(self._interval)
        if self.released or self.given == len(self._pictures):
            return False, None
        self.given += 1
        return True, self._pictures[self.given - 1]

    def release(self) -> None:
        """Take note of it."""
        self.released += 1
