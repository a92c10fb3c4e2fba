"""What a network in training is worth: single crops of the validation split."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mien.align import crop_views
from mien.datasets import FaceData
from mien.evaluation.metrics import confusion_matrix
from mien.evaluation.protocol import labelled
from mien.labels import LabelSet, can_map
from mien.models.preparation import prepare
from mien.networks import make_network
from mien.training.losses import LOSSES
from mien.training.recipe import Recipe
from mien.training.targets import can_learn, make_targets

Confusions = dict[LabelSet, npt.NDArray[np.int64]]


@torch.no_grad()
def predict(weights: dict[str, Tensor], recipe: Recipe, data: FaceData, device: torch.device) -> list[Tensor]:
    """The logits of each head for each face, shape (n, k), on the CPU."""
    network = make_network(recipe.network, recipe.classes, device)
    network.load_state_dict(weights)
    network.eval()
    faces = torch.from_numpy(crop_views(prepare(data.images, recipe.preparation), recipe.crop, 1, recipe.views))
    parts = [network((part.to(device).float() / 255 - recipe.mean) / recipe.std) for part in torch.split(faces, 256)]
    return [torch.cat(head).float().cpu() for head in zip(*parts, strict=True)]


def confusions(logits: list[Tensor], recipe: Recipe, data: FaceData) -> Confusions:
    """The confusion matrix of each head that the data have labels for, shape (k, k), rows the truth."""
    result: Confusions = {}
    for label_set, scores in zip(recipe.label_sets, logits, strict=True):
        if any(can_map(source, label_set) for source in data.label_sets):
            rows, truth = labelled(data, label_set)
            result[label_set] = confusion_matrix(truth, scores.argmax(1).numpy()[rows], len(label_set))
    return result


def validate(weights: dict[str, Tensor], recipe: Recipe, data: FaceData, device: torch.device) -> dict[str, float]:
    """The loss, and accuracy and balanced accuracy of each head by name."""
    logits = predict(weights, recipe, data, device)
    result = {"validation_loss": 0.0}
    for scores, objective in zip(logits, recipe.objectives, strict=True):
        if can_learn(data, objective):
            loss = LOSSES[objective.loss](scores, make_targets(data, objective), None)
            result["validation_loss"] += objective.weight * float(loss)
    for label_set, confusion in confusions(logits, recipe, data).items():
        hits, count = np.diag(confusion), confusion.sum(1)
        result[f"{label_set.name}_accuracy"] = float(hits.sum() / count.sum())
        result[f"{label_set.name}_balanced_accuracy"] = float((hits[count > 0] / count[count > 0]).mean())
    return result
