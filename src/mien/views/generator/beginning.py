"""What a generator's training begins with in the place of random weights: those of another, finished or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from mien.errors import InputError
from mien.training.run import Run
from mien.training.state import State
from mien.training.unfolding import load_folded, read_tensors
from mien.turning import read_generator
from mien.views.generator.export import training_command
from mien.views.generator.finished import find_generator
from mien.views.generator.networks import Networks, Shape, one_hot
from mien.views.generator.pairs import Recordings, to_network
from mien.views.generator.recipes import GeneratorRecipe
from mien.views.generator.trained import load_networks

EXAMPLES = 512
"""How many pictures the statistics of batch normalisation are of, spread evenly."""


@dataclass(frozen=True)
class Beginning:
    """Weights, and where they are from.

    Attributes
    ----------
    source : str
        The commands that make them.
    weights : dict of str to Tensor
        The state of `Networks`. What a card's files lack, the discriminator and the layer that reads expressions, is
        fresh.
    """

    source: str
    weights: State

    @classmethod
    def of(cls, name: str, recipe: GeneratorRecipe, recordings: Recordings) -> Self:
        """The weights of a run's folder, of a card, or of the generator that comes with the package.

        `recipe` is that by which they go on, `recordings` are what they learn from. Raises `InputError` if there is no
        such thing or its networks are others, `ModelError` if it cannot be read.
        """
        shape = Shape(len(recordings.views), recipe.side, recipe.base)
        found = find_generator(name)
        if isinstance(found, Run):
            networks, before, views = load_networks(found)
            if networks.shape != shape or (views, before.rim) != (recordings.views, recipe.rim):
                raise InputError(f"{name}: its networks, views or frame are not those of recipe {recipe.name} here")
            return cls(training_command(found), networks.state_dict())
        card, networks = read_generator(found), Networks(shape).eval()
        files = {"encoder": card.encoder, "generator": card.decoder}
        tensors = {
            f"{part}.{name}": tensor
            for part, file in files.items()
            for name, tensor in read_tensors(found.with_name(file.file)).items()
        }
        pictures = torch.from_numpy(recordings.images).flatten(0, 1)
        pictures = to_network(pictures[:: -(-len(pictures) // EXAMPLES)])
        again = _Again(networks)
        if card.views != recordings.views or load_folded(again, tensors, pictures):
            raise InputError(f"{name}: its networks or views are not those of recipe {recipe.name} here")
        return cls(str(card.training["command"]), networks.state_dict())


class _Again(nn.Module):
    """Pictures encoded and made again: encoder and generator under the names that they have in `Networks`."""

    def __init__(self, networks: Networks) -> None:
        super().__init__()
        self.encoder, self.generator = networks.encoder, networks.generator
        self._shape = networks.shape

    def forward(self, pictures: Tensor) -> Tensor:
        views, z = self.encoder(pictures)
        made: Tensor = self.generator(one_hot(views.argmax(1), self._shape), z)
        return made
