"""Plots are written, and say what they should."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.errors import InputError
from mien.evaluation.plots import (
    confusion_figure,
    curves_figure,
    plot_confusion,
    plot_curves,
    plot_reliability,
    reliability_figure,
)
from mien.labels import EKMAN7, FERPLUS8, FIVE

CONFUSION = np.array([[8, 2, 0, 0, 0], [0, 5, 5, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 1979]])
CONFIDENCE = np.array([0.05, 0.3, 0.3, 0.8, 1.0])
CORRECT = np.array([False, True, False, True, True])
METRICS = [
    {"epoch": 1, "loss": 1.8, "lr": 0.01, "accuracy": 0.4, "balanced_accuracy": 0.3, "ferplus_accuracy": 0.5},
    {
        "epoch": 2,
        "loss": 1.2,
        "lr": 0.005,
        "accuracy": 0.6,
        "balanced_accuracy": 0.5,
        "ferplus_accuracy": 0.7,
    },
    {"epoch": 3, "loss": 1.0, "lr": 0.001, "accuracy": 0.55, "balanced_accuracy": 0.52},
]


@pytest.mark.parametrize(
    "plot",
    [
        lambda path: plot_confusion(CONFUSION, FIVE, path),
        lambda path: plot_confusion(np.zeros((8, 8), int), FERPLUS8, str(path)),
        lambda path: plot_reliability(CONFIDENCE, CORRECT, path),
        lambda path: plot_curves(METRICS, path),
        lambda path: plot_curves(METRICS[:1], path),
        lambda path: plot_curves([{"epoch": 1, "loss": 1.0}], path),
    ],
)
def test_a_png_of_sensible_size_is_written(plot: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "plot.png"
    plot(path)
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert all(400 <= side <= 1500 for side in picture.size)
        assert np.asarray(picture.convert("L")).std() > 5


def test_confusion_names_its_axes_and_gives_percent_and_count() -> None:
    (axes,) = confusion_figure(CONFUSION, FIVE).axes
    assert axes.get_xlabel() == "predicted"
    assert axes.get_ylabel() == "true"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == list(FIVE.labels)
    assert [tick.get_text() for tick in axes.get_yticklabels()] == list(FIVE.labels)
    cells: dict[tuple[int, int], list[str]] = {}
    for text in axes.texts:
        column, row = text.get_position()
        cells.setdefault((round(row), round(column)), []).append(text.get_text())
    assert cells[0, 0] == ["80%", "8"]
    assert cells[0, 1] == ["20%", "2"]
    assert cells[4, 4] == ["100%", "1,979"]
    assert (3, 3) not in cells  # never occurs: neither 0 % nor 100 %
    assert axes.get_title("left") == "accuracy 99.7% of 2,000 faces"


def test_confusion_of_another_label_set_is_refused() -> None:
    with pytest.raises(InputError, match=r"ekman7 must have shape \(7, 7\), not \(5, 5\)"):
        confusion_figure(CONFUSION, EKMAN7)


def test_reliability_shows_accuracy_by_confidence() -> None:
    axes, histogram = reliability_figure(CONFIDENCE, CORRECT).axes
    assert axes.get_ylabel() == "accuracy"
    assert histogram.get_xlabel() == "confidence"
    assert histogram.get_ylabel() == "faces"
    # By hand: (0.05 + 2 * |0.5 - 0.3| + 0.2 + 0) / 5
    assert axes.get_title("left") == "ECE 13.0% over 5 faces"
    counts = [bar.get_height() for bar in histogram.patches]  # type: ignore[attr-defined]
    assert len(counts) == 15
    assert sum(counts) == 5
    assert counts[0] == 1
    assert counts[4] == 2
    assert counts[-1] == 1


@pytest.mark.parametrize("n", [0, 3])
def test_reliability_needs_pairs(n: int) -> None:
    with pytest.raises(InputError, match="equally long"):
        reliability_figure(CONFIDENCE[:n], CORRECT[: n and n - 1])


def test_curves_show_loss_rate_and_every_accuracy() -> None:
    loss, accuracies, rate = curves_figure(METRICS).axes
    assert loss.get_xlabel() == "epoch"
    assert loss.get_ylabel() == "training loss"
    assert rate.get_ylabel() == "learning rate"
    assert accuracies.get_ylabel() == "validation accuracy"
    assert np.asarray(loss.lines[0].get_ydata()).tolist() == [1.8, 1.2, 1.0]
    assert np.asarray(rate.lines[0].get_ydata()).tolist() == [0.01, 0.005, 0.001]
    legend = accuracies.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "accuracy, best 60.0% in epoch 2",
        "balanced accuracy, best 52.0% in epoch 3",
        "ferplus accuracy, best 70.0% in epoch 2",
    ]


def test_curves_need_an_epoch() -> None:
    with pytest.raises(InputError, match="no epoch"):
        curves_figure([])
