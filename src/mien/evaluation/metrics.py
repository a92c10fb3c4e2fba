"""Figures of merit, from probabilities and true labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mien.labels import LabelSet

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.integer]


def confusion_matrix(truth: IntArray, predicted: IntArray, classes: int) -> npt.NDArray[np.int64]:
    """Counts, shape (classes, classes): rows are the true class, columns the predicted."""
    cells = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.int64)


def calibration_bins(confidence: FloatArray, bins: int) -> npt.NDArray[np.intp]:
    """The bin of equal width into which each confidence falls; 1 falls into the last."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def expected_calibration_error(confidence: FloatArray, correct: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over bins of equal width (Guo et al. 2017, eq. 3).

    Parameters
    ----------
    confidence : ndarray of float, shape (n,)
        Probability of the predicted class, 0 to 1.
    correct : ndarray of bool, shape (n,)
        Whether the prediction was right.
    bins : int
        Number of bins.

    Returns
    -------
    float
        0 (calibrated) to 1.
    """
    gap = np.bincount(calibration_bins(confidence, bins), weights=confidence - correct, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def score(probabilities: FloatArray, truth: IntArray, label_set: LabelSet) -> dict[str, Any]:
    """All figures of one evaluation, as native Python numbers.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, k)
        Rows sum to one.
    truth : ndarray of int, shape (n,)
        Indices into `label_set`.
    label_set : LabelSet
        The names of the ``k`` classes.

    Returns
    -------
    dict
        ``accuracy``, ``balanced_accuracy`` (mean recall of the classes that occur), ``macro_f1`` (over the same),
        ``ece``, ``n``, ``per_class`` (precision, recall, f1 and count of each) and ``confusion``. Where every class
        occurs, ``macro_f1`` and ``balanced_accuracy`` are what the micro-expression challenges call UF1 and UAR.
    """
    predicted = probabilities.argmax(1)
    confusion = confusion_matrix(truth, predicted, len(label_set))
    hits = np.diag(confusion).astype(float)
    count, said = confusion.sum(1), confusion.sum(0)
    recall = hits / np.maximum(count, 1)
    precision = hits / np.maximum(said, 1)
    f1 = 2 * hits / np.maximum(count + said, 1)
    present = count > 0
    return {
        "accuracy": float(hits.sum() / len(truth)),
        "balanced_accuracy": float(recall[present].mean()),
        "macro_f1": float(f1[present].mean()),
        "ece": expected_calibration_error(probabilities.max(1), predicted == truth),
        "n": len(truth),
        "per_class": {
            label: {
                "precision": float(precision[i]),
                "recall": float(recall[i]),
                "f1": float(f1[i]),
                "n": int(count[i]),
            }
            for i, label in enumerate(label_set.labels)
        },
        "confusion": confusion.tolist(),
    }
