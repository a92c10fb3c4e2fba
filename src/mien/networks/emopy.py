"""The convolutional network with dropout of EmoPy."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, conv, glorot, initialise, keras_norm, linear_heads


class EmoPy(Feedforward):
    """Three blocks of two 4x4 convolutions with ten maps each, and one linear layer: 48, 45, 22, 11, 5 pixels a side.

    Source: github.com/thoughtworksarts/EmoPy, its `ConvolutionalNNDropout`. Published accuracy on FER2013 with seven
    classes: 65.36 % in validation, 70.45 % in training. All of the layers and their initialisation are confirmed: the
    first convolution is not padded, and no normalisation follows it.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        super().__init__(
            [
                conv(1, 10, 4),
                *_conv_norm(),
                *_pool(),
                *_conv_norm(),
                *_conv_norm(),
                *_pool(),
                *_conv_norm(),
                *_conv_norm(),
                *_pool(),
                nn.Flatten(),
            ],
            linear_heads(10 * 5 * 5, classes),
        )
        initialise(self, glorot)


def _conv_norm() -> list[nn.Module]:
    # "Same" is uneven for a kernel of even side. The normalisation comes after the ReLU, as published.
    return [nn.ZeroPad2d((1, 2, 1, 2)), conv(10, 10, 4), keras_norm(10)]


def _pool() -> list[nn.Module]:
    return [nn.MaxPool2d(2), nn.Dropout(0.5)]
