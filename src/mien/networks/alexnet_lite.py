"""AlexNet cut down to three convolutions (Jeon et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, dense, fan_in_uniform, initialise, linear_heads


class AlexNetLite(Feedforward):
    """Three convolutions, each with overlapping pooling, and one wide layer: 42, 21, 10, 5 pixels a side.

    Source: Jeon, Park, Jo, Nang & Kim, "A Real-time Facial Expression Recognizer using Deep Neural Network", IMCOM
    2016, and its Caffe reproduction. Published accuracy on FER2013's PrivateTest: 70.74 %; the reproduction: 70.2 %.

    Confirmed: AlexNet with three convolutions fewer, crops of 42 px. The paper has its layers only as a picture;
    kernels and widths are those of two public networks that follow it (the "medium" network of the same laboratory and
    another Caffe reproduction). Dropout 0.5 and the initialisation, Caffe's "xavier", are chosen.
    """

    size = 42

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                conv(1, 32, 5, 2),
                _pool(),
                conv(32, 32, 4, 1),
                _pool(),
                conv(32, 64, 5, 2),
                _pool(),
                nn.Flatten(),
                dense(64 * 5 * 5, 3072, dropout=0.5),
            ],
            linear_heads(3072, classes),
        )
        initialise(self, fan_in_uniform)


def _pool() -> nn.Module:
    return nn.MaxPool2d(3, 2, ceil_mode=True)  # Caffe rounds the size up
