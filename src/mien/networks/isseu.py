"""The smaller AlexNet of emotion-recognition-neural-networks (isseu)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, fan_in_uniform, initialise, linear_heads


class Isseu(Feedforward):
    """Three convolutions, two of them with overlapping pooling, and one wide layer: 48, 24, 12 pixels a side.

    Source: github.com/isseu/emotion-recognition-neural-networks. Published accuracy on FER2013: 67 % on a random 20 %
    of the faces that a detector found again. All of the layers and their initialisation are confirmed. The dropout
    written there as 0.3 is the share that TFLearn keeps.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        hidden = nn.Linear(128 * 12 * 12, 3072)
        super().__init__(
            [
                conv(1, 64, 5, 2),
                nn.MaxPool2d(3, 2, ceil_mode=True),
                conv(64, 64, 5, 2),
                nn.MaxPool2d(3, 2, ceil_mode=True),
                nn.ZeroPad2d((1, 2, 1, 2)),  # a kernel of even side: "same" is uneven
                conv(64, 128, 4),
                nn.Dropout(0.7),
                nn.Flatten(),
                hidden,
                nn.ReLU(inplace=True),
            ],
            linear_heads(3072, classes),
        )
        initialise(self, fan_in_uniform)
        for linear in (hidden, *self.heads):
            nn.init.trunc_normal_(linear.weight, std=0.02, a=-0.04, b=0.04)
