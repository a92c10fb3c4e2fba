"""Bootstrap intervals against the normal approximation and other programs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from mien.evaluation.bootstrap import bootstrap_intervals


def test_accuracy_has_the_interval_of_the_normal_approximation() -> None:
    truth = np.zeros(3000, int)
    predicted = (np.arange(3000) < 900).astype(int)  # 70 % right
    low, high = bootstrap_intervals(truth, predicted, 2)["accuracy"]
    half = 1.96 * np.sqrt(0.7 * 0.3 / 3000)
    assert low == pytest.approx(0.7 - half, abs=0.1 * half)
    assert high == pytest.approx(0.7 + half, abs=0.1 * half)


def test_balanced_accuracy_has_the_interval_of_independent_recalls() -> None:
    # 1000 of class 0, 80 % right; 250 of class 1, 60 % right.
    truth = np.repeat([0, 1], [1000, 250])
    predicted = np.repeat([0, 1, 1, 0], [800, 200, 150, 100])
    low, high = bootstrap_intervals(truth, predicted, 2)["balanced_accuracy"]
    half = 1.96 * np.sqrt(0.8 * 0.2 / 1000 + 0.6 * 0.4 / 250) / 2
    assert low == pytest.approx(0.7 - half, abs=0.12 * half)
    assert high == pytest.approx(0.7 + half, abs=0.12 * half)


def test_subjects_are_drawn_whole() -> None:
    # Thirty people, each read all right or all wrong but for one in ten: as uncertain as thirty pictures, not 3000.
    rng = np.random.default_rng(0)
    right = np.repeat(rng.random(30) < 0.6, 100) ^ (rng.random(3000) < 0.1)
    people = np.repeat([f"p{i}" for i in range(30)], 100)
    order = rng.permutation(3000)
    truth, predicted = np.zeros(3000, int), (~right[order]).astype(int)
    low, high = bootstrap_intervals(truth, predicted, 2, people[order])["accuracy"]
    means = right.reshape(30, 100).mean(1)
    other = bootstrap((means,), np.mean, n_resamples=5000, method="percentile", rng=1).confidence_interval
    assert low == pytest.approx(other.low, abs=0.02)
    assert high == pytest.approx(other.high, abs=0.02)
    narrow = bootstrap_intervals(truth, predicted, 2)["accuracy"]
    assert high - low > 5 * (narrow[1] - narrow[0])


def test_a_class_that_a_draw_leaves_out_does_not_count_as_zero() -> None:
    # The one picture of class 1 is in about 63 % of the draws, and always right.
    truth = np.array([0] * 50 + [1])
    low, high = bootstrap_intervals(truth, truth, 2)["balanced_accuracy"]
    assert (low, high) == (1, 1)


def test_the_seed_decides() -> None:
    truth = np.arange(200) % 3
    predicted = np.arange(200) % 4 % 3
    one, same, other = (bootstrap_intervals(truth, predicted, 3, seed=seed) for seed in (0, 0, 1))
    assert one == same
    assert one != other
