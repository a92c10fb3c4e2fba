"""How labels and votes become what a network should say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from mien.datasets import FaceData
from mien.datasets.ferplus import LABEL_MODES, vote_distribution
from mien.errors import DatasetError
from mien.labels import FERPLUS8, can_map, get_label_set, merge_probabilities
from mien.training.losses import smooth_labels
from mien.training.recipe import Objective

VOTE_TARGETS: dict[str, Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]] = {
    "share": vote_distribution,
    **LABEL_MODES,
}
"""Targets from FER+ votes: the plain share of each emotion, and the four modes of Barsoum et al. 2016."""


def make_targets(data: FaceData, objective: Objective) -> Tensor:
    """What one head should say of each face.

    Parameters
    ----------
    data : FaceData
        The faces.
    objective : Objective
        What the head learns.

    Returns
    -------
    Tensor of float32, shape (n, k)
        Each row sums to one, but for FER+'s multi-label mode; a row of zeros trains nothing.

    Raises
    ------
    DatasetError
        If the data say nothing from which the head could learn.
    """
    label_set = get_label_set(objective.label_set)
    if label_set == FERPLUS8 and data.votes is not None:
        return torch.from_numpy(VOTE_TARGETS[objective.votes or "majority"](data.votes))
    if not can_map(data.label_set, label_set):
        raise DatasetError(f"nothing in this data set says {label_set.name!r}; its labels are {data.label_set.name!r}")
    labels = F.one_hot(torch.from_numpy(data.labels), len(data.label_set)).float()
    targets = torch.from_numpy(merge_probabilities(labels.numpy(), data.label_set, label_set))
    return smooth_labels(targets, objective.label_smoothing)


def can_learn(data: FaceData, objective: Objective) -> bool:
    """Whether the data say anything from which the head can learn."""
    label_set = get_label_set(objective.label_set)
    return any(can_map(source, label_set) for source in data.label_sets)


def limit_per_class(data: FaceData, limit: int | None) -> FaceData:
    """At most `limit` faces of each class, the first of the file."""
    if limit is None:
        return data
    rows = [np.flatnonzero(data.labels == label)[:limit] for label in range(len(data.label_set))]
    return data.subset(np.sort(np.concatenate(rows)))
