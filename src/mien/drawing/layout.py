"""Where the plate and the chart of each face go: pure geometry, no pixels.

Each face has its box, a *plate* (its label) and perhaps a *chart* (its probabilities). For both a number of
places around the face are tried in order of beauty, and the first free one is taken. What finds none is left
out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


class Rect(NamedTuple):
    """A rectangle of whole pixels; `right` and `bottom` are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Zero for one that is turned inside out."""
        return max(self.width, 0) * max(self.height, 0)

    def grown(self, margin: int) -> Rect:
        """Larger by `margin` on all four sides."""
        return Rect(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def common(self, other: Rect) -> Rect:
        """The part that both share; its area is zero if there is none."""
        return Rect(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def overlaps(self, other: Rect) -> bool:
        return self.common(other).area > 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a face would like to have drawn.

    Attributes
    ----------
    box : Rect
        The face, cut to the picture.
    plates : sequence of Size
        The plate, the most wanted version first.
    charts : sequence of Size
        Likewise; empty if the face is to have none.
    """

    box: Rect
    plates: Sequence[Size]
    charts: Sequence[Size]


class Choice(NamedTuple):
    """Which of the wanted versions is drawn, and where."""

    version: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class Placement:
    """What a face gets; None is what there was no room for."""

    plate: Choice | None
    chart: Choice | None


def arrange(wishes: Sequence[Wish], picture: Size, gap: int) -> list[Placement]:
    """Find a place for every plate and chart.

    Plates and charts lie inside the picture, at least `gap` pixels from one another and from the boxes of
    other faces. A plate may lie inside the box of its own face, a chart does not.

    Parameters
    ----------
    wishes : sequence of Wish
        One a face.
    picture : Size
        The picture's.
    gap : int
        Free pixels around everything.

    Returns
    -------
    list of Placement
        One a face, in the order of `wishes`.
    """
    frame = Rect(0, 0, *picture)
    taken: list[Rect] = []

    def first_free(places: Iterator[Choice], face: int, own_box: bool) -> Choice | None:
        boxes = [wish.box for i, wish in enumerate(wishes) if own_box or i != face]
        for choice in places:
            room = choice.rect.grown(gap)
            if choice.rect.common(frame) != choice.rect:
                continue
            if not any(room.overlaps(other) for other in taken + boxes):
                taken.append(choice.rect)
                return choice
        return None

    # The faces in front choose first, and every plate before any chart.
    order = sorted(range(len(wishes)), key=lambda i: -wishes[i].box.area)
    plates = {i: first_free(_plate_places(wishes[i], frame, gap), i, own_box=False) for i in order}
    charts = {i: first_free(_chart_places(wishes[i], frame, gap), i, own_box=True) for i in order}
    return [Placement(plates[i], charts[i]) for i in range(len(wishes))]


def _plate_places(wish: Wish, frame: Rect, gap: int) -> Iterator[Choice]:
    box = wish.box
    for version, size in enumerate(wish.plates):
        for rect in (*_above_and_below(box, size, frame, gap), *_beside(box, size, frame, gap)):
            yield Choice(version, rect)
    # Inside only as a last resort, and only on the forehead or the chin, as far in as neighbours' boxes reach.
    for version, size in enumerate(wish.plates):
        if 3 * size.height <= box.height:
            lefts = (box.left + gap, box.right - gap - size.width)
            for inset, left in product(range(gap, box.height // 3 - size.height + gap + 1, gap), lefts):
                left = _slide(left, size.width, frame.left, frame.right)
                for top in (box.top + inset, box.bottom - inset - size.height):
                    yield Choice(version, Rect(left, top, left + size.width, top + size.height))


def _chart_places(wish: Wish, frame: Rect, gap: int) -> Iterator[Choice]:
    for version, size in enumerate(wish.charts):
        for rect in (
            *_beside(wish.box, size, frame, gap),
            *_above_and_below(wish.box, size, frame, gap)[::-1],
        ):
            yield Choice(version, rect)


def _above_and_below(box: Rect, size: Size, frame: Rect, gap: int) -> list[Rect]:
    lefts = (box.left, box.right - size.width, (box.left + box.right - size.width) // 2)
    return [
        Rect(left, top, left + size.width, top + size.height)
        for top in (box.top - gap - size.height, box.bottom + gap)
        for left in (_slide(left, size.width, frame.left, frame.right) for left in lefts)
    ]


def _beside(box: Rect, size: Size, frame: Rect, gap: int) -> list[Rect]:
    tops = (box.top, box.bottom - size.height, (box.top + box.bottom - size.height) // 2)
    return [
        Rect(left, top, left + size.width, top + size.height)
        for left in (box.right + gap, box.left - gap - size.width)
        for top in (_slide(top, size.height, frame.top, frame.bottom) for top in tops)
    ]


def _slide(start: int, length: int, low: int, high: int) -> int:
    """`start`, moved as little as brings ``start`` to ``start + length`` into ``low`` to ``high``."""
    return max(low, min(start, high - length))
