"""Augmentation as tensor work on whole batches: one resampling for flip, turn, size, shift and crop together."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mien.training.recipe import Augmentation


def augment(images: Tensor, crop: int, size: int, settings: Augmentation, generator: torch.Generator) -> Tensor:
    """Draw one varied crop of each picture.

    Parameters
    ----------
    images : Tensor of uint8, shape (n, h, h)
        Square grey pictures.
    crop : int
        Side of the crop, in pixels of the stored picture.
    size : int
        Side of the result in pixels.
    settings : Augmentation
        How much is varied.
    generator : torch.Generator
        The source of chance, on the CPU, so that every device sees the same draws.

    Returns
    -------
    Tensor of float32, shape (n, 1, size, size)
        Grey values, nominally 0 to 1; bicubic resampling and contrast may leave that range a little.
    """
    n, side = images.shape[0], images.shape[-1]

    def uniform(limit: float, *shape: int) -> Tensor:
        return (torch.rand(n, *shape, generator=generator) * 2 - 1) * limit

    angle = uniform(math.radians(settings.rotation))
    zoom = crop / side / (1 + uniform(settings.scale))
    mirror = torch.randint(0, 2, (n,), generator=generator) * 2 - 1
    shift = uniform(settings.shift, 2) * 2 / side
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    theta = torch.stack(
        [torch.stack([mirror * cos, -sin, shift[:, 0]], 1), torch.stack([mirror * sin, cos, shift[:, 1]], 1)], 1
    )
    faces = images.unsqueeze(1).float() / 255
    grid = F.affine_grid(theta.to(images.device), [n, 1, size, size], align_corners=False)
    faces = F.grid_sample(faces, grid, mode="bicubic", padding_mode="border", align_corners=False)

    contrast = (1 + uniform(settings.contrast, 1, 1, 1)).to(faces.device)
    brightness = uniform(settings.brightness, 1, 1, 1).to(faces.device)
    mean = faces.mean((2, 3), keepdim=True)
    faces = (faces - mean) * contrast + mean + brightness
    return _erase(faces, settings.erase, generator)


def _erase(faces: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Paint a rectangle of 4 to 25 % of the area over some faces, in a random grey."""
    n, size = faces.shape[0], faces.shape[-1]
    area, aspect, x, y, grey, chance = torch.rand(6, n, generator=generator)
    root = (0.04 + 0.21 * area).sqrt() * size
    stretch = (0.5 * 4**aspect).sqrt()  # 1:2 to 2:1
    height, width = root * stretch, root / stretch
    top, left = y * (size - height), x * (size - width)
    pixel = torch.arange(size)
    rows = (pixel >= top[:, None]) & (pixel < (top + height)[:, None])
    columns = (pixel >= left[:, None]) & (pixel < (left + width)[:, None])
    inside = rows[:, :, None] & columns[:, None, :] & (chance < probability)[:, None, None]
    return torch.where(inside[:, None].to(faces.device), grey.view(-1, 1, 1, 1).to(faces.device), faces)
