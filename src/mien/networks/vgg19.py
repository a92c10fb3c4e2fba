"""VGG19 for small faces (Facial-Expression-Recognition.Pytorch)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.inputs import Replicate
from mien.networks.parts import Feedforward, linear_heads


class VGG19(Feedforward):
    """The sixteen convolutions of VGG19 with batch normalisation, and one linear layer: 44, 22, 11, 5, 2, 1 px a side.

    Source: github.com/WuJie1010/Facial-Expression-Recognition.Pytorch, after Simonyan & Zisserman 2015. Published
    accuracy on FER2013: PublicTest 71.496 %, PrivateTest 73.112 %. All of the layers are confirmed; the initialisation
    is PyTorch's default, as there.
    """

    size = 44

    def __init__(self, classes: Sequence[int]) -> None:
        layers: list[nn.Module] = [Replicate()]
        channels = 3
        for width, depth in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
            for _ in range(depth):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                channels = width
            layers.append(nn.MaxPool2d(2))
        super().__init__([*layers, nn.Flatten(), nn.Dropout(0.5)], linear_heads(channels, classes))
