"""The Keras network of Emotion-detection (atulapra)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, dense, glorot, initialise, linear_heads


class Atulapra(Feedforward):
    """Four 3x3 convolutions without padding and one hidden layer: 48, 46, 44, 22, 20, 10, 8, 4 pixels a side.

    Source: github.com/atulapra/Emotion-detection. Published accuracy on FER2013: 63.2 % on PublicTest and PrivateTest
    together. All of the layers and their initialisation are confirmed.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                conv(1, 32, 3),
                conv(32, 64, 3),
                nn.MaxPool2d(2),
                nn.Dropout(0.25),
                conv(64, 128, 3),
                nn.MaxPool2d(2),
                conv(128, 128, 3),
                nn.MaxPool2d(2),
                nn.Dropout(0.25),
                nn.Flatten(),
                dense(128 * 4 * 4, 1024, dropout=0.5),
            ],
            linear_heads(1024, classes),
        )
        initialise(self, glorot)
