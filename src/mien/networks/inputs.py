"""What published systems do to each face before their first layer, as modules, so that an exported network carries it.

All take and return faces of shape (n, 1, h, w), if not said otherwise. They run in the first lines of a network and are
not learnt.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Replicate(nn.Module):
    """Grey to three equal channels, for networks made for colour: (n, 1, h, w) to (n, 3, h, w)."""

    def forward(self, faces: Tensor) -> Tensor:
        return faces.expand(-1, 3, -1, -1)


class Resize(nn.Module):
    """To `size` x `size` pixels, bilinear with pixel centres at a half, as OpenCV does."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, faces: Tensor) -> Tensor:
        return F.interpolate(faces, size=(self.size, self.size), mode="bilinear", align_corners=False)


class MinMax(nn.Module):
    """Stretch each face to the range 0 to 1; a face of one grey becomes 0 (Kim et al. 2016)."""

    def forward(self, faces: Tensor) -> Tensor:
        low, high = faces.amin((2, 3), keepdim=True), faces.amax((2, 3), keepdim=True)
        return (faces - low) / _where_positive(high - low)


class Standardise(nn.Module):
    """Give each face mean 0 and standard deviation 1, whatever its light; a face of one grey becomes 0."""

    def forward(self, faces: Tensor) -> Tensor:
        centred = faces - faces.mean((2, 3), keepdim=True)
        return centred / _where_positive(_rms(centred))


class ContrastNorm(Standardise):
    """Subtract each face's mean, then scale it to the L2 norm `norm`; a face of one grey becomes 0 (Tang 2013)."""

    def __init__(self, norm: float) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, faces: Tensor) -> Tensor:
        return super().forward(faces) * (self.norm / math.sqrt(faces[0].numel()))


class PlaneResidual(nn.Module):
    """Subtract the least-squares plane of each face, then divide by the standard deviation (Barsoum et al. 2016).

    The plane is grey = a + b x + c y: the even lighting of a picture. What is left has mean 0 and standard deviation 1;
    a face that is a plane becomes 0.

    Parameters
    ----------
    size : int
        Side of the faces in pixels.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        across = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
        one = torch.ones(size, size, dtype=torch.float64)
        # On a centred grid these three are orthogonal, so that each can be taken out on its own.
        planes = torch.stack([one, across.expand(size, size), across[:, None].expand(size, size)])
        planes /= planes.square().sum((1, 2), keepdim=True).sqrt()
        self.planes: Tensor
        self.register_buffer("planes", planes.float(), persistent=False)

    def forward(self, faces: Tensor) -> Tensor:
        for plane in self.planes.unbind():
            # Sums and not a matrix product, which mixed precision would round to 8 bits.
            faces = faces - (faces * plane).sum((2, 3), keepdim=True) * plane
        return faces / _where_positive(_rms(faces))


class PixelStatistics(nn.Module):
    """Standardise each pixel by its own mean and standard deviation over the training faces.

    Whoever trains a network calls `fit` of every module that has one (``hasattr(module, "fit")``) before the first
    epoch. Until then the statistics are 0 and 1.

    Parameters
    ----------
    size : int
        Side of the faces in pixels.
    before : nn.Module
        What is done to the faces first; `fit` passes them through it too.
    """

    def __init__(self, size: int, before: nn.Module) -> None:
        super().__init__()
        self.before = before
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.zeros(1, 1, size, size))
        self.register_buffer("std", torch.ones(1, 1, size, size))

    @torch.no_grad()
    def fit(self, faces: Tensor) -> None:
        """Measure the statistics of faces as the network gets them: float32 of shape (n, 1, size, size)."""
        std, mean = torch.std_mean(self.before(faces), 0, correction=0, keepdim=True)
        self.mean.copy_(mean)
        self.std.copy_(_where_positive(std))

    def forward(self, faces: Tensor) -> Tensor:
        standard: Tensor = (self.before(faces) - self.mean) / self.std
        return standard


def _rms(faces: Tensor) -> Tensor:
    return faces.square().mean((2, 3), keepdim=True).sqrt()


def _where_positive(divisor: Tensor) -> Tensor:
    """1 where the divisor is no more than rounding, so that what is flat stays 0."""
    return torch.where(divisor > 1e-6, divisor, torch.ones_like(divisor))
