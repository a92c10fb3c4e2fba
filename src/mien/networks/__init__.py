"""PyTorch networks, one system a file. Importing this needs the extra ``train``.

A network takes faces of shape (n, 1, size, size), float32: grey levels from 0 to 1 after the subtraction of one mean
and the division by one standard deviation, both chosen by the recipe. `size` is an attribute of the network, the side
in pixels of the crop that it is published for. Whatever else a system does to a face is a module at its front
(`mien.networks.inputs`). It returns a tuple with one (n, k) tensor of logits a head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import nn

from mien.errors import UnknownName
from mien.networks.alexnet_lite import AlexNetLite
from mien.networks.atulapra import Atulapra
from mien.networks.emopy import EmoPy
from mien.networks.ferplus_vgg13 import FERPlusVGG13
from mien.networks.five_class import FiveClass
from mien.networks.isseu import Isseu
from mien.networks.kernel import DROPOUT, KERNELS, KernelNetwork
from mien.networks.mien_net import MienNet
from mien.networks.mini_xception import MiniXception
from mien.networks.mister5ive import Mister5iveResNet, Mister5iveVGG
from mien.networks.resnet import ResNet
from mien.networks.shillyshallysxy import ShillyShallySXY
from mien.networks.tang import Tang
from mien.networks.vgg19 import VGG19

NETWORKS: dict[str, Callable[[Sequence[int]], nn.Module]] = {
    "mien": partial(MienNet, standardise=True),
    "mien-tiny": partial(MienNet, stem=24, widths=(48, 88, 176), depths=(1, 1, 1), stem_stride=2, standardise=True),
    "mien-large": partial(MienNet, stem_depth=1, depths=(2, 4, 3), standardise=True),
    "alexnet-lite": AlexNetLite,
    "tang": Tang,
    "vgg19": VGG19,
    "resnet18": partial(ResNet, depths=(2, 2, 2, 2)),
    "resnet34": partial(ResNet, depths=(3, 4, 6, 3)),
    **{f"kernel-{k}-{h}": partial(KernelNetwork, kernel=k, hidden=h) for k in KERNELS for h in DROPOUT},
    "mini-xception": MiniXception,
    "mini-xception-48": partial(MiniXception, resized=48),
    "five-class": FiveClass,
    "ferplus-vgg13": FERPlusVGG13,
    "isseu": Isseu,
    "emopy": EmoPy,
    "atulapra": Atulapra,
    "shillyshallysxy": ShillyShallySXY,
    "mister5ive-vgg": Mister5iveVGG,
    "mister5ive-resnet": Mister5iveResNet,
}
"""Factories by the name that recipes use; each takes the number of classes of each head."""


def make_network(name: str, classes: Sequence[int], device: torch.device | str = "cpu") -> nn.Module:
    """A freshly initialised network with one head for each number of classes; raises `UnknownName`.

    It keeps its tensors channels last, which is faster on CPUs with wide vectors and on tensor cores.
    """
    if name not in NETWORKS:
        raise UnknownName("network", name, NETWORKS)
    network = NETWORKS[name](classes).to(device)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
