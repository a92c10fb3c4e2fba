"""What a training begins with in the place of random weights: those of another run, or of a finished model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from mien.errors import InputError, UnknownName
from mien.models import read_card
from mien.models.paths import find_card
from mien.training.recipe import Recipe
from mien.training.run import Run
from mien.training.shipped import load_shipped
from mien.training.state import State


@dataclass(frozen=True)
class Beginning:
    """Weights, and where they are from.

    Attributes
    ----------
    source : str
        The commands that make the run, or the name of the model.
    weights : dict of str to Tensor
        The state of the network.
    """

    source: str
    weights: State

    @classmethod
    def of(cls, name: str, recipe: Recipe, images: npt.NDArray[np.uint8]) -> Self:
        """The weights of a run's folder, of a model that comes with the package, or of a card.

        `recipe` is that by which they go on, `images` are the training faces, uint8 of (n, s, s). Raises `InputError`
        if there is no such thing or its network or its heads are others, `ModelError` if it cannot be read.
        """
        found = find_run_or_card(name)
        if isinstance(found, Run):
            if not found.recipe.starts_like(recipe):
                raise InputError(f"{name}: its network is not that of recipe {recipe.name}, or says other things")
            return cls(found.command, found.load_weights())
        return cls(read_card(found).name, load_shipped(found, recipe, images))


def find_run_or_card(name: str) -> Run | Path:
    """The run in the folder of that name, or the card of the model; raises `InputError` if it is neither."""
    if Path(name).is_dir():
        return Run(Path(name))
    try:
        return find_card(name)
    except UnknownName:
        raise InputError(f"{name}: neither the folder of a run nor a model") from None
