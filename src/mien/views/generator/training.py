"""The training of the generator: from rendered views to a run folder.

The folder is that of `mien.training.run`, with ``samples/epoch-0001.png`` and so on beside it. Its weights are those of
the three networks after the last epoch, or their moving average where the recipe has one.
"""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from mien.errors import InputError, TrainingError
from mien.training.loop import REPORT_EVERY, StepReport, batches
from mien.training.memory import keep_freed_memory
from mien.training.muon import FreeMuon
from mien.training.run import Run
from mien.training.schedule import Cosine
from mien.training.state import State, restore, snapshot, start_average, update_average
from mien.turning import Turns
from mien.views.generator.losses import face_weights, l1
from mien.views.generator.networks import Networks, Shape, one_hot
from mien.views.generator.pairs import Material, Recordings, to_network
from mien.views.generator.paths import Pairs, Paths, Step
from mien.views.generator.perception import PerceptualLoss
from mien.views.generator.photos import PhotoMaterial, Photos
from mien.views.generator.recipes import GeneratorRecipe
from mien.views.generator.sheets import draw_sheet, write_sheet
from mien.writing import whole_file

IMAGINED_SHARE = 0.5
"""How often the reconstruction path encodes what the generation path made."""

WARM_UP = Cosine(warmup=0.05)
WARM_UP_RATE = 2e-3
"""How the learning rate goes before there is a discriminator, and its highest."""

MEASURED_PAIRS = 256
MEASURED_AT_ONCE = 32


def start_run(
    run: Run,
    recipe: GeneratorRecipe,
    views: tuple[int, ...],
    data: str,
    seed: int,
    also: Sequence[str] = (),
    start: str | None = None,
) -> None:
    """Write the configuration, or raise `InputError` if the folder holds a run that began otherwise.

    `data` and `also` name the views and the photos; they may have been moved. `start` are the commands that make what
    it begins with.
    """
    config: dict[str, Any] = {"recipe": asdict(recipe), "views": list(views), "data": data, "seed": seed}
    config |= {"also": list(also), "start": start}
    path = run.folder / "config.json"
    if path.exists():
        before = run.config
        # Settings that there were not yet when the run began have their defaults.
        before["recipe"] = asdict(GeneratorRecipe("", "")) | before["recipe"]
        if changed := [key for key in ("recipe", "views", "seed", "start") if before.get(key) != config[key]]:
            raise InputError(f"{run.folder} holds a run with another {' and '.join(changed)}; give a new folder")
        return
    run.folder.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        partial.write_text(json.dumps(config, indent=2) + "\n")


