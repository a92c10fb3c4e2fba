"""What stands on the bench: networks by recipe, pairs of a feature and a classifier, models of the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mien.datasets.parts import Parts
from mien.errors import ModelError, UnknownName
from mien.models.card import read_card
from mien.models.paths import find_card
from mien.models.registry import list_models


class System(Protocol):
    """Something that can be trained and measured.

    Attributes
    ----------
    name : str
        Of the recipe or model.
    kind : str
        ``network``, ``classic`` or ``shipped``.
    """

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    def train(self, folder: Path, data: Parts, until: float, report: Callable[[str], None]) -> None:
        """Go on with the training in `folder` until it is done or the time (of `time.monotonic`) is up."""
        ...

    def card(self, folder: Path, data: Parts, report: Callable[[str], None]) -> Path:
        """The card of what was trained, measured."""
        ...


@dataclass(frozen=True)
class NetworkSystem:
    """A recipe of `mien.training.recipes`."""

    name: str
    kind = "network"

    def train(self, folder: Path, data: Parts, until: float, report: Callable[[str], None]) -> None:
        from mien.training.loop import train
        from mien.training.recipe import describe_recipe
        from mien.training.recipes import get_recipe
        from mien.training.run import Run

        recipe = get_recipe(self.name).fitted_to(data.training.label_sets)
        run = Run(folder)
        run.start({"recipe": describe_recipe(recipe), "data": data.spec, "seed": 0})

        def step(epoch: int, step: int, steps: int, loss: float) -> None:
            report(f"{self.name}: epoch {epoch + 1}/{recipe.epochs}, step {step}/{steps}, loss {loss:.3f}")

        train(run, recipe, data.training, data.validation, 0, step, lambda _: None, until)

    def card(self, folder: Path, data: Parts, report: Callable[[str], None]) -> Path:
        from mien.training.export import export
        from mien.training.run import Run

        run, card = Run(folder), folder / f"{self.name}.json"
        if not is_measured(card, data) or read_card(card).training["epochs"] < len(run.metrics):
            report(f"{self.name}: measuring")
            export(run, data, folder)
        return card


@dataclass(frozen=True)
class ClassicSystem:
    """A feature and a classifier, ``feature+classifier``."""

    name: str
    kind = "classic"

    def train(self, folder: Path, data: Parts, until: float, report: Callable[[str], None]) -> None:
        from mien.classifiers.train import export_classic, train_classic

        if not is_measured(self._card(folder), data):
            export_classic(train_classic(self.name, data.training, 0, report), self.name, 0, data, folder)

    def card(self, folder: Path, data: Parts, report: Callable[[str], None]) -> Path:
        return self._card(folder)

    def _card(self, folder: Path) -> Path:
        return folder / f"{self.name}.json"


@dataclass(frozen=True)
class ShippedSystem:
    """A model that comes with the package."""

    name: str
    kind = "shipped"

    def train(self, folder: Path, data: Parts, until: float, report: Callable[[str], None]) -> None:
        pass

    def card(self, folder: Path, data: Parts, report: Callable[[str], None]) -> Path:
        return find_card(self.name)


def is_measured(card: Path, data: Parts) -> bool:
    """Whether a card has figures on these data: a bench that was stopped, or other data, may have left one without."""
    try:
        measured = read_card(card).measured if card.exists() else []
    except ModelError:
        return False
    return any((row["data"], row["split"]) == (data.name, data.split) for row in measured)


CLASSIC_PAIRS = tuple(
    f"{feature}+{classifier}"
    for classifier in ("nb", "knn", "svm")
    for feature in ("pca", "lda", "ica", "dct", "lbp", "hog", "gabor")
)

NETWORK_RECIPES = (
    "atulapra",
    "isseu",
    "mini-xception-short",
    "alexnet-lite-short",
    "kernel-small-short",
    "kernel-medium-short",
    "kernel-large-short",
    "tang",
    "shillyshallysxy",
    "mister5ive-vgg",
    "mister5ive-resnet",
    "emopy",
    "five-class-short",
    "ferplus-crossentropy",
    "vgg19-short",
    "resnet18-short",
    "resnet34-short",
)
"""From light to heavy: what a small budget is enough for comes first."""


def default_systems() -> list[System]:
    """All that `mien bench` compares if it is not told what."""
    shipped: list[System] = [ShippedSystem(card.name) for card in list_models()]
    return [*shipped, *map(ClassicSystem, CLASSIC_PAIRS), *map(NetworkSystem, NETWORK_RECIPES)]


def find_system(name: str) -> System:
    """The system of this name: a pair, a recipe, or ``shipped:NAME``; raises `UnknownName`."""
    from mien.training.recipes import RECIPES

    if name.startswith("shipped:"):
        return ShippedSystem(name.removeprefix("shipped:"))
    if "+" in name:
        return ClassicSystem(name)
    if name not in RECIPES:
        raise UnknownName("system", name, [*RECIPES, *CLASSIC_PAIRS])
    return NetworkSystem(name)
