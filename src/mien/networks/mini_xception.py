"""mini-Xception, the small network of depthwise separable convolutions (Arriaga et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from mien.networks.inputs import Resize
from mien.networks.parts import Heads, glorot, initialise, keras_norm


class MiniXception(nn.Module):
    """Two convolutions, four residual modules of separable convolutions, and the mean of one more convolution a head.

    Source: Arriaga, Valdenegro-Toro & Plöger, "Real-time Convolutional Neural Networks for Emotion and Gender
    Classification", arXiv 1710.07557; github.com/oarriaga/face_classification. Published accuracy on FER2013: 66 % on
    its last 20 % of rows. All of the layers and their initialisation are confirmed. It has 58,423 parameters as Keras
    counts them, with the moving statistics of batch normalisation; 56,951 are learnt.

    Parameters
    ----------
    classes : sequence of int
        The number of classes of each head.
    resized : int
        Side in pixels that faces are enlarged to first: 64 in the paper, 48 (none) in the version of
        github.com/omar178/Emotion-recognition, which reports 66 % on a random 20 %.
    """

    size = 48

    def __init__(self, classes: Sequence[int], resized: int = 64) -> None:
        super().__init__()
        self.input: nn.Module = nn.Identity() if resized == self.size else Resize(resized)
        self.base = nn.Sequential(
            *_conv_norm(1, 8, 3), nn.ReLU(inplace=True), *_conv_norm(8, 8, 3), nn.ReLU(inplace=True)
        )
        side, channels = resized - 4, 8
        modules = []
        for width in (16, 32, 64, 128):
            modules.append(XceptionModule(channels, width, side))
            side, channels = (side + 1) // 2, width
        self.residual = nn.Sequential(*modules)
        self.heads = Heads(nn.Conv2d(channels, k, 3, padding=1) for k in classes)
        initialise(self, glorot)

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        maps = self.heads(self.residual(self.base(self.input(faces))))
        return tuple(m.mean((2, 3)) for m in maps)


class XceptionModule(nn.Module):
    """Two separable convolutions and a max pooling beside a strided 1x1 convolution; halves the resolution.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    side : int
        Side in pixels of the maps that come in; it decides where TensorFlow's "same" padding falls.
    """

    def __init__(self, inputs: int, outputs: int, side: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *_separable(inputs, outputs),
            nn.ReLU(inplace=True),
            *_separable(outputs, outputs),
            # Maps of an even side are padded below and to the right, where rounding up does the same.
            nn.MaxPool2d(3, 2, padding=side % 2, ceil_mode=True),
        )
        self.shortcut = nn.Sequential(EveryOther(inputs, outputs, 1, stride=2, bias=False), keras_norm(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x) + self.shortcut(x)
        return y


class EveryOther(nn.Conv2d):
    """A 1x1 convolution with a stride.

    With AVX-512 and fewer than 16 channels oneDNN writes beyond its memory when it goes back through such a layer
    (github.com/uxlfoundation/oneDNN/issues/6035). So the places are picked first, which is the same; by a
    pooling, since the gradient of a slice lies in memory in another order than all others, for 15 percent of a step.
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.conv2d(F.avg_pool2d(input, 1, self.stride), self.weight, self.bias)


def _conv_norm(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, kernel, bias=False), keras_norm(outputs)]


def _separable(inputs: int, outputs: int) -> list[nn.Module]:
    return [nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False), *_conv_norm(inputs, outputs, 1)]
