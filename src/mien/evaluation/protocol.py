"""How a model is measured on a data set."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.datasets.ferplus import majority_labels
from mien.errors import DatasetError, InputError
from mien.evaluation.bootstrap import bootstrap_intervals
from mien.evaluation.metrics import score
from mien.labels import FERPLUS8, LABEL_SETS, LabelSet, can_map, get_label_set, merge_probabilities
from mien.models import Model


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's answers to a data set, and what they are worth.

    Attributes
    ----------
    figures : dict
        As `mien.evaluation.metrics.score` gives them, with ``intervals`` (of 95 %, as
        `mien.evaluation.bootstrap.bootstrap_intervals` gives them), and with ``accuracy_without_near_duplicates`` and
        ``near_duplicates`` if there was a training split to compare with.
    probabilities : ndarray of float32, shape (n, k)
        The answers.
    truth : ndarray of int64, shape (n,)
        The right ones.
    label_set : LabelSet
        Their names.
    rows : ndarray of int, shape (n,)
        Which rows of the data they are answers to.
    """

    figures: dict[str, Any]
    probabilities: npt.NDArray[np.float32]
    truth: npt.NDArray[np.int64]
    label_set: LabelSet
    rows: npt.NDArray[np.intp]

    @property
    def predicted(self) -> npt.NDArray[np.int64]:
        """The most probable class of each row."""
        return np.asarray(self.probabilities.argmax(1), np.int64)

    @property
    def confidence(self) -> npt.NDArray[np.float32]:
        """The probability of that class."""
        return np.asarray(self.probabilities.max(1), np.float32)


def labelled(data: FaceData, label_set: LabelSet) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """The numbers of the rows that have a label in the set, and these labels.

    For ``ferplus8`` on FER2013 these are the rows whose voters agree (majority mode of Barsoum et al. 2016). Labels of
    another set are merged as `mien.labels` says.

    Raises
    ------
    InputError, DatasetError
        If the labels of the data cannot be merged into the set, or no row has one.
    """
    if can_map(data.label_set, label_set):
        rows = np.arange(len(data))
        merged = merge_probabilities(np.eye(len(data.label_set)), data.label_set, label_set)
        labels = merged.argmax(1)[data.labels]
    elif label_set == FERPLUS8 and data.votes is not None:
        majority = majority_labels(data.votes)
        rows = np.flatnonzero(majority >= 0)
        labels = majority[rows]
    elif label_set == FERPLUS8:
        raise DatasetError("this copy has no FER+ votes; the Parquet copy of FER2013 has")
    else:
        raise InputError(f"this data set has no labels in {label_set.name!r}")
    if not len(rows):
        raise DatasetError(f"no picture has a label in {label_set.name!r}")
    return rows, labels


def choose_label_set(model: Model, data: FaceData) -> LabelSet:
    """The label set to measure a model in on this data.

    The first that there is of: the model's own sets in which the data has labels; the data's own into which a head can
    be merged; the model's own into which the labels can be merged; any into which both can.

    Raises
    ------
    InputError
        If there is none.
    """
    heads = [get_label_set(head.label_set) for head in model.card.heads]

    def said(label_set: LabelSet) -> bool:
        return any(can_map(head, label_set) for head in heads)

    def known(label_set: LabelSet) -> bool:
        return any(can_map(own, label_set) for own in data.label_sets)

    ranked = chain(
        (head for head in heads if head in data.label_sets),
        filter(said, data.label_sets),
        filter(known, heads),
        (other for other in LABEL_SETS.values() if said(other) and known(other)),
    )
    for label_set in ranked:
        return label_set
    own = " and ".join(head.name for head in heads)
    raise InputError(f"model {model.card.name!r} says {own}, the data {data.label_set.name}: no label set holds both")


def evaluate(
    model: Model,
    data: FaceData,
    label_set: LabelSet | None = None,
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
    label_set : LabelSet, optional
        Which labels, and so which head; as `choose_label_set` says if left out.
    crops : int
        Crops of each face, as for `Model.logits`.
    seen : ndarray of bool, shape (n,), optional
        Which pictures also lie in the training split (`mien.datasets.duplicates.near_duplicates`); if given, accuracy
        is measured without them too.
    """
    label_set = label_set or choose_label_set(model, data)
    rows, truth = labelled(data, label_set)
    probabilities = model.probabilities(data.images[rows], label_set, crops)
    result = summarise(probabilities, truth, label_set, rows, data.subjects)
    if seen is not None:
        unseen = ~seen[rows]
        if unseen.any():
            result.figures["accuracy_without_near_duplicates"] = float((result.predicted == truth)[unseen].mean())
        result.figures["near_duplicates"] = int((~unseen).sum())
    return result


def summarise(
    probabilities: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64],
    label_set: LabelSet,
    rows: npt.NDArray[np.intp],
    subjects: npt.NDArray[np.str_] | None = None,
) -> Evaluation:
    """Figures and intervals of answers that are there already.

    Parameters
    ----------
    probabilities, truth, label_set, rows
        As in `Evaluation`.
    subjects : ndarray of str, optional
        Whom each picture of the data (not of the answers) shows.
    """
    figures = score(probabilities, truth, label_set)
    shown = None if subjects is None else subjects[rows]
    figures["intervals"] = bootstrap_intervals(truth, probabilities.argmax(1), len(label_set), shown)
    return Evaluation(figures, probabilities, truth, label_set, rows)
