"""AlexNet less three convolutions (Jeon et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import LIGHT, NONE
from mien.training.recipe import FER2013_MEAN, FER2013_STD, Optimizer, Recipe
from mien.training.recipes.published.variants import shortened, taught
from mien.training.schedule import Steps


def recipes() -> Iterator[Recipe]:
    published = Recipe(
        name="alexnet-lite",
        description="AlexNet less three convolutions",
        network="alexnet-lite",
        crop=42,
        mean=0.0,
        std=1.0,
        epochs=446,  # 100,000 iterations
        optimizer=Optimizer("sgd", 0.001, decay_all=True),
        schedule=Steps(),
        augmentation=replace(NONE, flip=True, placement="corners"),
        average="probabilities",
        source="Jeon et al. 2016, IMCOM; solver of its Caffe reproduction",
    )
    yield published
    # Steps of equal angle need no normalisation layer; without a teacher it learns faces by heart at the end.
    short = shortened(replace(published, mean=FER2013_MEAN, std=FER2013_STD), epochs=80, rate=0.03)
    yield replace(taught(short), optimizer=Optimizer("muon", 0.03, turn=0.02), augmentation=replace(LIGHT, erase=0.1))
