"""One network from several: the mean of their weights, not of what they say, so it costs no more than one.

Networks that began with the same weights lie in one valley of the loss: between them both what was known and what was
learnt since is read, and chance of the single trainings falls away (Wortsman et al. 2022, "Robust fine-tuning of
zero-shot models", equation 1, and "Model soups", equation 1). Networks trained from different random weights do not.

What batch normalisation knows of its inputs is no mean of what the single networks know: it is measured anew, as for
stochastic weight averaging (Izmailov et al. 2018, section 3.2).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from mien.errors import InputError
from mien.models import read_card
from mien.training.run import Run
from mien.training.shipped import load_shipped
from mien.training.state import State
from mien.training.statistics import with_new_statistics


def average_runs(
    members: Sequence[Run | Path], shares: Sequence[float], folder: Path, read: Callable[[str], npt.NDArray[np.uint8]]
) -> Run:
    """Write a run whose weights are the weighted mean of others'.

    Parameters
    ----------
    members : sequence of Run or Path
        Two at least, of the same network, or cards of models that can be grown into it. Recipe, data and metrics of the
        new run are those of the first run.
    shares : sequence of float
        Of each; they add up to 1, within what is lost by writing thirds.
    folder : Path
        Where the new run is written. It can be exported and begun with, but not gone on with.
    read : callable
        Told the first run's data, gives training faces, uint8 of shape (n, s, s). Not called before all that needs none
        is known to be right.

    Raises
    ------
    InputError
        If the members do not fit each other, the shares not the members, or there is a run in `folder` already.
    ModelError
        If a card cannot be read.
    """
    if len(members) < 2:
        raise InputError("a mean takes two runs at least")
    if len(shares) != len(members) or not math.isclose(sum(shares), 1, abs_tol=1e-4):
        raise InputError(f"{len(members)} runs need as many shares, and these must add up to 1: {shares}")
    if not (runs := [member for member in members if isinstance(member, Run)]):
        raise InputError("a mean takes a run at least, for its recipe and its data; these are models")
    first = runs[0]
    for run in runs[1:]:
        if not run.recipe.starts_like(first.recipe):
            raise InputError(f"{run.folder}: its network is not that of {first.folder}, or says other things")
    if (folder / "config.json").exists():
        raise InputError(f"{folder} holds a run already; give a new folder to --out")
    learnt = {run.folder: run.load_weights() for run in runs}
    images = read(first.config["data"])
    weights = mean_state(
        [
            learnt[member.folder] if isinstance(member, Run) else load_shipped(member, first.recipe, images)
            for member in members
        ],
        shares,
    )
    weights = with_new_statistics(weights, first.recipe, images)
    also = dict.fromkeys(spec for run in runs for spec in run.config.get("also", []))
    mean = Run(folder)
    mean.start(
        first.config
        | {"seed": [run.config["seed"] for run in runs], "also": list(also), "command": _commands(members, shares)}
    )
    mean.save_weights(first.metrics, weights)
    return mean


def mean_state(states: Sequence[State], shares: Sequence[float]) -> State:
    """The weighted mean of networks' states; what is counted is the last one's."""
    return {
        name: torch.stack([share * state[name] for state, share in zip(states, shares, strict=True)]).sum(0)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in states[-1].items()
    }


def _commands(members: Sequence[Run | Path], shares: Sequence[float]) -> str:
    """What makes the mean again: the lines of all runs, each once, and the folders numbered through."""
    lines: dict[str, str] = {}  # and the folder that each writes
    names = [_add(member.command, lines) if isinstance(member, Run) else read_card(member).name for member in members]
    mean = f"mien average {' '.join(names)} --shares {','.join(f'{share:g}' for share in shares)}"
    lines[mean] = f"RUN{len(lines) + 1}"
    return "; ".join(f"{line} --out {folder}" for line, folder in lines.items())


def _add(command: str, lines: dict[str, str]) -> str:
    """Add what is new of a run's lines, and say which folder the last of them writes."""
    folders: dict[str, str] = {}  # as they are called there, and here
    for line in command.split("; "):
        what, _, folder = line.rpartition(" --out ")
        what = re.sub(r"\bRUN\d*\b", lambda name: folders.get(name[0], name[0]), what)
        folders[folder] = lines.setdefault(what, f"RUN{len(lines) + 1}" if lines else "RUN")
    return folders[folder]
