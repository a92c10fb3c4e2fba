"""The default network: a compact residual CNN with squeeze-and-excitation and one linear head a label set."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mien.networks.inputs import Standardise
from mien.networks.parts import linear_heads


class SqueezeExcite(nn.Module):
    """Channel attention (Hu et al. 2018, "Squeeze-and-Excitation Networks", eq. 2-4)."""

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // reduction)
        self.excite = nn.Linear(channels // reduction, channels)

    def forward(self, x: Tensor) -> Tensor:
        scale = self.excite(torch.relu(self.squeeze(x.mean((2, 3)))))
        return x * torch.sigmoid(scale)[:, :, None, None]


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2016).

    Where the resolution halves, the shortcut averages before its 1x1 convolution instead of throwing three quarters
    of the pixels away (He et al. 2019, "Bag of Tricks", ResNet-D).
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.attention = SqueezeExcite(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False),
                nn.Conv2d(inputs, outputs, 1, bias=False),
                nn.BatchNorm2d(outputs),
            )
        # Each block starts as its shortcut, so that a deep stack trains from the first step (Goyal et al. 2017).
        nn.init.zeros_(self.norm2.weight)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.norm1(self.conv1(x)))
        y = self.attention(self.norm2(self.conv2(y)))
        return torch.relu(y + self.shortcut(x))


class MienNet(nn.Module):
    """A stem, then stages that each halve it, then the mean over the picture and the heads.

    Parameters
    ----------
    classes : sequence of int
        The number of classes of each head.
    stem, stem_stride : int
        Channels of the first convolution, and its stride: 2 looks at a quarter of the places.
    stem_depth : int
        Residual blocks behind it, at its resolution.
    widths, depths : sequence of int
        Channels and residual blocks of each stage.
    standardise : bool
        Whether each face is first brought to the same mean and contrast, so that its light makes no difference.

    Notes
    -----
    Takes float tensors of shape (n, 1, h, w) of any size from 16 px; returns one (n, k) tensor of logits a head.
    """

    size = 44

    def __init__(
        self,
        classes: Sequence[int],
        stem: int = 24,
        widths: Sequence[int] = (32, 64, 160),
        depths: Sequence[int] = (1, 2, 2),
        stem_stride: int = 1,
        stem_depth: int = 0,
        standardise: bool = False,
    ) -> None:
        super().__init__()
        self.inputs: nn.Module = Standardise() if standardise else nn.Identity()
        self.stem = nn.Sequential(nn.Conv2d(1, stem, 3, stem_stride, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU())
        blocks: list[nn.Module] = [ResidualBlock(stem, stem, stride=1) for _ in range(stem_depth)]
        channels = stem
        for width, depth in zip(widths, depths, strict=True):
            for i in range(depth):
                blocks.append(ResidualBlock(channels, width, stride=2 if i == 0 else 1))
                channels = width
        self.blocks = nn.Sequential(*blocks)
        self.heads = linear_heads(channels, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        logits: tuple[Tensor, ...] = self.heads(self.features(faces).mean((2, 3)))
        return logits

    def features(self, faces: Tensor) -> Tensor:
        """What the heads take the mean of, (n, channels, h', w'), not negative."""
        features: Tensor = self.blocks(self.stem(self.inputs(faces)))
        return features
