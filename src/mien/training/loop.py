"""The training loop: one page from pictures to weights."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor, nn

from mien.datasets import FaceData
from mien.errors import InputError, TrainingError
from mien.models.preparation import prepare
from mien.networks import make_network
from mien.networks.inputs import PixelStatistics
from mien.training.augment import augment
from mien.training.losses import LOSSES, class_weights, draw_labels
from mien.training.memory import keep_freed_memory
from mien.training.optimizer import clamp_gradients, make_optimizer, set_learning_rate
from mien.training.precision import bfloat16_is_fast
from mien.training.recipe import Recipe
from mien.training.run import Run
from mien.training.state import restore, snapshot, start_average, update_average
from mien.training.targets import can_learn, limit_per_class, make_targets
from mien.training.teacher import ask_teacher, heed
from mien.training.validation import validate
from mien.training.workers import join_workers

StepReport = Callable[[int, int, int, float], None]
"""Called now and then with epoch, step, steps an epoch and the mean loss of the epoch so far."""

REPORT_EVERY = 10  # steps; to ask for the loss makes an accelerator wait


def train(
    run: Run,
    recipe: Recipe,
    training: FaceData,
    validation: FaceData,
    seed: int,
    report: StepReport,
    epoch_done: Callable[[dict[str, float]], None],
    until: float = math.inf,
    start: Mapping[str, Tensor] | None = None,
) -> list[dict[str, float]]:
    """Train from where the run stands to the end of its recipe.

    Parameters
    ----------
    run : Run
        Where state is kept after each epoch and, if there is some, taken from.
    recipe : Recipe
        How to train.
    training, validation : FaceData
        Faces; the second is only measured on.
    seed : int
        Same seed, machine and data: same weights. Each epoch draws from its own seed, so a resumed run does too.
    report, epoch_done : callable
        Told of each step, and of each epoch's metrics.
    until : float
        A time of `time.monotonic`: no epoch is begun that would likely end after it, but for the first of a run.
    start : mapping of Tensor, optional
        Weights of the same network to begin with, in the place of random ones.

    Returns
    -------
    list of dict
        The metrics of each epoch.

    Raises
    ------
    InputError
        If the faces are smaller than the recipe's crops.
    TrainingError
        If the loss is not a number any more.
    """
    if (side := training.images.shape[-1]) < recipe.crop:
        raise InputError(f"recipe {recipe.name} is for faces of {recipe.crop} pixels a side, and these have {side}")
    worker = join_workers()
    device = worker.device
    keep_freed_memory()
    torch.backends.cudnn.deterministic = True
    torch.manual_seed(seed)
    training = limit_per_class(training, recipe.per_class)
    images = torch.from_numpy(prepare(training.images, recipe.preparation)).to(device)
    network = make_network(recipe.network, recipe.classes, device)
    fit_inputs(network, images, recipe)
    if start is not None:
        network.load_state_dict(start)
    average = start_average(network) if recipe.ema_decay else {}
    optimizer = make_optimizer(network, recipe.optimizer)
    first_epoch = 0
    if (state := run.load_state()) is not None:
        first_epoch = int(state["epoch"])
        restore(state, network, average, optimizer)
    metrics = run.metrics[:first_epoch]  # a run killed while it saved may have a line more

    loss_of = Objectives(recipe, training, device)
    parallel = worker.join(network)
    steps = math.ceil((len(training) - 1) / recipe.batch_size)
    for epoch in range(first_epoch, recipe.epochs):
        if out_of_patience(metrics, recipe.patience):
            break
        if metrics and time.monotonic() + metrics[-1]["seconds"] > until:
            break
        started = time.perf_counter()
        order = torch.Generator().manual_seed(seed * 100_003 + epoch)  # the same for all workers
        chance = torch.Generator().manual_seed((seed * 100_003 + epoch) * worker.count + worker.rank)
        torch.manual_seed(chance.initial_seed())  # dropout
        network.train()
        total, seen = torch.zeros((), device=device), 0
        for step, rows in enumerate(batches(len(training), recipe.batch_size, order)):
            rate = recipe.schedule.factor(epoch + step / steps, recipe.epochs, metrics)
            set_learning_rate(optimizer, recipe.optimizer.learning_rate * rate)
            for part in worker.share(rows).chunk(recipe.accumulate):
                part = part.to(device)
                faces = augment(images[part], recipe.crop, recipe.size_at(epoch), recipe.augmentation, chance)
                loss = loss_of(parallel, normalise(faces, recipe), part, chance)
                torch.autograd.backward(loss * (len(part) * worker.count / len(rows)))
                total, seen = total + loss.detach() * len(part), seen + len(part)
            clamp_gradients(network, recipe.optimizer.clamp)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if recipe.ema_decay:
                update_average(average, network, recipe.ema_decay, epoch * steps + step)
            if step % REPORT_EVERY == REPORT_EVERY - 1 or step == steps - 1:
                report(epoch, step + 1, steps, float(total) / seen)
        if not math.isfinite(float(total)):
            raise TrainingError(f"recipe {recipe.name}, epoch {epoch + 1}: the loss is not a number any more")
        seconds = time.perf_counter() - started
        weights = average or network.state_dict()
        row = {"epoch": epoch + 1, "loss": float(total) / seen, "lr": recipe.optimizer.learning_rate * rate}
        row |= validate(weights, recipe, validation, device) | {"seconds": round(seconds, 1)}
        metrics.append(row)
        if worker.leads:
            state = snapshot(epoch + 1, network, average, optimizer)
            run.save_epoch(metrics, state, weights if is_kept(metrics, recipe) else None)
        epoch_done(row)
        worker.wait()
    return metrics


class Objectives:
    """The loss of a recipe: the weighted sum over heads.

    Parameters
    ----------
    recipe : Recipe
        Its objectives, one a head of the network.
    data : FaceData
        The training faces. Heads that they have nothing to say of are left alone.
    device : torch.device
        Where the targets are kept.
    """

    def __init__(self, recipe: Recipe, data: FaceData, device: torch.device) -> None:
        self._heads = []
        answers = ask_teacher(recipe, data)
        for head, objective in enumerate(recipe.objectives):
            if can_learn(data, objective):
                targets = make_targets(data, objective)
                if answers:
                    targets = heed(targets, answers[head], recipe.teacher_share)
                targets = targets.to(device)
                weights = class_weights(targets) if objective.class_weights else None
                self._heads.append((head, objective, targets, weights))

    def __call__(self, network: nn.Module, faces: Tensor, rows: Tensor, generator: torch.Generator) -> Tensor:
        with torch.autocast(faces.device.type, torch.bfloat16, enabled=bfloat16_is_fast(faces.device)):
            outputs = network(faces)
        total = torch.zeros((), device=faces.device)
        for head, objective, targets, weights in self._heads:
            target = targets[rows]
            if objective.votes == "probability":  # the one mode in which each presentation draws its label
                target = draw_labels(target, generator)
            total = total + objective.weight * LOSSES[objective.loss](outputs[head].float(), target, weights)
        return total


def normalise(faces: Tensor, recipe: Recipe) -> Tensor:
    """Grey values 0 to 1, to what the network takes."""
    return ((faces - recipe.mean) / recipe.std).contiguous(memory_format=torch.channels_last)


def fit_inputs(network: nn.Module, images: Tensor, recipe: Recipe) -> None:
    """Let those parts of a network that take statistics of the training faces take them."""
    edge = (images.shape[-1] - recipe.crop) // 2
    inside = slice(edge, edge + recipe.crop)
    for module in network.modules():
        if isinstance(module, PixelStatistics):
            module.fit(normalise(images[:, None, inside, inside].float() / 255, recipe))


def batches(n: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Shuffled row numbers, each once; but no batch of a single row, which has no batch statistics."""
    order = torch.randperm(n, generator=generator)
    return (order[start : start + size] for start in range(0, n - 1, size))


def is_kept(metrics: list[dict[str, float]], recipe: Recipe) -> bool:
    """Whether the epoch that ended last gives the weights of the model so far."""
    key = f"{recipe.label_sets[0].name}_accuracy"
    return recipe.selection == "last" or all(metrics[-1][key] > row[key] for row in metrics[:-1])


def out_of_patience(metrics: list[dict[str, float]], patience: int | None) -> bool:
    """Whether the validation loss has not improved for so many epochs."""
    losses = [row["validation_loss"] for row in metrics]
    return patience is not None and len(losses) > patience and min(losses[-patience:]) >= min(losses[:-patience])
