"""What a network in training is worth: centre crops of the validation split."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mien.datasets import FaceData
from mien.evaluation.metrics import confusion_matrix
from mien.evaluation.protocol import labelled
from mien.labels import LabelSet
from mien.networks import make_network
from mien.training.preparation import HEADS, normalise
from mien.training.recipe import Recipe

Confusions = dict[LabelSet, npt.NDArray[np.int64]]


@torch.no_grad()
def confusions(weights: dict[str, Tensor], recipe: Recipe, data: FaceData, device: torch.device) -> Confusions:
    """The confusion matrix of each head that the data have labels for, shape (k, k), rows the truth."""
    network = make_network(recipe.network, device)
    network.load_state_dict(weights)
    network.eval()
    edge = (data.images.shape[-1] - recipe.crop) // 2
    inside = slice(edge, edge + recipe.crop)
    faces = torch.from_numpy(data.images[:, None, inside, inside]).float() / 255
    outputs = [network(normalise(part.to(device))) for part in torch.split(faces, 256)]
    result: Confusions = {}
    for label_set, logits in zip(HEADS, zip(*outputs, strict=True), strict=True):
        if label_set in data.label_sets:
            rows, truth = labelled(data, label_set)
            predicted = torch.cat(logits).argmax(1).cpu().numpy()[rows]
            result[label_set] = confusion_matrix(truth, predicted, len(label_set))
    return result


def validate(weights: dict[str, Tensor], recipe: Recipe, data: FaceData, device: torch.device) -> dict[str, float]:
    """Accuracy and balanced accuracy of each head, by name."""
    result = {}
    for label_set, confusion in confusions(weights, recipe, data, device).items():
        hits, count = np.diag(confusion), confusion.sum(1)
        result[f"{label_set.name}_accuracy"] = float(hits.sum() / count.sum())
        result[f"{label_set.name}_balanced_accuracy"] = float((hits[count > 0] / count[count > 0]).mean())
    return result
