"""Augmentation as tensor work on whole batches: one resampling for flip, turn, size, shift and crop together.

Where nothing is turned, sheared or resized, crops are copied and keep their exact pixels.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mien.training.augmentation import Augmentation
from mien.training.degrade import degrade


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
        Grey values, nominally 0 to 1; bicubic resampling, contrast and brightness may leave that range a little.
    """
    n, side = images.shape[0], images.shape[-1]
    angle = _uniform(math.radians(settings.rotation), (n,), generator)
    scale = 1 + _uniform(settings.scale, (n, 1), generator)
    flipped = torch.randint(0, 2, (n,), generator=generator) == 0 if settings.flip else torch.zeros(n, dtype=torch.bool)
    place, whole = _draw_places(n, side - crop, settings, generator)
    shear = _uniform(settings.shear, (n, 2), generator)
    stretch = 1 + _uniform(settings.stretch, (n, 2), generator)

    on_pixels = settings.placement != "continuous" or not settings.shift
    if on_pixels and size == crop and not any((settings.rotation, settings.scale, settings.shear, settings.stretch)):
        faces = _cut(images, crop, place, whole, flipped)
    else:
        # From the result to the picture, both from -1 to 1: mirror, turn, shear, resize, shift.
        cos, sin, (across, down) = angle.cos(), angle.sin(), shear.T
        linear = torch.stack([cos + across * sin, across * cos - sin, sin + down * cos, cos - down * sin], 1)
        resize = torch.where(whole, 1.0, crop / side).unsqueeze(1) * (scale * stretch).reciprocal()
        linear = linear.view(n, 2, 2) * resize.unsqueeze(2)
        linear[:, :, 0] *= torch.where(flipped, -1, 1).unsqueeze(1)
        faces = _resample(images, torch.cat([linear, (place * 2 / side).unsqueeze(2)], 2), size, settings)

    if settings.contrast:
        mean = faces.mean((2, 3), keepdim=True)
        contrast = 1 + _uniform(settings.contrast, (n, 1, 1, 1), generator)
        faces = (faces - mean) * contrast.to(faces.device) + mean
    if settings.brightness:
        faces = faces + _uniform(settings.brightness, (n, 1, 1, 1), generator).to(faces.device)
    if settings.degrade:
        faces = degrade(faces, settings.degrade, generator)
    return _erase(faces, settings.erase, generator) if settings.erase else faces


def _uniform(limit: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """From -limit to limit; zero costs no draw, so what is off changes nothing about the rest."""
    return (torch.rand(shape, generator=generator) * 2 - 1) * limit if limit else torch.zeros(shape)


def _draw_places(n: int, spare: int, settings: Augmentation, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """How far the middle of each crop is from that of the picture, (n, 2) in pixels, and which show the whole."""
    edge, middle = spare / 2, spare // 2 - spare / 2  # the middle is at a whole pixel, as in `align.centre_crop`
    none = torch.zeros(n, dtype=torch.bool)
    match settings.placement:
        case "continuous":
            return middle + _uniform(settings.shift, (n, 2), generator), none
        case "pixels":
            return torch.randint(0, spare + 1, (n, 2), generator=generator) - edge, none
        case "corners" | "whole-and-corners":
            whole = settings.placement == "whole-and-corners"
            fifth = (0.0, 0.0) if whole else (middle, middle)
            places = torch.tensor([(-edge, -edge), (edge, -edge), (-edge, edge), (edge, edge), fifth])
            choice = torch.randint(0, 5, (n,), generator=generator)
            return places[choice], (choice == 4) & whole


def _cut(images: Tensor, crop: int, place: Tensor, whole: Tensor, flipped: Tensor) -> Tensor:
    """Copy the crops out of the pictures; only whole faces change pixels."""
    x, y = (place + (images.shape[-1] - crop) / 2).long().T.to(images.device)
    windows = images.unfold(1, crop, 1).unfold(2, crop, 1)
    faces = windows[torch.arange(len(images), device=images.device), y, x].unsqueeze(1).float() / 255
    if len(rows := whole.nonzero()[:, 0].to(images.device)):
        faces[rows] = _shrink(images[rows].unsqueeze(1).float() / 255, crop)
    return torch.where(flipped.view(-1, 1, 1, 1).to(images.device), faces.flip(3), faces)


def _shrink(faces: Tensor, size: int) -> Tensor:
    """Area averaging, as `align.whole_face` does it for the views that predictions are made from."""
    side = faces.shape[-1]
    pixel, step = torch.arange(side), side / size
    start = torch.arange(size).unsqueeze(1) * step
    overlap = (torch.minimum(start + step, pixel + 1) - torch.maximum(start, pixel)).clamp_min(0) / step
    overlap = overlap.to(faces.device)
    return overlap @ faces @ overlap.T


def _resample(images: Tensor, theta: Tensor, size: int, settings: Augmentation) -> Tensor:
    grid = F.affine_grid(theta.to(images.device), [len(images), 1, size, size], align_corners=False)
    return F.grid_sample(
        images.unsqueeze(1).float() / 255,
        grid,
        mode=settings.interpolation,
        padding_mode="border" if settings.padding == "border" else "reflection",
        align_corners=False,
    )


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
