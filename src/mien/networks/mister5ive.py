"""The two TensorFlow networks of Mister5ive."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, dense, glorot, initialise, linear_heads, residual_stages


class Mister5iveVGG(Feedforward):
    """Four convolutions with pooling and two hidden layers: 48, 24, 12, 6, 3 pixels a side.

    Source: github.com/Mister5ive. Published accuracy on FER2013: 54 %. Confirmed: the widths, the hidden layers and the
    dropout. Chosen: one 3x3 convolution a width, which keeps the size, pooling by 2, and the initialisation.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        layers: list[nn.Module] = []
        channels = 1
        for width in (16, 32, 64, 128):
            layers += [conv(channels, width, 3, 1), nn.MaxPool2d(2)]
            channels = width
        layers += [nn.Flatten(), dense(channels * 3 * 3, 1024, dropout=0.5), dense(1024, 1024, dropout=0.5)]
        super().__init__(layers, linear_heads(1024, classes))
        initialise(self, glorot)


class Mister5iveResNet(Feedforward):
    """Two convolutions, a pooling and four stages of two basic blocks: 48, 24, 12, 6, 3 pixels a side.

    Source: github.com/Mister5ive. Published accuracy on FER2013: 48 %. Confirmed: the widths and the number of blocks.
    Chosen: 3x3 convolutions, the block of He et al. 2016, the mean over the picture at the end, and the initialisation.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                conv(1, 16, 3, 1),
                conv(16, 16, 3, 1),
                nn.MaxPool2d(2),
                residual_stages(16, (16, 32, 64, 128), (2, 2, 2, 2)),
                nn.AdaptiveAvgPool2d(1),
                nn.Flatten(),
            ],
            linear_heads(128, classes),
        )
        initialise(self, glorot)
