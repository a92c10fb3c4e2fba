"""What several networks are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn


class Heads(nn.ModuleList):
    """Modules that read the same features; returns a tuple of their outputs."""

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        return tuple(head(features) for head in self)


def linear_heads(features: int, classes: Sequence[int]) -> Heads:
    """One linear layer a head, from (n, features) to logits of shape (n, k)."""
    return Heads(nn.Linear(features, k) for k in classes)


class Feedforward(nn.Module):
    """Layers one after the other, then the heads.

    Parameters
    ----------
    body : iterable of nn.Module
        From faces of shape (n, 1, size, size) to the features.
    heads : Heads
        From the features to one (n, k) tensor of logits a head.
    """

    size: int

    def __init__(self, body: Iterable[nn.Module], heads: Heads) -> None:
        super().__init__()
        self.body = nn.Sequential(*body)
        self.heads = heads

    def forward(self, faces: Tensor) -> tuple[Tensor, ...]:
        logits: tuple[Tensor, ...] = self.heads(self.body(faces))
        return logits


def conv(inputs: int, outputs: int, kernel: int, padding: int = 0) -> nn.Sequential:
    """Convolution with bias, ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=padding), nn.ReLU(inplace=True))


def dense(inputs: int, outputs: int, dropout: float) -> nn.Sequential:
    """Fully connected layer with bias, ReLU, dropout of a share `dropout` of the outputs."""
    return nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(inplace=True), nn.Dropout(dropout))


class BasicBlock(nn.Module):
    """Two 3x3 convolutions around a shortcut, which is a strided 1x1 convolution where the shape changes (He 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.residual(x) + self.shortcut(x))


def residual_stages(inputs: int, widths: Sequence[int], depths: Sequence[int]) -> nn.Sequential:
    """Stages of basic blocks; each but the first halves the resolution."""
    blocks: list[nn.Module] = []
    for stage, (width, depth) in enumerate(zip(widths, depths, strict=True)):
        for block in range(depth):
            blocks.append(BasicBlock(inputs, width, stride=2 if stage > 0 and block == 0 else 1))
            inputs = width
    return nn.Sequential(*blocks)


def keras_norm(channels: int, dimensions: int = 2) -> nn.Module:
    """Batch normalisation with the constants that Keras has by default, over pictures (2) or vectors (1)."""
    norm = nn.BatchNorm2d if dimensions == 2 else nn.BatchNorm1d
    return norm(channels, eps=1e-3, momentum=0.01)


def initialise(network: nn.Module, weights: Callable[[Tensor], object]) -> None:
    """Draw the weights of all convolutions and linear layers; set their biases to 0."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            weights(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def glorot(weight: Tensor) -> None:
    """Uniform of variance 2 / (fan in + fan out), the default of Keras (Glorot & Bengio 2010)."""
    nn.init.xavier_uniform_(weight)


def fan_in_uniform(weight: Tensor) -> None:
    """Uniform of variance 1 / fan in: "xavier" in Caffe, "uniform_scaling" in TFLearn."""
    bound = math.sqrt(3 / weight[0].numel())
    nn.init.uniform_(weight, -bound, bound)
