"""VGG13 in FER+'s four label modes (Barsoum et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator

from mien.training.augmentation import Augmentation
from mien.training.recipe import Objective, Optimizer, Recipe
from mien.training.schedule import Steps


def recipes() -> Iterator[Recipe]:
    affine = Augmentation(
        rotation=20,
        scale=0,
        shift=0.08 * 48,
        contrast=0,
        brightness=0,
        erase=0,
        shear=0.05,
        stretch=0.05,
        padding="reflect",
        interpolation="bilinear",
    )
    for mode in ("majority", "probability", "crossentropy", "multilabel"):
        yield Recipe(
            name=f"ferplus-{mode}",
            description=f"VGG13 on FER+ votes, label mode {mode}",
            network="ferplus-vgg13",
            objectives=(
                Objective("ferplus8", loss="multi_label" if mode == "multilabel" else "cross_entropy", votes=mode),
            ),
            preparation="equalise",
            crop=48,
            mean=0.5,
            std=0.5,
            epochs=100,
            batch_size=32,
            optimizer=Optimizer("sgd", 0.05, weight_decay=0.0),
            schedule=Steps(((20, 0.5), (40, 0.1))),
            augmentation=affine,
            selection="best",
            source="Barsoum et al. 2016, ICMI",
        )
