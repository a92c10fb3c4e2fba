from __future__ import annotations

import numpy as np
import pytest

from mien.models.fusion import RULES, accuracy_weights, fuse

ONES = np.ones(3)


def test_mean_by_hand() -> None:
    posteriors = np.array([[(0.5, 0.5)], [(0.9, 0.1)], [(0.1, 0.9)]])
    np.testing.assert_allclose(fuse(posteriors, "mean", ONES), [(0.5, 0.5)])
    np.testing.assert_allclose(fuse(posteriors, "mean", np.array([2, 1, 1])), [(0.5, 0.5)])
    np.testing.assert_allclose(fuse(posteriors, "mean", np.array([1, 3, 0])), [(0.8, 0.2)])


def test_a_majority_is_right_whatever_the_mean() -> None:
    posteriors = np.array([[(0.4, 0.35, 0.25)], [(0.4, 0.35, 0.25)], [(0.01, 0.98, 0.01)]])
    assert fuse(posteriors, "mean", ONES).argmax() == 1
    # Two votes and one; the fourth is divided as the mean is.
    expected = [((2 + 0.27) / 4, (1 + 0.56) / 4, 0.17 / 4)]
    np.testing.assert_allclose(fuse(posteriors, "vote", ONES), expected, atol=1e-9)


def test_a_tie_of_votes_goes_to_the_higher_mean() -> None:
    posteriors = np.array([[(0.6, 0.4)] * 2, [(0.1, 0.9), (0.45, 0.55)]])
    fused = fuse(posteriors, "vote", np.ones(2))
    np.testing.assert_allclose(fused, [((1 + 0.35) / 3, (1 + 0.65) / 3), ((1 + 0.525) / 3, (1 + 0.475) / 3)])
    assert list(fused.argmax(1)) == [1, 0]


def test_median_by_hand() -> None:
    posteriors = np.array([[(0.7, 0.2, 0.1)], [(0.6, 0.1, 0.3)], [(0.0, 0.5, 0.5)]])
    # Medians 0.6, 0.2, 0.3 come to 1.1.
    np.testing.assert_allclose(fuse(posteriors, "median", ONES), np.array([(6, 2, 3)]) / 11)


@pytest.mark.parametrize("rule", RULES)
def test_certainty_on_all_sides(rule: str) -> None:
    """Three members, each quite sure of another class: no zeros, no division by zero, and no winner."""
    fused = fuse(np.eye(3, dtype=np.float32)[:, None], rule, ONES)
    np.testing.assert_allclose(fused, [(1 / 3, 1 / 3, 1 / 3)])
    alone = fuse(np.array([[(1, 0, 0)]], np.float32), rule, np.ones(1))
    np.testing.assert_allclose(alone, [(1, 0, 0)], atol=1e-9)
    assert np.isfinite(np.log(alone)).all()


def rows(*groups: tuple[int, float, float]) -> np.ndarray:
    """Two members' posteriors over two classes, shape (2, n, 2), of which the first is always the truth.

    A group is a number of rows, and by how much each member's probability of the truth exceeds one half.
    """
    excess = np.array([(a, b) for count, a, b in groups for _ in range(count)]).T
    return np.stack([0.5 + excess, 0.5 - excess], -1)


def test_the_best_exponent_is_found() -> None:
    # The first member is right in 8 of 10 rows, the second in 4: 2^q is what the one counts against the other. The
    # first rows are right above 0.41 / 0.1 = 4.1, which is q = 2.04; the last below 0.4 / 0.05 = 8, which is q = 3.
    posteriors = rows((6, 0.1, -0.41), (2, 0.3, 0.3), (2, -0.05, 0.4))
    weights, exponent = accuracy_weights(posteriors, np.zeros(10, int))
    assert exponent == 2.1
    np.testing.assert_allclose(weights, np.array([2**2.1, 1]) / (2**2.1 + 1))


def test_a_negative_exponent_may_be_best() -> None:
    # Right in 8 and in 4 rows again. The last rows are right below 0.1 / 0.41, which is q = -2.04.
    posteriors = rows((6, 0.45, -1e-6), (2, 0.3, 0.3), (2, -0.41, 0.1))
    assert accuracy_weights(posteriors, np.zeros(10, int))[1] == -2.1


def test_among_equals_the_plain_mean() -> None:
    posteriors = rows((3, 0.2, 0.1), (1, 0.2, -0.1), (1, -0.2, -0.1))
    weights, exponent = accuracy_weights(posteriors, np.zeros(5, int))
    assert exponent == 0
    np.testing.assert_allclose(weights, [0.5, 0.5])


def test_among_opposites_the_more_accurate_member() -> None:
    # Right in 2 and in 1 of 3 rows: the first row is right above 2^q = 1.05, the second below 0.95, and the third
    # anywhere near. At q = 0 one is right, at 0.1 and at -0.1 two are.
    posteriors = rows((1, 0.1, -0.105), (1, -0.1, 0.095), (1, 0.4, -1e-6))
    assert accuracy_weights(posteriors, np.zeros(3, int))[1] == 0.1


def test_a_member_that_is_never_right() -> None:
    posteriors = rows((4, 0.1, -0.3))
    weights, exponent = accuracy_weights(posteriors, np.zeros(4, int))
    assert np.isfinite(weights).all()
    # It counts as right in a tenth of a row of 4, so 40^q must exceed 3.
    assert exponent == 0.3
