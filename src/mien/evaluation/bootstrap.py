"""Bootstrap intervals: how far the figures would move had other pictures been tested (Efron 1979)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RESAMPLES = 2000
"""Enough that the ends of an interval stray by about a sixtieth of its length from seed to seed."""

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.integer]


def bootstrap_intervals(
    truth: IntArray,
    predicted: IntArray,
    classes: int,
    units: npt.NDArray[np.generic] | None = None,
    seed: int = 0,
) -> dict[str, list[float]]:
    """Percentile intervals of 95 % for accuracy and balanced accuracy.

    Pictures of one person are not independent, so where subjects are known it is they that are drawn (cluster
    bootstrap); otherwise it is the pictures. Both figures depend on the confusion matrix alone, so no picture is ever
    copied: drawing n of n pictures with replacement is one multinomial draw over its cells.

    Parameters
    ----------
    truth, predicted : ndarray of int, shape (n,)
        Classes, from 0; n at least 1.
    classes : int
        How many there are.
    units : ndarray, shape (n,), optional
        Whom each picture shows.
    seed : int
        Of the draws.

    Returns
    -------
    dict
        ``accuracy`` and ``balanced_accuracy``, each ``[low, high]`` from 0 to 1. Balanced accuracy is the mean recall
        of the classes that a draw holds.
    """
    rng = np.random.default_rng(seed)
    cells = np.asarray(truth) * classes + predicted
    if units is None:
        counts = np.bincount(cells, minlength=classes**2)
        drawn = rng.multinomial(len(cells), counts / len(cells), RESAMPLES)
    else:
        _, unit = np.unique(units, return_inverse=True)
        number = int(unit.max()) + 1
        tables = np.bincount(unit * classes**2 + cells, minlength=number * classes**2).reshape(number, -1)
        drawn = rng.multinomial(number, np.full(number, 1 / number), RESAMPLES) @ tables
    accuracy, balanced = _accuracies(drawn.reshape(-1, classes, classes))
    return {
        "accuracy": np.quantile(accuracy, (0.025, 0.975)).tolist(),
        "balanced_accuracy": np.quantile(balanced, (0.025, 0.975)).tolist(),
    }


def _accuracies(confusions: IntArray) -> tuple[FloatArray, FloatArray]:
    """Accuracy and balanced accuracy of each confusion matrix, shape (m, k, k)."""
    hits = np.diagonal(confusions, axis1=1, axis2=2)
    count = confusions.sum(2)
    recall = hits / np.maximum(count, 1)
    return hits.sum(1) / count.sum(1), recall.sum(1) / (count > 0).sum(1)
