"""The Keras model of five classes (Emotion-Detection)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.parts import Feedforward, glorot, initialise, keras_norm, linear_heads


class FiveClass(Feedforward):
    """Four convolutions in two blocks and one hidden layer, all with batch normalisation: 48, 44, 41, 20, 18, 16, 8 px.

    Source: github.com/gagan16/Emotion-Detection, which tells anger, one class of disgust, fear and surprise, sadness,
    happiness and neutral apart. Its accuracy is not published. All of the layers and their initialisation are
    confirmed. It was trained on grey levels 0 to 255.
    """

    size = 48

    def __init__(self, classes: Sequence[int]) -> None:
        first = nn.Conv2d(1, 64, 5)
        super().__init__(
            [
                first,
                keras_norm(64),
                nn.ReLU(inplace=True),
                *_conv_norm(64, 64, 4),
                nn.MaxPool2d(2),
                nn.Dropout(0.5),
                *_conv_norm(64, 32, 3),
                *_conv_norm(32, 32, 3),
                nn.MaxPool2d(2),
                nn.Dropout(0.5),
                nn.Flatten(),
                nn.Linear(32 * 8 * 8, 128),
                keras_norm(128, dimensions=1),
                nn.ReLU(inplace=True),
                nn.Dropout(0.2),
            ],
            linear_heads(128, classes),
        )
        initialise(self, glorot)
        nn.init.kaiming_normal_(first.weight, nonlinearity="relu")


def _conv_norm(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel), keras_norm(outputs), nn.ReLU(inplace=True)]
