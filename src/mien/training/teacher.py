"""Distillation: what an older model says becomes part of what a new one is to say."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.datasets import FaceData
from mien.models import load_model
from mien.training.recipe import Recipe


def ask_teacher(recipe: Recipe, data: FaceData) -> list[Tensor]:
    """What the recipe's teacher says of each face, for each head.

    Parameters
    ----------
    recipe : Recipe
        Its teacher, and the label sets of its heads.
    data : FaceData
        The training faces; pictures of the size that the teacher takes.

    Returns
    -------
    list of Tensor of float32, shape (n, k)
        Calibrated probabilities of single crops; empty without a teacher.

    Raises
    ------
    UnknownName, ModelError, InputError
        If there is no such teacher, or it has no say in this.

    Notes
    -----
    Hinton et al. 2015, "Distilling the knowledge in a neural network". The teacher is asked once, of the faces as they
    are, and not of each crop that is drawn.
    """
    if not recipe.teacher:
        return []
    teacher = load_model(recipe.teacher, threads=torch.get_num_threads())
    return [torch.from_numpy(teacher.probabilities(data.images, label_set)) for label_set in recipe.label_sets]


def heed(targets: Tensor, answers: Tensor, share: float) -> Tensor:
    """Targets of which this share is the teacher's answer; where nothing is known, all of it is."""
    known = targets.sum(1, keepdim=True) > 0
    return torch.where(known, (1 - share) * targets + share * answers, answers)
