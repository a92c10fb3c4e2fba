"""How a model is measured on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.datasets.ferplus import majority_labels
from mien.errors import DatasetError, InputError
from mien.evaluation.metrics import score
from mien.labels import EKMAN7, FERPLUS8, LabelSet
from mien.models import Model


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's answers to a data set, and what they are worth.

    Attributes
    ----------
    figures : dict
        As `mien.evaluation.metrics.score` gives them, with ``accuracy_without_near_duplicates`` and
        ``near_duplicates`` if there was a training split to compare with.
    probabilities : ndarray of float32, shape (n, k)
        The answers.
    truth : ndarray of int64, shape (n,)
        The right ones.
    label_set : LabelSet
        Their names.
    """

    figures: dict[str, Any]
    probabilities: npt.NDArray[np.float32]
    truth: npt.NDArray[np.int64]
    label_set: LabelSet

    @property
    def predicted(self) -> npt.NDArray[np.int64]:
        """The most probable class of each row."""
        return np.asarray(self.probabilities.argmax(1), np.int64)


def labelled(data: FaceData, label_set: LabelSet) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """The numbers of the rows that have a label in the set, and these labels.

    For ``ferplus8`` these are the rows whose voters agree (majority mode of Barsoum et al. 2016).
    """
    if label_set == data.label_set:
        return np.arange(len(data)), data.labels
    if label_set == FERPLUS8:
        if data.votes is None:
            raise DatasetError("this copy has no FER+ votes; the Parquet copy has")
        majority = majority_labels(data.votes)
        rows = np.flatnonzero(majority >= 0)
        return rows, majority[rows]
    raise InputError(f"this data set has no labels in {label_set.name!r}")


def evaluate(
    model: Model,
    data: FaceData,
    label_set: LabelSet = EKMAN7,
    crops: int = 1,
    seen: npt.NDArray[np.bool_] | None = None,
) -> Evaluation:
    """Measure a model on face crops as the data set has them.

    Parameters
    ----------
    model : Model
        The model.
    data : FaceData
        Faces of the model's frame size.
    label_set : LabelSet
        Which labels, and so which head.
    crops : {1, 10}
        Centre crop, or ten.
    seen : ndarray of bool, shape (n,), optional
        Which pictures also lie in the training split (`mien.datasets.duplicates.near_duplicates`); if given, accuracy
        is measured without them too.
    """
    kept, truth = labelled(data, label_set)
    rows = data.subset(kept)
    probabilities = model.probabilities(rows.images, label_set, crops)
    figures = score(probabilities, truth, label_set)
    if seen is not None:
        hits = probabilities.argmax(1) == truth
        figures["accuracy_without_near_duplicates"] = float(hits[~seen[kept]].mean())
        figures["near_duplicates"] = int(seen[kept].sum())
    return Evaluation(figures, probabilities, truth, label_set)
