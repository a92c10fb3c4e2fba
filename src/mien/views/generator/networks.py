"""Encoder, generator and discriminator of CR-GAN, for pictures of 128 pixels a side and smaller ones.

Pictures are (n, 3, side, side), float32 RGB from -1 to 1. A face is 128 numbers: a view, one-hot, and after it all else
(`z`). Views come out of encoder and discriminator as logits, of which the softmax is the probability of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mien.errors import InputError
from mien.views.expressions import EXPRESSIONS

LATENT = 128
"""Numbers a face is made from: as many as there are views, and `z`."""

GRID = 4  # pixels a side where the blocks end and the linear layers begin
PUBLISHED_BASE = 64


@dataclass(frozen=True)
class Shape:
    """The size of the three networks.

    Attributes
    ----------
    views : int
        How many views there are; CR-GAN has 9, rendered views have 13.
    side : int
        Of the pictures, pixels; a power of two. Each halving down to 4x4 is a residual block.
    base : int
        Channels at full resolution. They double with each halving, to eight times as many at most.

    Raises
    ------
    InputError
        If there are no networks of this shape.
    """

    views: int
    side: int = 128
    base: int = PUBLISHED_BASE

    def __post_init__(self) -> None:
        if self.side < 2 * GRID or self.side & (self.side - 1):
            raise InputError(f"the generator's pictures must have 8, 16, 32, 64, 128... pixels a side, not {self.side}")
        if not 2 <= self.views < LATENT:
            raise InputError(f"the generator needs 2 to {LATENT - 1} views, not {self.views}")

    @property
    def z(self) -> int:
        """How many numbers stand for all that is not the view."""
        return LATENT - self.views

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels after each halving: 64, 128, 256, 512, 512 as published."""
        halvings = (self.side // GRID).bit_length() - 1
        return tuple(self.base * min(2**i, 8) for i in range(halvings))


class Networks(nn.Module):
    """The three networks, freshly initialised, and a linear layer that tells `EXPRESSIONS` apart by `z`.

    The layer is no part of the published system, nor of what is exported: it is there for recipes that want `z` to
    hold the expression (`mien.views.generator.recipes.GeneratorRecipe.expression`).

    Weights are drawn from a normal distribution of deviation 0.02, as in the authors' code. Where there are fewer
    channels than published it is wider by the root of the share, so that signals come out as strong as there.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.generator = Generator(shape)
        self.discriminator = Discriminator(shape)
        self.expression = nn.Linear(shape.z, len(EXPRESSIONS))
        deviation = 0.02 * (PUBLISHED_BASE / shape.base) ** 0.5
        for module in self.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                nn.init.normal_(module.weight, 0.0, deviation)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1.0, 0.02)


class Encoder(nn.Module):
    """From pictures to logits of their views, (n, views), and all else about them, `z` of (n, 128 - views)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk = trunk(shape)
        self.view = _head(shape, shape.views)
        self.z = _head(shape, shape.z)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.trunk(pictures)
        return self.view(features), self.z(features)


class Discriminator(nn.Module):
    """From pictures to logits of their views, (n, views), and scores of (n,), higher for real ones.

    It has no normalisation over the batch: the gradient penalty is a property of each picture alone.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk = trunk(shape)
        self.view = _head(shape, shape.views)
        self.score = _head(shape, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.trunk(pictures)
        return self.view(features), self.score(features)[:, 0]


class Generator(nn.Module):
    """From views, one-hot of (n, views), and `z` of (n, 128 - views), to pictures."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        channels = shape.widths[-1]
        self.start = nn.Linear(LATENT, channels * GRID * GRID)
        blocks = []
        for width in (*shape.widths[-2::-1], shape.base):
            blocks.append(Up(channels, width))
            channels = width
        self.blocks = nn.Sequential(*blocks)
        self.finish = nn.Sequential(
            nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, 3, 3, padding=1), nn.Tanh()
        )

    def forward(self, views: Tensor, z: Tensor) -> Tensor:
        grid = self.start(torch.cat([views, z], 1)).unflatten(1, (-1, GRID, GRID))
        pictures: Tensor = self.finish(self.blocks(grid))
        return pictures


class HalvingConv2d(nn.Conv2d):
    """A 3x3 convolution and the mean over 2x2 pixels after it, as one 4x4 convolution of stride 2.

    The result is the same for less than half of the multiplications.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        kernel = F.avg_pool2d(F.pad(self.weight, (1, 1, 1, 1)), 2, stride=1)
        shape = (self.out_channels, self.in_channels, 4, 4)  # said aloud for the export to ONNX
        return F.conv2d(x, kernel.reshape(shape), self.bias, stride=2, padding=1)


class Down(nn.Module):
    """Residual block to half the resolution, without normalisation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.ReLU(),
            HalvingConv2d(outputs, outputs),
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(inputs, outputs, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.residual(x) + self.shortcut(x)
        return result


class Up(nn.Module):
    """Residual block to twice the resolution, with batch normalisation."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
        )
        self.shortcut = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.residual(x) + self.shortcut(x)
        return result


def trunk(shape: Shape) -> nn.Sequential:
    """What encoder and discriminator have in common: from pictures to features of (n, widths[-1] * 16)."""
    layers: list[nn.Module] = [nn.Conv2d(3, shape.base, 3, padding=1)]
    channels = shape.base
    for width in shape.widths:
        layers.append(Down(channels, width))
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def one_hot(views: Tensor, shape: Shape) -> Tensor:
    """Numbers of views, int64 of (n,), as the generator takes them."""
    return F.one_hot(views, shape.views).float()


def _head(shape: Shape, outputs: int) -> nn.Linear:
    return nn.Linear(shape.widths[-1] * GRID * GRID, outputs)
