"""A run folder: the recipe, the measurements of each epoch and the state from which training goes on.

::

    RUN/config.json      recipe, data, seed, versions
    RUN/metrics.jsonl    one line an epoch
    RUN/state.npz        everything the next epoch needs (no pickles)
    RUN/weights.npz      the weights that are evaluated and exported (averaged, or the best epoch's)
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mien.errors import DatasetError, InputError
from mien.training.recipe import Recipe, restore_recipe
from mien.writing import whole_file


@dataclass(frozen=True)
class Run:
    """A folder in which one training lives."""

    folder: Path

    def start(self, config: dict[str, Any]) -> None:
        """Write the configuration, or make sure that the folder's own is the same."""
        path = self.folder / "config.json"
        if path.exists():
            before = self.config
            # Recipes are compared, not what is written of them: settings that there were not yet when the run began
            # have their defaults. The data may lie elsewhere by now, but must be the same data sets.
            then, now = (
                {
                    "seed": settings["seed"],
                    "data set": [spec[: spec.find(":") + 1] for spec in (settings["data"], *settings.get("also", []))],
                    "start": settings.get("start"),
                }
                for settings in (before, config)
            )
            then["recipe"], now["recipe"] = _recipe_or_none(before["recipe"]), restore_recipe(config["recipe"])
            changed = [key for key in now if then[key] != now[key]]
            if changed:
                raise InputError(
                    f"{self.folder} holds a run with another {' and '.join(changed)}; give a new folder to --out"
                )
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(path, json.dumps(config, indent=2) + "\n")

    @property
    def config(self) -> dict[str, Any]:
        """What `start` wrote."""
        path = self.folder / "config.json"
        try:
            config: dict[str, Any] = json.loads(path.read_text())
            lacking = [key for key in ("recipe", "data", "seed") if key not in config]
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{self.folder}: not a training run ({error})") from None
        if lacking:
            raise InputError(f"{self.folder}: not a training run ({path.name} lacks {', '.join(lacking)})")
        return config

    @property
    def recipe(self) -> Recipe:
        """The recipe as it was when the run began."""
        if (recipe := _recipe_or_none(self.config["recipe"])) is None:
            raise InputError(f"{self.folder}: its recipe is none of a network that reads expressions")
        return recipe

    @property
    def command(self) -> str:
        """What trains it again: a line, or more where it began with the weights of another run.

        Who makes runs in some other way, as in folds, says so in the configuration.
        """
        config = self.config
        if "command" in config:
            return str(config["command"])
        data = [f"--data {config['data'].partition(':')[0]}:PATH"]
        data += [f"--also {spec.partition(':')[0]}:PATH" for spec in config.get("also", [])]
        options = f"--epochs {len(self.metrics)} --seed {config['seed']} {' '.join(data)}"
        command = f"mien train --recipe {self.recipe.name} {options}{' --skip-bad' if config.get('skip_bad') else ''}"
        return before_and(command, config.get("start"))

    @property
    def metrics(self) -> list[dict[str, float]]:
        """One dict a finished epoch."""
        path = self.folder / "metrics.jsonl"
        try:
            return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        except ValueError as error:
            raise DatasetError(f"{path}: damaged ({error})") from None

    def save_epoch(
        self, metrics: list[dict[str, float]], state: dict[str, Tensor], weights: dict[str, Tensor] | None
    ) -> None:
        """Store a finished epoch; the state goes last, so a run killed here repeats one epoch at most.

        `weights` are None where those of an earlier epoch stay.
        """
        self._save_metrics(metrics)
        if weights is not None:
            save_tensors(self.folder / "weights.npz", weights)
        save_tensors(self.folder / "state.npz", state)

    def save_weights(self, metrics: list[dict[str, float]], weights: dict[str, Tensor]) -> None:
        """Store a model that no training leads on from."""
        self._save_metrics(metrics)
        save_tensors(self.folder / "weights.npz", weights)

    def _save_metrics(self, metrics: list[dict[str, float]]) -> None:
        _write(self.folder / "metrics.jsonl", "".join(json.dumps(m) + "\n" for m in metrics))

    def load_state(self) -> dict[str, Tensor] | None:
        """The last state, or None before the first epoch ended."""
        path = self.folder / "state.npz"
        return load_tensors(path) if path.exists() else None

    def load_weights(self) -> dict[str, Tensor]:
        """The weights of the model; raises `InputError` before the first epoch ended."""
        path = self.folder / "weights.npz"
        if not path.exists():
            raise InputError(f"{self.folder}: no epoch of this run has ended yet")
        return load_tensors(path)


def before_and(command: str, before: str | None) -> str:
    """A command that trains, after those that make what it begins with; `before` may also be a model's name."""
    if not before:
        return f"{command} --out RUN"
    if " --out " not in before:
        return f"{command} --start {before} --out RUN"
    steps, start = before.count("; ") + 1, before.rpartition(" --out ")[-1]
    return f"{before}; {command} --start {start} --out RUN{steps + 1}"


def _recipe_or_none(described: Any) -> Recipe | None:
    """The recipe that JSON describes, or None if that is none of this version's."""
    try:
        return restore_recipe(described)
    except (KeyError, TypeError, AttributeError):
        return None


def save_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Write tensors as a NumPy archive, whole or not at all."""
    with whole_file(path) as partial:
        np.savez(partial, allow_pickle=False, **{name: t.detach().cpu().numpy() for name, t in tensors.items()})


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read what `save_tensors` wrote."""
    try:
        # Opened here because NumPy leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: torch.from_numpy(archive[name]) for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DatasetError(f"{path}: damaged ({error})") from None


def _write(path: Path, text: str) -> None:
    with whole_file(path) as partial:
        partial.write_text(text)
