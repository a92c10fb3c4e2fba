"""A trained generator at work on pictures, from its run folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

import numpy as np
import numpy.typing as npt
import torch

from mien.errors import InputError
from mien.training.run import Run
from mien.views.generator.networks import Networks, Shape, one_hot
from mien.views.generator.pairs import from_network, to_network
from mien.views.generator.recipes import GeneratorRecipe

_AT_ONCE = 64


class TrainedGenerator:
    """Encoder and generator as they are after the last epoch of a run.

    Parameters
    ----------
    networks : Networks
        In evaluation mode.
    views : tuple of int
        The yaws that it knows, degrees, ascending.
    rim : float
        What its pictures lack of rendered views (`mien.turning.frame.without_rim`).
    device : torch.device
        Where the networks are.
    """

    def __init__(self, networks: Networks, views: tuple[int, ...], rim: float, device: torch.device) -> None:
        self._networks = networks
        self._device = device
        self.views = views
        self.rim = rim
        self.side = networks.shape.side

    @classmethod
    def load(cls, run: Run) -> Self:
        """The generator of a run, on the accelerator if there is one; raises as `load_networks`."""
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        networks, recipe, views = load_networks(run)
        return cls(networks.to(device).eval(), views, recipe.rim, device)

    @torch.no_grad()
    def turn(self, pictures: npt.NDArray[np.uint8], views: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """The same people in other views.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, side, side, 3)
            RGB, framed as rendered views are, without their rim.
        views : ndarray of int64, shape (n,)
            For each the number of the view that is wanted, counted through `views`.

        Returns
        -------
        ndarray of uint8, shape (n, side, side, 3)
            RGB.
        """
        turned = np.empty_like(pictures)
        for part in _parts(len(pictures)):
            _, z = self._networks.encoder(to_network(torch.from_numpy(pictures[part])).to(self._device))
            wanted = one_hot(torch.from_numpy(views[part]), self._networks.shape).to(self._device)
            turned[part] = from_network(self._networks.generator(wanted, z)).cpu().numpy()
        return turned

    @torch.no_grad()
    def read_views(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """The view that the encoder sees in each picture, as a number, int64 of (n,); `pictures` as for `turn`."""
        read = np.empty(len(pictures), np.int64)
        for part in _parts(len(pictures)):
            logits, _ = self._networks.encoder(to_network(torch.from_numpy(pictures[part])).to(self._device))
            read[part] = logits.argmax(1).cpu().numpy()
        return read


def _parts(n: int) -> Iterator[slice]:
    for start in range(0, n, _AT_ONCE):
        yield slice(start, start + _AT_ONCE)


def load_networks(run: Run) -> tuple[Networks, GeneratorRecipe, tuple[int, ...]]:
    """The networks of a run after its last whole epoch, how they were trained, and the yaws that they know.

    Raises
    ------
    InputError
        If the folder is no run, one of something else, or one whose first epoch has not ended, or if its weights are of
        another recipe.
    """
    try:
        recipe, views = GeneratorRecipe(**run.config["recipe"]), tuple(run.config["views"])
    except (KeyError, TypeError):
        raise InputError(f"{run.folder}: this run did not train a multi-view generator") from None
    networks = Networks(Shape(len(views), recipe.side, recipe.base))
    try:
        networks.load_state_dict(run.load_weights())
    except RuntimeError:
        raise InputError(f"{run.folder}: the weights are not those of recipe {recipe.name}") from None
    return networks, recipe, views
