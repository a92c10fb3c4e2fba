"""A picture with its faces boxed and their expressions named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from mien.drawing.canvas import Canvas, text_width
from mien.drawing.layout import Rect, Size, Wish, arrange
from mien.drawing.palette import INK, PAPER, PAPER_DIMMED, colour_of
from mien.errors import InputError
from mien.faces import Face, Faces

UInt8Array = npt.NDArray[np.uint8]

SMALLEST_CHARTED_FACE = 40
"""Pixels; a smaller face has no bar chart."""

SMALLEST_TEXT = 8
"""Pixels; smaller letters of the font cannot be read."""


def annotate(image: UInt8Array, faces: Faces, *, names: Sequence[str] | None = None, charts: bool = True) -> UInt8Array:
    """Draw a box around each face, name its expression and, where there is room, chart all probabilities.

    Lines and letters grow with the picture and the face. No label or chart covers another face; in a crowd,
    charts and then labels are left out where there is no free place for them.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB; stays as it is.
    faces : Faces
        What was found in it. Boxes may reach over the picture's edge; those outside it are not drawn.
    names : sequence of str, optional
        Whose faces they are, one a face; written before the expressions.
    charts : bool
        Whether to chart probabilities; from frame to frame of a video, charts would jump about.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        A new picture.

    Raises
    ------
    InputError
        If `image` is not such an array, or is not of the size that `faces` were found in, or if there is not a name
        for each face.
    """
    width, height = faces.image_size
    if image.dtype != np.uint8 or image.shape != (height, width, 3):
        raise InputError(
            f"the picture must be uint8 of shape {(height, width, 3)}, as the faces were found in,"
            f" not {image.dtype} of shape {image.shape}"
        )
    if names is None:
        names = [""] * len(faces)
    if len(names) != len(faces):
        raise InputError(f"there are {len(faces)} faces and {len(names)} names")
    canvas = Canvas(image)
    marks = [_Mark.of(face, name, charts, canvas.size) for face, name in zip(faces, names, strict=True)]
    marks = [mark for mark in marks if mark.box.area]
    gap = max(2, round(min((mark.text for mark in marks), default=0) / 3))
    placements = arrange([mark.wish() for mark in marks], canvas.size, gap)
    # Boxes first: where the boxes of two faces cross, both labels stay whole.
    for mark in marks:
        mark.draw_box(canvas)
    for mark, placement in zip(marks, placements, strict=True):
        if placement.plate:
            mark.plates[placement.plate.version].draw(canvas, placement.plate.rect)
        if placement.chart:
            mark.charts[placement.chart.version].draw(canvas, placement.chart.rect)
    return canvas.image()


@dataclass(frozen=True, slots=True)
class _Plate:
    """The name of an expression on a ground of its colour."""

    words: str
    label: str
    text: float

    def size(self) -> Size:
        return Size(ceil(text_width(self.words, self.text) + self.text), ceil(1.5 * self.text))

    def draw(self, canvas: Canvas, rect: Rect) -> None:
        canvas.panel(rect.grown(1), 0.35 * self.text + 1, INK, opacity=0.3)
        canvas.panel(rect, 0.35 * self.text, colour_of(self.label))
        canvas.text(rect.left + self.text / 2, (rect.top + rect.bottom) / 2, self.words, self.text, INK)


@dataclass(frozen=True, slots=True)
class _Chart:
    """A bar for each expression, on a dark and slightly transparent panel."""

    face: Face
    text: float

    def size(self) -> Size:
        names = max(text_width(label, self.text) for label in self.face.label_set.labels)
        return Size(ceil(names + 7 * self.text), ceil((1.5 * len(self.face.label_set) + 0.8) * self.text))

    def draw(self, canvas: Canvas, rect: Rect) -> None:
        canvas.panel(rect, 0.5 * self.text, INK, opacity=0.82)
        # The outline ties the chart to its box where neighbours stand close.
        canvas.frame(rect, 0.5 * self.text, max(1, round(self.text / 14)), colour_of(self.face.label))
        pad = 0.7 * self.text
        bars = Rect(rect.right - ceil(5 * self.text + pad), 0, rect.right - ceil(pad), 0)
        step = 1.5 * self.text
        for row, label in enumerate(self.face.label_set.labels):
            probability = self.face.probability(label)
            top = label == self.face.label
            middle = rect.top + 0.4 * self.text + step * (row + 0.5)
            canvas.text(rect.left + pad, middle, label, self.text, PAPER if top else PAPER_DIMMED)
            half = max(1, round(0.25 * self.text))
            bar = bars._replace(top=round(middle) - half, bottom=round(middle) + half)
            canvas.panel(bar, half, PAPER, opacity=0.12)
            # Even the smallest bar is a whole dot.
            filled = bar._replace(right=bar.left + max(2 * half, round(bar.width * probability)))
            canvas.panel(filled, half, colour_of(label), opacity=1 if top else 0.6)


@dataclass(frozen=True, slots=True)
class _Mark:
    """All that is drawn for a face."""

    box: Rect
    label: str
    text: float
    plates: tuple[_Plate, ...]
    charts: tuple[_Chart, ...]

    @classmethod
    def of(cls, face: Face, name: str, charted: bool, picture: Size) -> _Mark:
        x1, y1, x2, y2 = np.rint(face.box).astype(int).tolist()
        box = Rect(x1, y1, x2, y2).common(Rect(0, 0, *picture))
        # Letters follow the face's width, between what can be read and what would shout in such a picture.
        scale = sqrt(picture.width * picture.height)
        smallest = max(SMALLEST_TEXT, 0.012 * scale)
        text = float(np.clip(0.11 * box.width, 1.3 * smallest, max(1.3 * smallest, 0.032 * scale)))
        short = f"{name} {face.label}".lstrip()
        long = f"{short} {face.probability(face.label):.0%}"
        plates = (
            _Plate(long, face.label, text),
            _Plate(long, face.label, smallest),
            _Plate(short, face.label, smallest),
        )
        charts = (_Chart(face, 0.8 * text), _Chart(face, smallest)) if charted else ()
        return cls(
            box,
            face.label,
            text,
            plates,
            # A chart much larger than its face would belong to nobody.
            tuple(
                chart
                for chart in charts
                if min(box.width, box.height) >= SMALLEST_CHARTED_FACE and chart.size().height <= 1.4 * box.height
            ),
        )

    def wish(self) -> Wish:
        return Wish(self.box, [plate.size() for plate in self.plates], [chart.size() for chart in self.charts])

    def draw_box(self, canvas: Canvas) -> None:
        stroke = max(1, round(self.text / 7))
        # A dark rim keeps the line visible on a background of its own colour.
        rim = max(1, round(stroke / 3))
        radius = min(0.06 * min(self.box.width, self.box.height), 0.7 * self.text)
        canvas.frame(self.box.grown(rim), radius + rim, stroke + 2 * rim, INK, opacity=0.3)
        canvas.frame(self.box, radius, stroke, colour_of(self.label))
