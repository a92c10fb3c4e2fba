"""Faces made worse as cameras, distance and compression make them, as tensor work on whole batches."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

RESOLUTION = (0.4, 0.9)
"""Share of its side that a face of low resolution has left."""

NOISE = (0.01, 0.06)
"""Standard deviation of the noise, as a share of the grey range."""

QUALITY = (20, 80)
"""Of JPEG."""

LIGHT = (0.08, 0.5)
"""Share of its light that a dark face has left, in whole grey levels."""

_BLOCK = 8
# Luminance, from Annex K of the JPEG standard (ITU-T T.81), which libjpeg scales by the quality.
_LUMINANCE = torch.tensor(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=torch.float32,
)


def degrade(faces: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Make some faces worse, each in one of four ways: lower resolution, noise, compression, or darkness.

    Parameters
    ----------
    faces : Tensor of float32, shape (n, 1, size, size)
        Grey values, nominally 0 to 1.
    probability : float
        Share of the faces that are made worse.
    generator : torch.Generator
        The source of chance, on the CPU.

    Returns
    -------
    Tensor of float32, shape (n, 1, size, size)
        The same faces; those that were not chosen are untouched.
    """
    n, device = len(faces), faces.device
    chance, way, amount = torch.rand(3, n, generator=generator)
    side = round(faces.shape[-1] * float(_between(RESOLUTION, torch.rand(1, generator=generator))))
    spread = _between(NOISE, amount)[:, None, None, None] * torch.randn(faces.shape, generator=generator)
    way = torch.where(chance < probability, (4 * way).floor(), -1)
    worse = faces.clone()
    low, noisy, packed, dark = ((way == kind).nonzero()[:, 0].to(device) for kind in range(4))
    if len(low):
        worse[low] = lower_resolution(faces[low], side)
    worse[noisy] += spread.to(device)[noisy]
    if len(packed):
        worse[packed] = compress(faces[packed], _between(QUALITY, amount).to(device)[packed])
    light = _between(LIGHT, amount).to(device)[dark, None, None, None]
    worse[dark] = (faces[dark] * light * 255).round() / 255
    return worse


def lower_resolution(faces: Tensor, side: int) -> Tensor:
    """Faces as they are after they were once `side` pixels wide."""
    small = F.interpolate(faces, (side, side), mode="bilinear", antialias=True, align_corners=False)
    return F.interpolate(small, faces.shape[-2:], mode="bilinear", align_corners=False)


def compress(faces: Tensor, quality: Tensor) -> Tensor:
    """Faces as they are after JPEG: cosines of blocks of 8x8, rounded to multiples of a table.

    Parameters
    ----------
    faces : Tensor of float32, shape (n, 1, h, w)
        Grey values, nominally 0 to 1.
    quality : Tensor of float32, shape (n,)
        1 to 100, as encoders count it.

    Returns
    -------
    Tensor of float32, shape (n, 1, h, w)
        Multiples of 1/255 from 0 to 1.
    """
    height, width = faces.shape[-2:]
    faces = F.pad(faces, (0, -width % _BLOCK, 0, -height % _BLOCK), mode="replicate")
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality).floor()[:, None, None]
    table = ((_LUMINANCE.to(faces.device) * scale + 50) / 100).floor().clamp(1, 255)[:, None, None, None]
    cosines = _cosines().to(faces.device)
    blocks = (faces.clamp(0, 1) * 255).round() - 128
    blocks = blocks.unfold(2, _BLOCK, _BLOCK).unfold(3, _BLOCK, _BLOCK)  # (n, 1, rows, columns, 8, 8)
    kept = (cosines @ blocks @ cosines.T / table).round() * table
    blocks = (cosines.T @ kept @ cosines + 128).round().clamp(0, 255) / 255
    return blocks.transpose(3, 4).reshape(faces.shape)[..., :height, :width]


def _between(limits: tuple[float, float], share: Tensor) -> Tensor:
    return limits[0] + (limits[1] - limits[0]) * share


def _cosines() -> Tensor:
    """The orthonormal cosine transform of eight numbers (DCT-II), a row a frequency."""
    k, i = torch.arange(_BLOCK)[:, None], torch.arange(_BLOCK)
    rows = torch.cos((2 * i + 1) * k * math.pi / (2 * _BLOCK)) * math.sqrt(2 / _BLOCK)
    rows[0] /= math.sqrt(2)
    return rows
