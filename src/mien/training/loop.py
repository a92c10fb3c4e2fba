"""The training loop: one page from pictures to averaged weights."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mien.datasets import FaceData
from mien.networks import make_network
from mien.training.augment import augment
from mien.training.preparation import make_targets, normalise
from mien.training.recipe import Recipe
from mien.training.run import Run
from mien.training.validation import validate

StepReport = Callable[[int, int, int, float], None]
"""Called after each step with epoch, step, steps an epoch, loss."""


def train(
    run: Run,
    recipe: Recipe,
    training: FaceData,
    validation: FaceData,
    seed: int,
    report: StepReport,
    epoch_done: Callable[[dict[str, float]], None],
) -> list[dict[str, float]]:
    """Train from where the run stands to the end of its recipe.

    Parameters
    ----------
    run : Run
        Where state is kept after each epoch and, if there is some, taken from.
    recipe : Recipe
        How to train.
    training, validation : FaceData
        Faces with FER+ votes; the second is only measured on.
    seed : int
        Same seed, machine and data: same weights. Each epoch draws from its own seed, so a resumed run does too.
    report, epoch_done : callable
        Told of each step, and of each epoch's metrics.

    Returns
    -------
    list of dict
        The metrics of each epoch.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = make_network(recipe.network, device)
    average = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = make_optimizer(network, recipe)
    first_epoch = 0
    if (state := run.load_state()) is not None:
        first_epoch = int(state["epoch"])
        restore(state, network, average, optimizer)
    metrics = run.metrics[:first_epoch]  # a run killed while it saved may have a line more

    images = torch.from_numpy(training.images).to(device)
    targets = make_targets(training, recipe.label_smoothing).to(device)
    steps = math.ceil(len(training) / recipe.batch_size)
    for epoch in range(first_epoch, recipe.epochs):
        started = time.perf_counter()
        generator = torch.Generator().manual_seed(seed * 100_003 + epoch)
        network.train()
        total = 0.0
        for step, rows in enumerate(batches(len(training), recipe.batch_size, generator)):
            set_learning_rate(optimizer, learning_rate(recipe, epoch + step / steps))
            rows = rows.to(device)
            faces = augment(images[rows], recipe.crop, recipe.size_at(epoch), recipe.augmentation, generator)
            loss = training_step(network, optimizer, normalise(faces), targets[rows], recipe.ferplus_weight)
            update_average(average, network, recipe.ema_decay, epoch * steps + step)
            total += loss
            report(epoch, step + 1, steps, loss)
        row = {"epoch": epoch + 1, "loss": total / steps, "lr": learning_rate(recipe, epoch + 1.0)}
        row |= validate(average, recipe, validation, device)
        row["seconds"] = round(time.perf_counter() - started, 1)
        metrics.append(row)
        run.save_epoch(metrics, snapshot(epoch + 1, network, average, optimizer), average)
        epoch_done(row)
    return metrics


def batches(n: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Shuffled row numbers, each once."""
    order = torch.randperm(n, generator=generator)
    return (order[start : start + size] for start in range(0, n, size))


def training_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, faces: Tensor, targets: Tensor, ferplus_weight: float
) -> float:
    """One step of gradient descent; returns the loss before it."""
    with torch.autocast(faces.device.type, torch.bfloat16, enabled=bfloat16_is_fast(faces.device)):
        ekman, ferplus = network(faces)
    classes = ekman.shape[1]
    loss = F.cross_entropy(ekman.float(), targets[:, :classes])
    loss = loss + ferplus_weight * F.cross_entropy(ferplus.float(), targets[:, classes:])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def bfloat16_is_fast(device: torch.device) -> bool:
    """Whether the hardware computes in bfloat16; without it the emulation is ten times slower than float32."""
    return device.type == "cuda" or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.SGD:
    """Nesterov SGD whose weight decay spares biases and normalisation."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    spared = [p for p in network.parameters() if p.ndim <= 1]
    return torch.optim.SGD(
        [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": spared, "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
        momentum=recipe.momentum,
        nesterov=True,
    )


def learning_rate(recipe: Recipe, epoch: float) -> float:
    """Linear warm-up, then half a cosine down to zero."""
    if epoch < recipe.warmup_epochs:
        return recipe.learning_rate * max(epoch, 1e-3) / recipe.warmup_epochs
    done = (epoch - recipe.warmup_epochs) / max(recipe.epochs - recipe.warmup_epochs, 1)
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * done))


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """For all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = rate


@torch.no_grad()
def update_average(average: dict[str, Tensor], network: nn.Module, decay: float, step: int) -> None:
    """Move the averaged weights and normalisation statistics a little towards the network's."""
    decay = min(decay, (1 + step) / (10 + step))  # a short memory while the first weights are still noise
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            average[name].lerp_(tensor, 1 - decay)
        else:
            average[name].copy_(tensor)


def snapshot(
    epoch: int, network: nn.Module, average: dict[str, Tensor], optimizer: torch.optim.Optimizer
) -> dict[str, Tensor]:
    """All tensors that the next epoch starts from, by name."""
    state = {"epoch": torch.tensor(epoch)}
    state |= {f"network.{name}": t for name, t in network.state_dict().items()}
    state |= {f"average.{name}": t for name, t in average.items()}
    for name, parameter in network.named_parameters():
        state[f"momentum.{name}"] = optimizer.state[parameter]["momentum_buffer"]
    return state


def restore(
    state: dict[str, Tensor], network: nn.Module, average: dict[str, Tensor], optimizer: torch.optim.Optimizer
) -> None:
    """Undo `snapshot`."""
    network.load_state_dict({name: state[f"network.{name}"] for name in average})
    for name, tensor in average.items():
        tensor.copy_(state[f"average.{name}"])
    for name, parameter in network.named_parameters():
        buffer = torch.empty_like(parameter).copy_(state[f"momentum.{name}"])
        optimizer.state[parameter]["momentum_buffer"] = buffer
