"""Plots of how well a model does: confusion, reliability and the course of a training run.

Each plot is a function that gives a matplotlib `Figure` and a ``plot_...`` that saves it. The figures are
made without pyplot, which keeps global state and cannot be used from several threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from mien.errors import InputError
from mien.evaluation.metrics import calibration_bins, expected_calibration_error
from mien.labels import LabelSet

_DPI = 120
_BINS = 15
_BLUE = "#4477aa"
_RED = "#cc6677"
_GREY = "#7f8790"
_LINES = ("#4477aa", "#cc6677", "#228833", "#aa7722", "#8866aa", "#44aa99")


def plot_confusion(confusion: npt.NDArray[np.integer], label_set: LabelSet, path: str | Path) -> None:
    """Save `confusion_figure` as a PNG file."""
    _save(confusion_figure(confusion, label_set), path)


def plot_reliability(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_], path: str | Path) -> None:
    """Save `reliability_figure` as a PNG file."""
    _save(reliability_figure(confidence, correct), path)


def plot_curves(metrics: Sequence[Mapping[str, float]], path: str | Path) -> None:
    """Save `curves_figure` as a PNG file."""
    _save(curves_figure(metrics), path)


def confusion_figure(confusion: npt.NDArray[np.integer], label_set: LabelSet) -> Figure:
    """A confusion matrix, each cell with its part of the row in percent and its count.

    Parameters
    ----------
    confusion : ndarray of int, shape (k, k)
        Counts; a row is a true label, a column a predicted one.
    label_set : LabelSet
        The names of the ``k`` labels.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If the shape does not fit the label set.
    """
    k = len(label_set)
    if confusion.shape != (k, k):
        raise InputError(f"the confusion of {label_set.name} must have shape {(k, k)}, not {confusion.shape}")
    total = int(confusion.sum())
    # A label that never occurs has an empty row.
    share = confusion / np.maximum(confusion.sum(1, keepdims=True), 1)

    side = 2.2 + 0.75 * k
    figure = Figure(figsize=(side + 0.4, side), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(k), label_set.labels, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(k), label_set.labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    accuracy = np.trace(confusion) / max(total, 1)
    axes.set_title(f"accuracy {accuracy:.1%} of {total:,} faces", loc="left")
    for (row, column), part in np.ndenumerate(share):
        if not confusion[row].any():
            continue
        colour = "white" if part > 0.65 else "#1d2733"
        axes.text(column, row - 0.12, f"{part:.0%}", ha="center", va="center", color=colour, fontsize=11)
        count = f"{confusion[row, column]:,}"
        axes.text(column, row + 0.22, count, ha="center", va="center", color=colour, fontsize=7.5, alpha=0.8)
    # White lines between the cells instead of a frame around all.
    axes.set_xticks(np.arange(k + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(k + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    return figure


def reliability_figure(confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_]) -> Figure:
    """How often the model is right when it is how sure, with the expected calibration error (ECE).

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        The probability of each predicted label, 0 to 1.
    correct : ndarray of bool, shape (n,)
        Whether it is the true one.

    Returns
    -------
    matplotlib.figure.Figure
        Above, the accuracy in each of 15 bins of equal width; below, how many faces fall into them.

    Raises
    ------
    InputError
        If the two have different shapes or are empty.
    """
    if confidence.ndim != 1 or confidence.shape != correct.shape or not confidence.size:
        raise InputError(
            "confidence and correct must be two equally long arrays of one dimension that are not empty,"
            f" not of shapes {confidence.shape} and {correct.shape}"
        )
    edges = np.linspace(0, 1, _BINS + 1)
    bins = calibration_bins(confidence, _BINS)
    count = np.bincount(bins, minlength=_BINS)
    filled = count > 0
    accuracy = np.bincount(bins, correct, _BINS)[filled] / count[filled]
    sureness = np.bincount(bins, confidence, _BINS)[filled] / count[filled]
    ece = expected_calibration_error(confidence, correct, _BINS)

    figure = Figure(figsize=(5.2, 6.2), layout="constrained")
    axes, histogram = figure.subplots(2, sharex=True, height_ratios=(3, 1))
    left, width = edges[:-1], 1 / _BINS
    axes.bar(left[filled], accuracy, width, align="edge", color=_BLUE, edgecolor="white", label="accuracy")
    axes.bar(
        left[filled],
        sureness - accuracy,
        width,
        bottom=accuracy,
        align="edge",
        facecolor=(_RED, 0.25),
        edgecolor=_RED,
        hatch="///",
        linewidth=0.6,
        label="gap to confidence",
    )
    axes.plot((0, 1), (0, 1), color=_GREY, linewidth=1, linestyle="--", label="perfectly calibrated")
    axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="accuracy")
    axes.set_title(f"ECE {ece:.1%} over {confidence.size:,} faces", loc="left")
    histogram.bar(left, count, width, align="edge", color="#c5cad1", edgecolor="white")
    histogram.set(xlabel="confidence", ylabel="faces")
    histogram.axvline(correct.mean(), color=_BLUE, label=f"accuracy {correct.mean():.1%}")
    histogram.axvline(confidence.mean(), color=_RED, label=f"mean confidence {confidence.mean():.1%}")
    for panel in (axes, histogram):
        panel.legend(loc="upper left", frameon=False)
        _clean(panel)
    return figure


def curves_figure(metrics: Sequence[Mapping[str, float]]) -> Figure:
    """The course of a training run: loss and learning rate, and beside them the validation accuracies.

    Parameters
    ----------
    metrics : sequence of mapping from str to float
        One an epoch, with ``"epoch"``, ``"loss"``, ``"lr"`` and accuracies from 0 to 1 under names that end
        in ``"accuracy"``. What an epoch did not measure may be missing, except ``"epoch"``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no epoch.
    """
    if not metrics:
        raise InputError("there is no epoch to plot")
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)

    _line(left, metrics, "loss", _BLUE)
    left.set(xlabel="epoch", ylabel="training loss")
    left.yaxis.label.set_color(_BLUE)
    rate = left.twinx()
    _line(rate, metrics, "lr", _RED)
    rate.set_ylabel("learning rate")
    rate.yaxis.label.set_color(_RED)
    rate.ticklabel_format(axis="y", scilimits=(-2, 3))

    names = sorted({name for epoch in metrics for name in epoch if name.endswith("accuracy")})
    for name, colour in zip(names, cycle(_LINES)):
        epochs, values = _line(right, metrics, name, colour)
        best = int(values.argmax())
        right.plot(epochs[best], values[best], "o", color=colour, markersize=5)
        right.lines[-2].set_label(f"{name.replace('_', ' ')}, best {values[best]:.1%} in epoch {epochs[best]:g}")
    right.set(xlabel="epoch", ylabel="validation accuracy")
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    if names:
        # Under the axes, where no curve runs.
        right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), frameon=False)
    for axes in (left, rate, right):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _clean(axes)
    rate.grid(False)
    return figure


def _line(
    axes: Axes, metrics: Sequence[Mapping[str, float]], name: str, colour: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Draw one metric where it was measured; gives the epochs and the values."""
    points = [(epoch["epoch"], epoch[name]) for epoch in metrics if name in epoch]
    epochs, values = np.array(points, np.float64).reshape(-1, 2).T
    # A run of one epoch has no line, but its point is seen.
    axes.plot(epochs, values, color=colour, linewidth=1.8, marker="o" if len(epochs) == 1 else None)
    return epochs, values


def _clean(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelcolor="#4a525c")
    axes.grid(axis="y", color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)


def _save(figure: Figure, path: str | Path) -> None:
    figure.savefig(path, dpi=_DPI, format="png")
