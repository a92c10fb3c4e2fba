"""Quarters of brightness and contrast, on faces whose order is known."""

from __future__ import annotations

import numpy as np
import pytest

from mien.evaluation.lighting import lighting_table
from mien.evaluation.protocol import Evaluation
from mien.labels import FIVE


def answers(right: np.ndarray, rows: np.ndarray | None = None) -> Evaluation:
    """Right where told so, else one class further."""
    truth = np.arange(len(right)) % 5
    said = np.where(right, truth, (truth + 1) % 5)
    return Evaluation(
        {}, np.eye(5, dtype=np.float32)[said], truth, FIVE, np.arange(len(right)) if rows is None else rows
    )


def test_the_dark_quarter_is_read_worst() -> None:
    # Faces get brighter one by one; of the 25 darkest 5 are read right, of the others all.
    light = np.arange(100, 200)
    images = np.repeat(light.astype(np.uint8), 16).reshape(100, 4, 4)
    images[:, :2] -= 10
    images[:, 2:] += 10  # contrast 10 everywhere
    right = np.arange(100) >= 20
    order = np.random.default_rng(0).permutation(100)
    table = lighting_table(answers(right, order.argsort()), images[order])
    dark, *others = (row for row in table if row.measure == "brightness")
    assert (dark.quarter, dark.n, dark.low, dark.high) == (1, 25, 100, 124)
    assert dark.accuracy == pytest.approx(0.2)
    assert dark.interval[0] < 0.2 < dark.interval[1] < 0.5
    assert [row.accuracy for row in others] == [1, 1, 1]
    assert [row.low for row in table if row.measure == "contrast"] == [10] * 4


def test_flat_faces_are_found_by_their_contrast() -> None:
    # Half grey minus c, half grey plus c: standard deviation c, mean the same for all.
    images = np.full((8, 2, 2), 128, np.int16)
    images[:, 0] -= np.arange(8)[:, None]
    images[:, 1] += np.arange(8)[:, None]
    table = lighting_table(answers(np.arange(8) >= 2), images.astype(np.uint8))
    flat = [row for row in table if row.measure == "contrast"]
    assert [(row.low, row.high) for row in flat] == [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert [row.accuracy for row in flat] == [0, 1, 1, 1]


def test_fewer_faces_than_quarters() -> None:
    table = lighting_table(answers(np.array([True, False])), np.zeros((2, 3, 3), np.uint8))
    assert [(row.measure, row.quarter, row.n) for row in table] == [
        ("brightness", 1, 1),
        ("brightness", 2, 1),
        ("contrast", 1, 1),
        ("contrast", 2, 1),
    ]
