"""Expressions against the published prototypes and the label sets."""

from __future__ import annotations

import numpy as np
import pytest

from mien.labels import EKMAN7, MULTIPIE6
from mien.views.expressions import BLENDSHAPES, EXPRESSIONS, UNITS, Expression, perform

BY_NAME = {expression.name: expression for expression in EXPRESSIONS}


def test_every_label_has_one_expression() -> None:
    assert sorted(e.ekman7 for e in EXPRESSIONS if e.ekman7) == sorted(EKMAN7.labels)
    assert sorted(e.multipie6 for e in EXPRESSIONS if e.multipie6) == sorted(MULTIPIE6.labels)
    assert BY_NAME["happy"].multipie6 == "smile"
    assert BY_NAME["scream"].ekman7 is None


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("happy", {12}),
        ("sad", {1, 4, 15}),
        ("fear", {1, 4, 20, 25}),
        ("angry", {4, 7}),
        ("surprise", {1, 2, 25, 26}),
        ("disgust", {9, 10, 17}),
    ],
)
def test_prototypes_are_the_published_ones(name: str, units: set[int]) -> None:
    assert {action.unit for action in BY_NAME[name].actions if action.share == 1} == units
    for seed in range(20):
        shown = perform(BY_NAME[name], np.random.default_rng(seed)).intensities
        assert all(shown[unit] >= 1 for unit in units)


def test_anger_presses_its_lips_or_shows_its_teeth() -> None:
    shown = [perform(BY_NAME["angry"], np.random.default_rng(seed)).intensities for seed in range(40)]
    pressed = [unit[24] >= 2 for unit in shown]
    bared = [min(unit[10], unit[16]) >= 1.8 for unit in shown]
    assert [not one for one in pressed] == bared
    assert 8 <= sum(pressed) <= 32


def test_rest_is_almost_rest() -> None:
    shown = perform(BY_NAME["neutral"], np.random.default_rng(0))
    assert set(shown.intensities) == set(UNITS)
    assert max(shown.intensities.values()) <= 0.3
    assert shown.intensities[27] == 0


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=BY_NAME)
def test_weights_are_those_of_blendshapes(expression: Expression) -> None:
    for seed in range(10):
        shown = perform(expression, np.random.default_rng(seed))
        assert set(shown.weights) <= BLENDSHAPES
        assert all(-0.8 <= weight <= 1.5 for weight in shown.weights.values())
        assert all(0 <= intensity <= 5 for intensity in shown.intensities.values())


def test_intensity_is_the_mean_of_both_sides() -> None:
    shown = perform(BY_NAME["angry"], np.random.default_rng(3))
    left, right = shown.weights["eyeSquint_L"], shown.weights["eyeSquint_R"]
    assert shown.intensities[7] == pytest.approx(5 * (left + right) / 2 / 1.2)
    assert left != right


def test_eyes_look_the_same_way() -> None:
    for seed in range(10):
        weights = perform(BY_NAME["neutral"], np.random.default_rng(seed)).weights
        assert weights.get("eyeLookOut_L") == weights.get("eyeLookIn_R")
        assert weights.get("eyeLookUp_L") == weights.get("eyeLookUp_R")
        assert ("eyeLookOut_L" in weights) != ("eyeLookIn_L" in weights)
