"""Networks for real time: mini-Xception (Arriaga et al. 2017) and the five-class network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import LIGHT, NONE, Augmentation
from mien.training.recipe import FER2013_MEAN, FER2013_STD, Objective, Optimizer, Recipe
from mien.training.recipes.published.variants import picked_on_test, shortened, taught
from mien.training.schedule import Plateau, Steps


def recipes() -> Iterator[Recipe]:
    keras = Augmentation(
        rotation=10, scale=0, stretch=0.1, shift=4.8, contrast=0, brightness=0, erase=0, interpolation="bilinear"
    )
    for name, whose in (("mini-xception", "Arriaga et al. 2017"), ("mini-xception-48", "github.com/omar178")):
        honest = Recipe(
            name=name,
            description="depthwise separable network of 58,000 parameters; without its first layers' L2 penalty",
            network=name,
            crop=48,
            mean=0.5,
            std=0.5,
            epochs=10_000,
            batch_size=32,
            optimizer=Optimizer("adam", 1e-3, weight_decay=0.0),
            schedule=Plateau(patience=12),
            augmentation=keras,
            selection="best",
            patience=50,
            source=whose,
        )
        yield honest
        yield picked_on_test(honest, "public", "private")
        if name == "mini-xception":
            # So small a network is in no danger of learning by heart.
            short = shortened(honest, epochs=45, rate=0.1)
            yield replace(short, objectives=honest.objectives, augmentation=LIGHT)
    five = Recipe(
        name="five-class",
        description="five classes, real time; without the pictures that it took beside FER2013's",
        network="five-class",
        objectives=(Objective("five"),),
        crop=48,
        mean=0.0,
        std=1 / 255,
        per_class=2000,
        epochs=10,
        batch_size=100,
        optimizer=Optimizer("nadam", 0.002, weight_decay=0.0),
        schedule=Steps(),
        augmentation=NONE,
        source="github.com/gagan16/Emotion-Detection",
    )
    yield five
    # Two dropouts of a half behind so few channels regularise enough; so few epochs want a short average.
    short = shortened(replace(five, mean=FER2013_MEAN, std=FER2013_STD), epochs=20, rate=0.05)
    yield replace(taught(short), optimizer=Optimizer("muon", 0.05, turn=0.02), augmentation=LIGHT, ema_decay=0.995)