def train(
    run: Run,
    recipe: GeneratorRecipe,
    recordings: Recordings,
    seed: int,
    report: StepReport,
    epoch_done: Callable[[dict[str, float]], None],
    photos: tuple[Photos, Turns] | None = None,
    start: State | None = None,
) -> list[dict[str, float]]:
    """Train from where the run stands to the end of its recipe.

    Parameters
    ----------
    run : Run
        Where state is kept after each epoch and, if there is some, taken from; see `start_run`.
    recipe : GeneratorRecipe
        How to train.
    recordings : Recordings
        Rendered views. The last tenth of the people is only looked at.
    seed : int
        Same seed, machine and data: same weights. Each epoch draws from its own seed, so a resumed run does too.
    report, epoch_done : callable
        Told of each step, with the mean `l1` of the epoch so far, and of each epoch's metrics.
    photos : tuple of Photos and Turns, optional
        What else to learn from, as many a step as the recipe says, and how it is turned.
    start : dict of str to Tensor, optional
        The weights to begin with, in the place of random ones.

    Returns
    -------
    list of dict
        The metrics of each epoch: losses of discriminator and maker, each the sum over the paths; `l1` of what was
        reconstructed from real pictures; on people held out, `l1` and the share of views the encoder knew.

    Raises
    ------
    DatasetError
        If there are views of one person only.
    TrainingError
        If a loss is not a number any more.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    keep_freed_memory()
    torch.backends.cudnn.deterministic = True
    torch.manual_seed(seed)
    training, held_out = recordings.split()
    material = Material.of(training, device)
    snaps = None
    if photos:
        average_faces = material.faces.mean(0)  # of each view
        snaps = PhotoMaterial.of(*photos, face_weights(average_faces, recipe.side, recipe.face))
    perceptual = PerceptualLoss.of(recipe.reader, to_network(material.images[:, 0])) if recipe.reader else None
    networks = Networks(Shape(len(recordings.views), recipe.side, recipe.base)).to(device)
    if start:
        networks.load_state_dict(start)
    networks = networks.train().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    average = start_average(networks) if recipe.ema_decay else {}
    shown = copy.deepcopy(networks).eval()
    state = run.load_state()
    first_epoch = 0 if state is None else int(state["epoch"])
    optimizer = make_optimizer(networks, recipe, first_epoch - 1)  # that of the epoch which left the state
    if state is not None:
        restore(state, networks, average, optimizer)
    metrics = run.metrics[:first_epoch]  # a run killed while it saved may have a line more

    pictures = len(training.images) * len(recordings.views)
    steps = math.ceil((pictures - 1) / recipe.batch_size)
    for epoch in range(first_epoch, recipe.epochs):
        started = time.perf_counter()
        if epoch == recipe.warm_up:
            optimizer = make_optimizer(networks, recipe, epoch)
        paths = Paths(networks, optimizer, recipe, perceptual)
        chance = torch.Generator().manual_seed(seed * 100_003 + epoch)
        sums = Sums(device)
        for step, rows in enumerate(batches(pictures, recipe.batch_size, chance)):
            pairs = material.draw_pairs(rows, recipe.face, chance)
            if snaps:
                pairs = pairs.joined(snaps.draw_pairs(recipe.photos, chance))
            if epoch < recipe.warm_up:
                rate = WARM_UP_RATE * WARM_UP.factor(epoch + step / steps, recipe.warm_up, metrics)
                optimizer.param_groups[0]["lr"] = rate
            for made in walk(paths, recipe, epoch, pairs, Draw(len(pairs.first), chance, device), networks.shape.z):
                sums.add(discriminator=made.discriminator, maker=made.maker)
                if made.l1 is not None:
                    sums.add(l1=made.l1)
            if recipe.ema_decay:
                update_average(average, networks, recipe.ema_decay, epoch * steps + step)
            if step % REPORT_EVERY == REPORT_EVERY - 1 or step == steps - 1:
                report(epoch, step + 1, steps, sums.mean("l1"))
        row = {"epoch": epoch + 1, "l1": sums.mean("l1")}
        row |= {name: sums.total(name) / steps for name in ("discriminator", "maker")}
        if not all(map(math.isfinite, (row["discriminator"], row["maker"]))):
            raise TrainingError(f"recipe {recipe.name}, epoch {epoch + 1}: the loss is not a number any more")
        weights = average or networks.state_dict()
        shown.load_state_dict(weights)
        row |= measure(shown, held_out, device) | {"seconds": round(time.perf_counter() - started, 1)}
        metrics.append(row)
        write_sheet(
            run.folder / "samples" / f"epoch-{epoch + 1:04d}.png",
            draw_sheet(shown, held_out, device),
        )
        run.save_epoch(metrics, snapshot(epoch + 1, networks, average, optimizer), weights)
        epoch_done(row)
    return metrics


def make_optimizer(networks: Networks, recipe: GeneratorRecipe, epoch: int) -> torch.optim.Optimizer:
    """Muon in the warm-up; then Adam without momentum, which against a discriminator would do harm."""
    if epoch < recipe.warm_up:
        return FreeMuon(networks.parameters(), WARM_UP_RATE)
    return torch.optim.Adam(networks.parameters(), recipe.learning_rate, betas=(0.0, 0.9))


def walk(paths: Paths, recipe: GeneratorRecipe, epoch: int, pairs: Pairs, draw: Draw, z: int) -> Iterator[Step]:
    """The steps that the recipe takes with a batch of pairs; `z` is how many numbers `Paths.generate` wants."""
    if epoch < recipe.warm_up:
        yield paths.imitate(pairs)
        return
    imagined = None
    if recipe.paths == "both":
        made = paths.generate(pairs, draw.uniform(z) * 2 - 1, draw.uniform())
        imagined = made.made if draw.coin(IMAGINED_SHARE) else None
        yield made
    yield paths.reconstruct(pairs, draw.uniform(), imagined)


class Draw:
    """The chance of one step, drawn on the CPU so that all devices draw the same."""

    def __init__(self, n: int, chance: torch.Generator, device: torch.device) -> None:
        self._n, self._chance, self._device = n, chance, device

    def uniform(self, *shape: int) -> Tensor:
        """From 0 to 1, float32 of (n, *shape)."""
        return torch.rand(self._n, *shape, generator=self._chance).to(self._device)

    def coin(self, share: float) -> bool:
        """True in `share` of the steps."""
        return float(torch.rand((), generator=self._chance)) < share


class Sums:
    """Sums by name, kept on the device: to ask for a number makes an accelerator wait."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._sums: dict[str, tuple[Tensor, int]] = {}

    def add(self, **values: Tensor) -> None:
        """Add one value to each of the named sums."""
        for name, value in values.items():
            total, count = self._sums.get(name, (torch.zeros((), device=self._device), 0))
            self._sums[name] = total + value, count + 1

    def total(self, name: str) -> float:
        """The sum."""
        return float(self._sums[name][0])

    def mean(self, name: str) -> float:
        """The sum over how many were added; not a number if none were."""
        total, count = self._sums.get(name, (torch.zeros(()), 0))
        return float(total) / count if count else math.nan


@torch.no_grad()
def measure(networks: Networks, recordings: Recordings, device: torch.device) -> dict[str, float]:
    """How near reconstructions of up to 256 pictures come to other views, and how often the encoder knows the view.

    The pairs are drawn at random, but the same each time. The networks are in evaluation mode.
    """
    chance = torch.Generator().manual_seed(0)
    material = Material.of(recordings, torch.device("cpu"))
    pictures = len(recordings.images) * len(recordings.views)
    chosen = torch.randperm(pictures, generator=chance)[:MEASURED_PAIRS]
    distance, known = 0.0, 0
    for start in range(0, len(chosen), MEASURED_AT_ONCE):
        rows = chosen[start : start + MEASURED_AT_ONCE]
        pairs = material.draw_pairs(rows, 1.0, chance)
        logits, z = networks.encoder(pairs.first.to(device))
        made = networks.generator(one_hot(pairs.second_views.to(device), networks.shape), z)
        distance += float(l1(made.cpu(), pairs.second)) * len(rows)
        known += int((logits.argmax(1).cpu() == pairs.first_views).sum())
    return {"validation_l1": distance / len(chosen), "validation_view_accuracy": known / len(chosen)}
