"""Colours are complete, distinct, the same in every label set, and can be read."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mien.drawing.palette import INK, PAPER, PAPER_DIMMED, Colour, colour_of
from mien.labels import LABEL_SETS, LabelSet


def luminance(colour: Colour) -> float:
    """Relative luminance of WCAG 2.1."""
    part = np.array(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: Colour, other: Colour) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("label_set", LABEL_SETS.values(), ids=lambda s: s.name)
def test_every_label_has_a_colour_on_which_text_can_be_read(label_set: LabelSet) -> None:
    for label in label_set.labels:
        assert contrast(colour_of(label), INK) >= 4.5, label


def test_text_on_panels_can_be_read() -> None:
    # The worst case: the slightly transparent panel over white.
    red, green, blue = (round(0.82 * part + 0.18 * 255) for part in INK)
    for text in (PAPER, PAPER_DIMMED):
        assert contrast(text, (red, green, blue)) >= 4.5


@pytest.mark.parametrize("name", ["ekman7", "ferplus8", "five"])
def test_the_expressions_of_a_set_are_told_apart(name: str) -> None:
    for one, other in combinations(LABEL_SETS[name].labels, 2):
        assert np.linalg.norm(np.subtract(colour_of(one), colour_of(other))) > 45, (one, other)


@pytest.mark.parametrize(
    "names",
    [("happy", "happiness", "happily"), ("sad", "sadness"), ("angry", "anger"), ("surprise", "surprised")],
)
def test_an_expression_has_one_colour_under_all_its_names(names: tuple[str, ...]) -> None:
    assert len({colour_of(name) for name in names}) == 1


def test_a_compound_expression_lies_between_its_parts() -> None:
    mean = np.mean([colour_of("happy"), colour_of("surprise")], axis=0)
    assert np.abs(np.subtract(colour_of("happily surprised"), mean)).max() < 1


def test_an_unheard_of_expression_is_grey() -> None:
    assert colour_of("bemused") == colour_of("neutral")
