"""PyTorch networks, one system a file. Importing this needs the extra ``train``."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from mien.errors import UnknownName
from mien.networks.mien_net import MienNet

NETWORKS: dict[str, Callable[[], nn.Module]] = {"mien": MienNet}
"""Factories by the name that recipes use."""


def make_network(name: str, device: torch.device | str = "cpu") -> nn.Module:
    """A freshly initialised network; raises `UnknownName`.

    It keeps its tensors channels last, which is faster on CPUs with wide vectors and on tensor cores.
    """
    try:
        network = NETWORKS[name]()
    except KeyError:
        raise UnknownName("network", name, NETWORKS) from None
    return network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
