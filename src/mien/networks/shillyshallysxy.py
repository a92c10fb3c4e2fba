"""The Keras network of emotion_classifier (shillyshallysxy)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, dense, glorot, initialise, linear_heads


class ShillyShallySXY(Feedforward):
    """Four convolutions that keep the size, three poolings and two hidden layers: 48, 24, 12, 6 pixels a side.

    Source: github.com/shillyshallysxy/emotion_classifier. Published accuracy on FER2013: about 66 % in validation,
    70.03 % on 2,132 faces of the test set. All of the layers and their initialisation are confirmed.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                conv(1, 32, 1),
                conv(32, 32, 5, 2),
                nn.MaxPool2d(2),
                conv(32, 32, 3, 1),
                nn.MaxPool2d(2),
                conv(32, 64, 5, 2),
                nn.MaxPool2d(2),
                nn.Flatten(),
                dense(64 * 6 * 6, 2048, dropout=0.5),
                dense(2048, 1024, dropout=0.5),
            ],
            linear_heads(1024, classes),
        )
        initialise(self, glorot)
