"""A deeper network that begins with what a shallower one knows (Chen et al. 2016, "Net2Net", section 2.3).

A block of `MienNet` begins as its shortcut. So blocks can be put behind those of a trained network, in each stage, and
at first nothing is said differently; from there on the deeper network learns what the shallower one has no room for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from mien.networks import make_network
from mien.networks.mien_net import MienNet


def grown(network: nn.Module, name: str, classes: Sequence[int]) -> dict[str, Tensor] | None:
    """Weights with which the network of that name says what this one says.

    Parameters
    ----------
    network : nn.Module
        What is known.
    name : str
        Of the deeper network.
    classes : sequence of int
        The number of classes of each head.

    Returns
    -------
    dict of str to Tensor or None
        Its state; further blocks are drawn from a seed of their own, always the same. None if this network has layers
        that the deeper one has not.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        deeper = make_network(name, classes)
    few, many = list(_stages(network)), list(_stages(deeper))
    if len(few) != len(many) or any(len(blocks) > len(more) for blocks, more in zip(few, many, strict=True)):
        return None
    if not few and network.state_dict().keys() != deeper.state_dict().keys():
        return None
    pairs = [pair for stages in zip(few, many, strict=True) for pair in zip(*stages, strict=False)]
    renamed = {f"blocks.{old}.": f"blocks.{new}." for old, new in pairs}
    state = deeper.state_dict()
    for own, tensor in network.state_dict().items():
        block = next((block for block in renamed if own.startswith(block)), "")
        into = renamed.get(block, "") + own.removeprefix(block)
        if into not in state or state[into].shape != tensor.shape:
            return None
        state[into] = tensor
    return {into: tensor.clone() for into, tensor in state.items()}


def _stages(network: nn.Module) -> Iterator[list[int]]:
    """The numbers of the blocks of each stage, those behind the stem first; of a network of another kind no stage."""
    if not isinstance(network, MienNet):
        return
    stage: list[int] = []
    for number, block in enumerate(network.blocks):
        if not isinstance(block.get_submodule("shortcut"), nn.Identity):
            yield stage
            stage = []
        stage.append(number)
    yield stage
