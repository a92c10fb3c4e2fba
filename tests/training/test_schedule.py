"""Rates worked out by hand from the publications' schedules."""

from __future__ import annotations

import pytest

from mien.training.schedule import Cosine, Decay, Plateau, Steps


def test_cosine_rises_then_falls_to_zero() -> None:
    schedule = Cosine(warmup=2)
    assert schedule.factor(1, 10, []) == pytest.approx(0.5)
    assert schedule.factor(2, 10, []) == pytest.approx(1)
    assert schedule.factor(6, 10, []) == pytest.approx(0.5)  # half of the way down
    assert schedule.factor(10, 10, []) == pytest.approx(0)


def test_steps_hold_between_changes() -> None:
    # FER+: 0.05 for 20 epochs, 0.025 for 20, then 0.005.
    rates = [0.05 * Steps(((20, 0.5), (40, 0.1))).factor(epoch, 100, []) for epoch in (0, 19.9, 20, 39.9, 40, 99)]
    assert rates == pytest.approx([0.05, 0.05, 0.025, 0.025, 0.005, 0.005])
    assert Steps().factor(7, 10, []) == 1


def test_decay_is_the_published_formula() -> None:
    # 0.01 * 0.9 ** floor((epoch - 80) / 5) after epoch 80.
    rates = [0.01 * Decay(80, 5, 0.9).factor(epoch, 250, []) for epoch in (0, 80, 84.9, 85, 90, 249)]
    assert rates == pytest.approx([0.01, 0.01, 0.01, 0.009, 0.0081, 0.01 * 0.9**33])


def test_plateau_falls_after_waiting() -> None:
    losses = [1.0, 0.8, 0.9, 0.85, 0.7, 0.7, 0.7, 0.71, 0.72]
    history = [{"validation_loss": loss} for loss in losses]
    schedule = Plateau(patience=2, by=0.1)
    # After epochs 3 and 4 no better than 0.8: a fall. Then 0.7, then twice two without a better one.
    expected = [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001]
    assert [schedule.factor(epoch, 100, history) for epoch in range(10)] == pytest.approx(expected)
