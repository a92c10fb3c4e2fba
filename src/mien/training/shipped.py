"""Weights of a finished model, to go on from; for a deeper network, the model's own is grown into it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mien.errors import InputError, UnknownName
from mien.models import read_card
from mien.models.card import ModelCard
from mien.models.files import read_checked
from mien.networks import make_network
from mien.networks.growing import grown
from mien.training.recipe import Recipe
from mien.training.recipes import get_recipe
from mien.training.statistics import some_faces
from mien.training.unfolding import load_folded, read_tensors


def load_shipped(card: Path, recipe: Recipe, images: npt.NDArray[np.uint8]) -> dict[str, Tensor]:
    """The weights of a model for a network to begin with.

    Parameters
    ----------
    card : Path
        Of a model that `mien export` wrote, or one that comes with the package.
    recipe : Recipe
        By which it is to go on; its network is the model's, or a deeper one.
    images : ndarray of uint8, shape (n, s, s)
        The training faces.

    Returns
    -------
    dict of str to Tensor
        The state of the recipe's network.

    Raises
    ------
    InputError
        If the model has another network or other heads, or has none that can be trained on.
    ModelError
        If the card cannot be read, or its file is missing or another.
    """
    model = read_card(card)
    network = make_network(_own_network(model, card), recipe.classes).eval()
    other = InputError(f"{card}: its network is not that of recipe {recipe.name}, or says other things")
    if [head.label_set for head in model.heads] != [label_set.name for label_set in recipe.label_sets]:
        raise other
    file = read_checked(card.with_name(model.file), model.sha256, card)
    if lacking := load_folded(network, read_tensors(file), some_faces(images, recipe)):
        raise InputError(f"{card}: a training cannot go on from this model, whose file lacks {', '.join(lacking)}")
    if (weights := grown(network, recipe.network, recipe.classes)) is None:
        raise other
    return weights


def _own_network(model: ModelCard, card: Path) -> str:
    try:
        return get_recipe(str(model.training.get("recipe"))).network
    except UnknownName:
        raise InputError(f"{card}: this model was not trained by a recipe") from None
