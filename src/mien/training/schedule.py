"""Learning-rate schedules: by which factor the recipe's learning rate is multiplied at a point of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

History = Sequence[Mapping[str, float]]
"""The metrics of the epochs that have ended, as `Run.metrics` has them."""


class Schedule(Protocol):
    """What a schedule is; it holds no state, so that a resumed run sees the same rates."""

    def factor(self, epoch: float, epochs: int, history: History) -> float:
        """The factor at `epoch` (from 0, with fractions) of `epochs`, given what was measured so far."""
        ...


@dataclass(frozen=True)
class Cosine:
    """A linear rise, then half a cosine to zero (Loshchilov & Hutter 2017, "SGDR").

    Attributes
    ----------
    warmup : float
        Epochs of the rise.
    """

    warmup: float = 2.0

    def factor(self, epoch: float, epochs: int, history: History) -> float:
        if epoch < self.warmup:
            return max(epoch, 1e-3) / self.warmup
        done = (epoch - self.warmup) / max(epochs - self.warmup, 1)
        return 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))


@dataclass(frozen=True)
class Steps:
    """Constant between the epochs at which it changes; without any, constant throughout.

    Attributes
    ----------
    at : tuple of (float, float)
        From which epoch on which factor holds, in rising order. Before the first it is 1.
    """

    at: tuple[tuple[float, float], ...] = ()

    def factor(self, epoch: float, epochs: int, history: History) -> float:
        return next((factor for start, factor in reversed(self.at) if epoch >= start), 1.0)


@dataclass(frozen=True)
class Decay:
    """Constant, then multiplied by a factor again and again.

    Attributes
    ----------
    start, every : float
        The first epoch after which it falls, and the epochs between falls.
    by : float
        The factor of one fall.
    """

    start: float
    every: float
    by: float

    def factor(self, epoch: float, epochs: int, history: History) -> float:
        return float(self.by ** max(math.floor((epoch - self.start) / self.every), 0))


@dataclass(frozen=True)
class Plateau:
    """Falls whenever the validation loss has not improved for a while (Keras's ReduceLROnPlateau).

    Attributes
    ----------
    patience : int
        Epochs without a new least loss until it falls.
    by : float
        The factor of one fall.
    """

    patience: int
    by: float = 0.1

    def factor(self, epoch: float, epochs: int, history: History) -> float:
        least, waited, falls = math.inf, 0, 0
        for row in history[: math.floor(epoch)]:
            waited = 0 if row["validation_loss"] < least else waited + 1
            least = min(least, row["validation_loss"])
            if waited == self.patience:
                falls, waited = falls + 1, 0
        return float(self.by**falls)


SCHEDULES: dict[str, type[Any]] = {kind.__name__: kind for kind in (Cosine, Steps, Decay, Plateau)}
"""Kinds of schedule by the name that a run's configuration stores."""
