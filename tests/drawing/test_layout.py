"""Nothing that is placed covers anything it should not."""

from __future__ import annotations

import numpy as np
import pytest

from mien.drawing.layout import Placement, Rect, Size, Wish, arrange

GAP = 3


def random_group(rng: np.random.Generator) -> tuple[list[Wish], Size]:
    """Faces of all sizes anywhere in a picture, their boxes crossing and cut by its edge."""
    picture = Size(*rng.integers(60, 900, 2).tolist())
    wishes = []
    for _ in range(rng.integers(1, 25)):
        left, top = (rng.uniform(-0.2, 1, 2) * picture).astype(int).tolist()
        side = int(rng.uniform(0.03, 0.5) * min(picture))
        box = Rect(left, top, left + side, top + side).common(Rect(0, 0, *picture))
        if box.area:
            plates = [Size(70, 15), Size(50, 12), Size(30, 12)]
            wishes.append(Wish(box, plates, [Size(90, 100), Size(60, 70)]))
    return wishes, picture


def drawn(placement: Placement) -> list[Rect]:
    return [choice.rect for choice in (placement.plate, placement.chart) if choice]


@pytest.mark.parametrize("seed", range(60))
def test_random_groups_are_arranged_without_overlap(seed: int) -> None:
    wishes, picture = random_group(np.random.default_rng(seed))
    placements = arrange(wishes, picture, GAP)

    assert len(placements) == len(wishes)
    rects = [rect for placement in placements for rect in drawn(placement)]
    for i, rect in enumerate(rects):
        assert rect.common(Rect(0, 0, *picture)) == rect
        assert not any(rect.grown(GAP).overlaps(other) for other in rects[i + 1 :])
    for i, placement in enumerate(placements):
        others = [wish.box for j, wish in enumerate(wishes) if j != i]
        assert not any(rect.grown(GAP).overlaps(box) for rect in drawn(placement) for box in others)
        if placement.chart:
            assert not placement.chart.rect.overlaps(wishes[i].box)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_placed_has_one_of_the_wanted_sizes(seed: int) -> None:
    wishes, picture = random_group(np.random.default_rng(seed))
    for wish, placement in zip(wishes, arrange(wishes, picture, GAP), strict=True):
        for choice, sizes in ((placement.plate, wish.plates), (placement.chart, wish.charts)):
            assert choice is None or (choice.rect.width, choice.rect.height) == sizes[choice.version]


def test_a_lone_face_has_its_plate_above_and_its_chart_on_the_right() -> None:
    wish = Wish(Rect(100, 100, 200, 220), [Size(70, 15)], [Size(90, 100)])
    (placement,) = arrange([wish], Size(400, 400), GAP)
    assert placement.plate is not None
    assert placement.plate.rect == Rect(100, 82, 170, 97)
    assert placement.chart is not None
    assert placement.chart.rect == Rect(203, 100, 293, 200)


def test_a_face_that_fills_the_picture_has_its_plate_inside_and_no_chart() -> None:
    wish = Wish(Rect(0, 0, 300, 300), [Size(70, 15)], [Size(90, 100)])
    (placement,) = arrange([wish], Size(300, 300), GAP)
    assert placement.plate is not None
    assert placement.plate.rect == Rect(3, 3, 73, 18)
    assert placement.chart is None


def test_the_smaller_version_is_taken_where_the_larger_has_no_room() -> None:
    wish = Wish(Rect(0, 40, 100, 140), [Size(120, 15), Size(80, 15)], [])
    (placement,) = arrange([wish], Size(100, 200), GAP)
    assert placement.plate is not None
    assert placement.plate.version == 1


def test_a_plate_does_not_hide_a_small_face() -> None:
    wish = Wish(Rect(0, 0, 40, 40), [Size(38, 15)], [])
    assert arrange([wish], Size(40, 40), GAP) == [Placement(None, None)]
