"""A picture to draw on, with the three shapes that mien needs, all with smooth edges.

Pillow draws text smoothly but shapes with jagged edges. A rounded rectangle is therefore drawn from each
pixel's distance to its outline, which is smooth at every size and costs no enlarged copy of the picture.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from mien.drawing.layout import Rect, Size
from mien.drawing.palette import Colour

_ZOOM = 4
"""Letters of few pixels are set unevenly at their own size: they are drawn so much larger, then shrunk."""

_HALF_CAPITAL = 0.355
"""Half the height of a capital letter of Pillow's font, as a part of the font size."""


class Canvas:
    """A copy of a picture that can be drawn on.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB; stays as it is.
    """

    def __init__(self, image: npt.NDArray[np.uint8]) -> None:
        self._picture = Image.fromarray(image).copy()

    @property
    def size(self) -> Size:
        return Size(*self._picture.size)

    def image(self) -> npt.NDArray[np.uint8]:
        """The picture as drawn so far, shape (h, w, 3)."""
        return np.array(self._picture)

    def panel(self, rect: Rect, radius: float, colour: Colour, opacity: float = 1) -> None:
        """Fill a rounded rectangle; `opacity` is from 0 to 1."""
        self._blend(rect, rect, radius, np.inf, colour, opacity)

    def frame(self, rect: Rect, radius: float, stroke: int, colour: Colour, opacity: float = 1) -> None:
        """Draw the outline of a rounded rectangle, `stroke` pixels wide and inside it."""
        # Only the four edges are looked at: a frame around a large face is mostly empty.
        edge = int(max(stroke, radius)) + 1
        top = min(rect.top + edge, rect.bottom)
        bottom = max(rect.bottom - edge, top)
        left = min(rect.left + edge, rect.right)
        right = max(rect.right - edge, left)
        for window in (
            Rect(rect.left, rect.top, rect.right, top),
            Rect(rect.left, bottom, rect.right, rect.bottom),
            Rect(rect.left, top, left, bottom),
            Rect(right, top, rect.right, bottom),
        ):
            self._blend(window, rect, radius, stroke, colour, opacity)

    def text(self, x: float, y: float, text: str, size: float, colour: Colour) -> None:
        """Write `text` from `x` on, its capitals centred on the height `y`."""
        width, height = ceil(text_width(text, size)) + 2, ceil(1.5 * size)
        left, top = floor(x), floor(y - height / 2)
        mask = Image.new("L", (_ZOOM * width, _ZOOM * height))
        base = (_ZOOM * (x - left), _ZOOM * (y - top + _HALF_CAPITAL * size))
        ImageDraw.Draw(mask).text(base, text, 255, _font(_ZOOM * size), anchor="ls")
        self._picture.paste(colour, (left, top), mask.reduce(_ZOOM))

    def _blend(self, window: Rect, rect: Rect, radius: float, stroke: float, colour: Colour, opacity: float) -> None:
        """Draw the part of a rounded rectangle that lies in `window`."""
        window = window.common(Rect(0, 0, *self._picture.size))
        if not window.area:
            return
        distance = _distance(rect, radius, window)
        if stroke < np.inf:
            distance = np.abs(distance + stroke / 2) - stroke / 2
        mask = np.clip(0.5 - distance, 0, 1) * (255 * opacity)
        self._picture.paste(colour, (*window,), Image.fromarray(np.rint(mask).astype(np.uint8)))


def text_width(text: str, size: float) -> float:
    """Width of `text` in pixels at a font size."""
    return _font(_ZOOM * size).getlength(text) / _ZOOM


@lru_cache(maxsize=64)
def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _distance(rect: Rect, radius: float, window: Rect) -> npt.NDArray[np.float32]:
    """Signed distance of the pixels in `window` to a rounded rectangle's outline, negative inside it.

    Returns
    -------
    ndarray of float32, shape (window.height, window.width)
    """
    radius = min(radius, rect.width / 2, rect.height / 2)
    x = np.arange(window.left, window.right, dtype=np.float32) + 0.5
    y = np.arange(window.top, window.bottom, dtype=np.float32)[:, None] + 0.5
    across = np.abs(x - (rect.left + rect.right) / 2) - (rect.width / 2 - radius)
    down = np.abs(y - (rect.top + rect.bottom) / 2) - (rect.height / 2 - radius)
    outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
    distance: npt.NDArray[np.float32] = outside + np.minimum(np.maximum(across, down), 0) - radius
    return distance
