"""ResNet18 and ResNet34 for small faces (Facial-Expression-Recognition.Pytorch)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from mien.networks.inputs import Replicate
from mien.networks.parts import Feedforward, linear_heads, residual_stages


class ResNet(Feedforward):
    """A 3x3 stem without pooling and four stages of basic blocks: 44, 22, 11, 6 pixels a side.

    Source: github.com/WuJie1010/Facial-Expression-Recognition.Pytorch, after He et al. 2016. Published accuracy of
    ResNet18 on FER2013: PublicTest 71.190 %, PrivateTest 72.973 %. All of its layers are confirmed; ResNet34 is the
    same with the depths of He et al., as a published ensemble used it. The average pooling of 4x4 sees only the top
    left of the last 6x6 map; that is so in the published network. The initialisation is PyTorch's default, as there.

    Parameters
    ----------
    classes : sequence of int
        The number of classes of each head.
    depths : sequence of int
        Blocks of each of the four stages.
    """

    size = 44

    def __init__(self, classes: Sequence[int], depths: Sequence[int]) -> None:
        super().__init__(
            [
                Replicate(),
                nn.Conv2d(3, 64, 3, padding=1, bias=False),
                nn.BatchNorm2d(64),
                nn.ReLU(inplace=True),
                residual_stages(64, (64, 128, 256, 512), depths),
                nn.AvgPool2d(4),
                nn.Flatten(),
                nn.Dropout(0.5),
            ],
            linear_heads(512, classes),
        )
