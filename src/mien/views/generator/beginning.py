"""What a generator's training begins with in the place of random weights: those of another, finished or not."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mien.errors import InputError
from mien.models.files import read_checked
from mien.training.beginning import Beginning
from mien.training.run import Run
from mien.training.unfolding import load_folded, read_tensors
from mien.turning import RENDERED_VIEWS, read_generator
from mien.views.generator.export import training_command
from mien.views.generator.finished import find_generator
from mien.views.generator.networks import Networks, Shape, one_hot
from mien.views.generator.pairs import Recordings, to_network
from mien.views.generator.recipes import GeneratorRecipe
from mien.views.generator.trained import load_networks

EXAMPLES = 512
"""How many pictures the statistics of batch normalisation are of, spread evenly."""


def begin_with(name: str, recipe: GeneratorRecipe, recordings: Recordings) -> Beginning:
    """The weights of a run's folder, of a card, or of the generator that comes with the package.

    What a card's files lack, the discriminator and the layer that reads expressions, is fresh.

    Parameters
    ----------
    name : str
        Folder, card, or name.
    recipe : GeneratorRecipe
        By which they go on.
    recordings : Recordings
        What they learn from.

    Raises
    ------
    InputError
        If there is no such thing, or its networks, its views or its frame are others.
    ModelError
        If the card cannot be read, or its files are missing or others.
    """
    shape = Shape(len(recordings.views), recipe.side, recipe.base)
    other = InputError(f"{name}: its networks, views or frame are not those of recipe {recipe.name} here")
    found = find_generator(name)
    if isinstance(found, Run):
        networks, before, views = load_networks(found)
        if (networks.shape, views, before.rim) != (shape, recordings.views, recipe.rim):
            raise other
        return Beginning(training_command(found), networks.state_dict())
    card, networks = read_generator(found), Networks(shape).eval()
    if (card.views, card.framing) != (recordings.views, RENDERED_VIEWS.without_rim(recipe.rim)):
        raise other
    tensors = {
        f"{part}.{name}": tensor
        for part, file in (("encoder", card.encoder), ("generator", card.decoder))
        for name, tensor in read_tensors(read_checked(found.with_name(file.file), file.sha256, found)).items()
    }
    pictures = torch.from_numpy(recordings.images).flatten(0, 1)
    if load_folded(_Again(networks), tensors, to_network(pictures[:: -(-len(pictures) // EXAMPLES)])):
        raise other
    return Beginning(str(card.training["command"]), networks.state_dict())


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
