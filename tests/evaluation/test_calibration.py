"""`mien.evaluation.calibration`, on odds that can be counted; by classes it is tested with cards."""

from __future__ import annotations

import numpy as np
import pytest

from mien.evaluation.calibration import fit_factor


@pytest.mark.parametrize("size", [0.5, 1, 4])
def test_the_factor_makes_odds_what_they_are(size: float) -> None:
    """Three of four are right, so the odds should be 3: the scores' distance the logarithm of that."""
    scores = np.tile([2 + size, 2.0], (4, 1))
    assert fit_factor(scores, np.array([0, 0, 0, 1])) == pytest.approx(np.log(3) / size, rel=1e-6)


def test_scores_without_an_opinion() -> None:
    assert fit_factor(np.zeros((3, 7)), np.array([0, 1, 2])) == 1


@pytest.mark.parametrize(("wrong", "factor"), [(0, 10), (4, 0.1)])
def test_always_and_never_right(wrong: int, factor: float) -> None:
    """There is no best factor, but a last one."""
    assert fit_factor(np.tile([1.0, 0.0], (4, 1)), np.array([0] * (4 - wrong) + [1] * wrong)) == pytest.approx(factor)
