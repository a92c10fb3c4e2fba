"""Whether a model reads dark and flat pictures as well as bright and rich ones.

Most data sets do not say how dark a person's skin is, or how a scene was lit. Brightness and contrast of the face stand
in for both; they are a proxy, and no proof that a model treats people alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.evaluation.bootstrap import bootstrap_intervals
from mien.evaluation.protocol import Evaluation

QUARTERS = 4


@dataclass(frozen=True)
class LightingRow:
    """Accuracy on a quarter of the faces.

    Attributes
    ----------
    measure : {"brightness", "contrast"}
        What they were sorted by: mean or standard deviation of their grey levels.
    quarter : int
        From 1, the darkest or flattest.
    low, high : float
        What that quarter holds, in grey levels of 255.
    n : int
        How many faces.
    accuracy : float
        0 to 1.
    interval : list of float
        Of 95 %: see `mien.evaluation.bootstrap`.
    """

    measure: str
    quarter: int
    low: float
    high: float
    n: int
    accuracy: float
    interval: list[float]


def lighting_table(result: Evaluation, images: npt.NDArray[np.uint8]) -> list[LightingRow]:
    """Accuracy by quarters of brightness, then of contrast.

    Parameters
    ----------
    result : Evaluation
        A model's answers.
    images : ndarray of uint8, shape (n, h, w)
        The data set's grey faces, of which `result` names the rows.

    Returns
    -------
    list of LightingRow
        Four of each measure, fewer where there are fewer faces.
    """
    faces = images[result.rows].astype(np.float32)
    measures = {"brightness": faces.mean((1, 2)), "contrast": faces.std((1, 2))}
    table = []
    for name, values in measures.items():
        parts = np.array_split(values.argsort(kind="stable"), min(QUARTERS, len(values)))
        for quarter, rows in enumerate(parts, 1):
            truth, predicted = result.truth[rows], result.predicted[rows]
            interval = bootstrap_intervals(truth, predicted, len(result.label_set))["accuracy"]
            low, high = float(values[rows].min()), float(values[rows].max())
            accuracy = float((truth == predicted).mean())
            table.append(LightingRow(name, quarter, low, high, len(rows), accuracy, interval))
    return table
