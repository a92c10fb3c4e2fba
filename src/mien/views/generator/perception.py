"""A perceptual loss (Johnson et al. 2016): what was made is to look like the real picture to a reader of expressions.

Pixels hardly tell a face from its blurred mean: eyes, mouth and the shades that make an expression are few of them, and
in dark skin few levels. A network that has learnt to read expressions looks at just these, and brings each face to the
same contrast before. It must not know the people on whom the generator is measured.
"""

from __future__ import annotations

from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor

from mien.models import read_card
from mien.models.paths import find_card
from mien.networks import make_network
from mien.networks.mien_net import MienNet
from mien.training.recipes import get_recipe
from mien.training.shipped import load_shipped

LUMINANCE = (0.299, 0.587, 0.114)
SIDE = 48  # of a face as data sets have it
EXAMPLES = 64


class PerceptualLoss:
    """How differently a reader sees two pictures.

    Parameters
    ----------
    reader : MienNet
        Its weights stay as they are.
    mean, std : float
        Grey levels, 0 to 1, less this mean and over this deviation are what it takes.
    crop : int
        Pixels a side of what it takes, the middle of `SIDE` ones.
    """

    def __init__(self, reader: MienNet, mean: float, std: float, crop: int) -> None:
        self._reader = reader.eval().requires_grad_(False)
        self._mean, self._std = mean, std
        self._rim = (SIDE - crop) // 2

    @classmethod
    def of(cls, name: str, pictures: Tensor) -> Self:
        """That of a model which comes with the package.

        Parameters
        ----------
        name : str
            The model, or its card; its network is a `mien.networks.mien_net.MienNet`.
        pictures : Tensor of float32, shape (n, 3, s, s)
            -1 to 1; the reader is put where they are.
        """
        card = find_card(name)
        recipe = get_recipe(str(read_card(card).training["recipe"]))
        grey = ((_grey(pictures[:EXAMPLES])[:, 0] + 1) * 127.5).round().byte().cpu().numpy()
        reader = make_network(recipe.network, recipe.classes)
        reader.load_state_dict(load_shipped(card, recipe, grey))
        assert isinstance(reader, MienNet)
        return cls(reader.to(pictures.device), recipe.mean, recipe.std, recipe.crop)

    def __call__(self, made: Tensor, target: Tensor) -> Tensor:
        """Mean absolute difference of the last features, in shares of the target's mean absolute ones.

        Both are (n, 3, s, s), -1 to 1; gradients go to `made`.
        """
        with torch.no_grad():
            wanted = self._features(target)
        differences = (self._features(made) - wanted).abs().mean((1, 2, 3))
        return (differences / wanted.abs().mean((1, 2, 3))).mean()

    def _features(self, pictures: Tensor) -> Tensor:
        grey = (_grey(pictures) + 1) / 2
        middle = grey[:, :, self._rim : SIDE - self._rim, self._rim : SIDE - self._rim]
        return self._reader.features((middle - self._mean) / self._std)


def _grey(pictures: Tensor) -> Tensor:
    weights = torch.tensor(LUMINANCE, device=pictures.device)[:, None, None]
    grey = (pictures * weights).sum(1, keepdim=True)
    return F.interpolate(grey, SIDE, mode="bilinear", antialias=True)
