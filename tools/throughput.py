"""Pictures a second in training: this project's loop against a plain loop over single pictures, in one run.

The plain loop is what tutorials write: for each picture of a batch, OpenCV varies it, the network runs forward and
backward on it alone in float32, and gradients add up to the step of the batch. A third row varies pictures one by one
but runs the network on the batch.

    python tools/throughput.py fer2013:PATH alexnet-lite-short mini-xception-short
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import Callable

import cv2
import numpy as np
import torch
from torch import Tensor

from mien.datasets import read_data
from mien.networks import make_network
from mien.training.augment import augment
from mien.training.loop import Objectives, normalise
from mien.training.optimizer import make_optimizer
from mien.training.recipe import Recipe
from mien.training.recipes import get_recipe

SECONDS = 20.0  # for each row


def vary_one(picture: np.ndarray, recipe: Recipe) -> Tensor:
    """One varied crop by OpenCV, as `augment` draws it for a batch."""
    settings, side, crop = recipe.augmentation, picture.shape[0], recipe.crop
    angle, scale = random.uniform(-1, 1) * settings.rotation, 1 + random.uniform(-1, 1) * settings.scale
    matrix = cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), angle, scale)
    matrix[:, 2] += [random.uniform(-1, 1) * settings.shift - (side - crop) / 2 for _ in range(2)]
    face = cv2.warpAffine(picture, matrix, (crop, crop), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if random.random() < 0.5:
        face = face[:, ::-1]
    face = face.astype(np.float32) / 255
    face = (face - face.mean()) * (1 + random.uniform(-1, 1) * settings.contrast) + face.mean()
    face += random.uniform(-1, 1) * settings.brightness
    if random.random() < settings.erase:
        height, width = random.randint(crop // 5, crop // 2), random.randint(crop // 5, crop // 2)
        top, left = random.randint(0, crop - height), random.randint(0, crop - width)
        face[top : top + height, left : left + width] = random.random()
    return torch.from_numpy((face - recipe.mean) / recipe.std)[None, None]


def main(spec: str, names: list[str]) -> None:
    """Print one table."""
    training = read_data(spec, "train")
    images = torch.from_numpy(training.images)
    print("| recipe | batches | pictures varied one by one | all one by one | ratio |\n|---|---|---|---|---|")
    for name in names:
        recipe = get_recipe(name)
        rates = [rate(way, recipe, training, images) for way in (in_batches, varied_singly, one_by_one)]
        print(
            f"| {name} | {rates[0]:.0f}/s | {rates[1]:.0f}/s | {rates[2]:.0f}/s | {rates[0] / rates[2]:.1f} |",
            flush=True,
        )


Step = Callable[[Tensor], None]


def rate(way: Callable[..., Step], recipe: Recipe, training: object, images: Tensor) -> float:
    """Pictures a second of one way to train."""
    torch.manual_seed(0)
    network = make_network(recipe.network, recipe.classes).train()
    optimizer = make_optimizer(network, recipe.optimizer)
    step = way(recipe, network, Objectives(recipe, training, torch.device("cpu")), images)
    order, done, started = torch.randperm(len(images)), 0, math.nan
    for number in range(10**9):
        rows = order[torch.arange(number * recipe.batch_size, (number + 1) * recipe.batch_size) % len(images)]
        step(rows)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if number == 0:  # the first step makes buffers
            started = time.perf_counter()
            continue
        done += len(rows)
        if time.perf_counter() - started > SECONDS:
            break
    return done / (time.perf_counter() - started)


def in_batches(recipe: Recipe, network: torch.nn.Module, loss_of: Objectives, images: Tensor) -> Step:
    """This project's loop."""
    chance = torch.Generator().manual_seed(0)

    def step(rows: Tensor) -> None:
        faces = augment(images[rows], recipe.crop, recipe.crop, recipe.augmentation, chance)
        loss_of(network, normalise(faces, recipe), rows, chance).backward()

    return step


def varied_singly(recipe: Recipe, network: torch.nn.Module, loss_of: Objectives, images: Tensor) -> Step:
    """Pictures varied one by one, the network run on the batch."""
    chance, pictures = torch.Generator(), images.numpy()

    def step(rows: Tensor) -> None:
        faces = torch.cat([vary_one(pictures[row], recipe) for row in rows.tolist()])
        loss_of(network, faces, rows, chance).backward()

    return step


def one_by_one(recipe: Recipe, network: torch.nn.Module, loss_of: Objectives, images: Tensor) -> Step:
    """Everything one by one."""
    chance, pictures = torch.Generator(), images.numpy()
    network.to(memory_format=torch.contiguous_format)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d | torch.nn.BatchNorm1d):
            module.eval()  # one picture has no batch statistics

    def step(rows: Tensor) -> None:
        for row in rows:
            loss = loss_of(network, vary_one(pictures[int(row)], recipe), row[None], chance)
            (loss / len(rows)).backward()

    return step


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
