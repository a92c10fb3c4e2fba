"""The VGG13 of the FER+ paper (Barsoum et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.inputs import PlaneResidual, Resize
from mien.networks.parts import Feedforward, conv, dense, glorot, initialise, linear_heads


class FERPlusVGG13(Feedforward):
    """Ten 3x3 convolutions in four blocks and two hidden layers: 64, 32, 16, 8, 4 pixels a side.

    Source: Barsoum, Zhang, Canton Ferrer & Zhang, "Training Deep Networks for Facial Expression Recognition with
    Crowd-Sourced Label Distribution", ICMI 2016; github.com/microsoft/FERPlus. Published accuracy on FER+'s test set:
    83.9 % by majority voting, 85.0 % with labels drawn from the votes, 84.7 % with cross-entropy (recalled from the
    paper). All of the layers and their initialisation are confirmed, and the plane taken out of each face, which is to
    be equalised beforehand. Faces are enlarged to 64 px about as there; the published code moves the corners by less
    than half a pixel.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        layers: list[nn.Module] = [Resize(64), PlaneResidual(64)]
        channels = 1
        for width, depth in ((64, 2), (128, 2), (256, 3), (256, 3)):
            for _ in range(depth):
                layers.append(conv(channels, width, 3, 1))
                channels = width
            layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        layers += [nn.Flatten(), dense(channels * 4 * 4, 1024, dropout=0.5), dense(1024, 1024, dropout=0.5)]
        super().__init__(layers, linear_heads(1024, classes))
        initialise(self, glorot)
