"""The challenge winner of 2013 (Tang)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import NONE
from mien.training.recipe import Objective, Optimizer, Recipe
from mien.training.schedule import Decay


def recipes() -> Iterator[Recipe]:
    similarity = replace(NONE, flip=True, rotation=10, scale=0.1, shift=3, interpolation="bilinear")
    for name, loss, what in (("tang", "l2_svm", "linear SVMs on top"), ("tang-softmax", "cross_entropy", "softmax")):
        yield Recipe(
            name=name,
            description=f"challenge winner of 2013, {what}",
            network="tang",
            objectives=(Objective(loss=loss),),
            crop=48,
            mean=0.0,
            std=1.0,
            epochs=150,
            optimizer=Optimizer("sgd", 0.005, weight_decay=1e-3),
            schedule=Decay(start=50, every=10, by=0.7),
            augmentation=similarity,
            source="Tang 2013, arXiv 1306.0239; rates and epochs are not published",
        )
