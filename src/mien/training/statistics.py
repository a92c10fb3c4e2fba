"""What normalisation layers know of their inputs, measured anew on training faces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from mien.align import crop_views
from mien.models.preparation import prepare
from mien.networks import make_network
from mien.training.loop import normalise
from mien.training.recipe import Recipe
from mien.training.state import State

FACES = 4096
"""How many training faces statistics are of, spread evenly."""

BATCH = 256


def some_faces(images: npt.NDArray[np.uint8], recipe: Recipe) -> Tensor:
    """What the network takes of some of the training faces, uint8 of shape (n, s, s): their middles, unvaried."""
    views = crop_views(prepare(images[:: -(-len(images) // FACES)], recipe.preparation), recipe.crop, 1, recipe.views)
    return normalise(torch.from_numpy(views).float() / 255, recipe)


@torch.no_grad()
def with_new_statistics(weights: State, recipe: Recipe, images: npt.NDArray[np.uint8]) -> State:
    """Weights whose batch normalisations know what they find on these faces (Izmailov et al. 2018, section 3.2).

    Parameters
    ----------
    weights : dict of str to Tensor
        The state of the recipe's network.
    recipe : Recipe
        Its network and what that takes.
    images : ndarray of uint8, shape (n, s, s)
        Training faces.

    Returns
    -------
    dict of str to Tensor
        The state, where all but these statistics is as it was.
    """
    network = make_network(recipe.network, recipe.classes)
    network.load_state_dict(weights)
    network.eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # all batches count the same
            module.train()
    for part in some_faces(images, recipe).tensor_split(-(-min(len(images), FACES) // BATCH)):
        network(part)
    return network.state_dict()
