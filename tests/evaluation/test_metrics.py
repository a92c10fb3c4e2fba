from __future__ import annotations

import numpy as np
import pytest

from mien.evaluation.calibration import fit_temperature
from mien.evaluation.metrics import confusion_matrix, expected_calibration_error, score
from mien.labels import FIVE


def test_score_by_hand() -> None:
    # angry: 2 of 3 right, one read as sad; sad: 1 of 1; happy: 0 of 1, read as angry. No surprise, no neutral.
    truth = np.array([0, 0, 0, 2, 3])
    predicted = np.array([0, 0, 2, 2, 0])
    figures = score(np.eye(5)[predicted], truth, FIVE)
    assert figures["n"] == 5
    assert figures["accuracy"] == pytest.approx(3 / 5)
    assert figures["balanced_accuracy"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    # f1: angry 2*2/(3+3), sad 2*1/(1+2), happy 0
    assert figures["macro_f1"] == pytest.approx((4 / 6 + 2 / 3 + 0) / 3)
    assert figures["per_class"]["angry"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "n": 3})
    assert figures["confusion"][0] == [2, 0, 1, 0, 0]
    assert figures["confusion"][3] == [1, 0, 0, 0, 0]
    # Always wholly sure and right 3 times of 5.
    assert figures["ece"] == pytest.approx(0.4)


def test_confusion_rows_are_truth() -> None:
    assert confusion_matrix(np.array([1, 1, 0]), np.array([0, 1, 0]), 2).tolist() == [[1, 0], [1, 1]]


def test_ece_by_hand() -> None:
    # Two bins of 0.5: three at 0.9 of which two right (gap 0.9*3-2 = 0.7), one at 0.3 right (gap 0.7).
    confidence = np.array([0.9, 0.9, 0.9, 0.3])
    correct = np.array([True, True, False, True])
    assert expected_calibration_error(confidence, correct, bins=2) == pytest.approx((0.7 + 0.7) / 4)
    assert expected_calibration_error(np.ones(3), np.ones(3, bool)) == 0


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_fit_finds_the_temperature_that_made_the_labels(temperature: float) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (40_000, 5))
    p = np.exp(logits / temperature)
    p /= p.sum(1, keepdims=True)
    truth = (p.cumsum(1) > rng.random((40_000, 1))).argmax(1)
    assert fit_temperature(logits, truth) == pytest.approx(temperature, rel=0.03)
