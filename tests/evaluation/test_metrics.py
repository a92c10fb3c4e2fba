from __future__ import annotations

import numpy as np
import pytest

from mien.evaluation.calibration import fit_scaling
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


@pytest.mark.parametrize("scale", [(2.5,) * 5, (1.0,) * 5, (0.3, 0.4, 0.2, 0.3, 0.5)], ids=["unsure", "right", "sure"])
def test_the_scaling_that_made_the_labels_is_found(scale: tuple[float, ...]) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (40_000, 5))
    bias = np.array((0.5, -0.5, 0.2, -0.2, 0))
    p = np.exp(logits * scale + bias)
    p /= p.sum(1, keepdims=True)
    truth = (p.cumsum(1) > rng.random((40_000, 1))).argmax(1)
    found_scale, found_bias = fit_scaling(logits, truth)
    assert found_scale == pytest.approx(scale, abs=0.1)
    assert found_bias == pytest.approx(bias, abs=0.1)


def test_few_faces_scale_all_classes_nearly_alike() -> None:
    """Twelve faces say nothing of five classes apart; that their scores are too large, they do."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 8, (12, 5))
    truth = np.where(np.arange(12) % 3 == 0, (logits.argmax(1) + 1) % 5, logits.argmax(1))
    scale, bias = fit_scaling(logits, truth)
    assert scale.mean() < 0.4
    assert np.ptp(scale) < scale.mean() / 2
    assert np.abs(bias).max() < 0.2


def test_a_network_that_is_always_wrong_is_not_turned_about() -> None:
    truth = np.random.default_rng(3).integers(0, 4, 500)
    scale, _ = fit_scaling(-5.0 * np.eye(4)[truth], truth)
    assert (scale > 0).all()


@pytest.mark.parametrize("size", [1e-3, 1e3])
def test_scores_of_any_size_and_a_class_that_never_comes(size: float) -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 500)
    logits = size * (np.eye(5)[truth] + rng.normal(0, 0.7, (500, 5)))
    scale, bias = fit_scaling(logits, truth)
    assert np.isfinite([*scale, *bias]).all()
    p = np.exp(logits * scale + bias - (logits * scale + bias).max(1, keepdims=True))
    loss = -np.log(p / p.sum(1, keepdims=True))[np.arange(500), truth].mean()
    assert loss < np.log(5)
