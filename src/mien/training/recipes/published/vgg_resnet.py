"""VGG19 and the ResNets, by the widely used recipe of github.com/WuJie1010."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import LIGHT, NONE
from mien.training.recipe import FER2013_MEAN, FER2013_STD, Optimizer, Recipe
from mien.training.recipes.published.variants import picked_on_test, shortened
from mien.training.schedule import Cosine, Decay


def recipes() -> Iterator[Recipe]:
    # What two CPU cores can give them is a few epochs: most on crops drawn as small as the network can take.
    # Their 512 last features are none below zero, so that the head swings in steps any larger than 0.01. VGG19 has no
    # shortcuts: what its layers turn adds up.
    named = (
        ("vgg19", "VGG19 with batch normalisation", 6, ((0.0, 32), (0.8, 44)), 0.01),
        ("resnet18", "ResNet18", 5, ((0.0, 26), (0.8, 44)), 0.02),
        ("resnet34", "ResNet34", 4, ((0.0, 26), (0.75, 44)), 0.02),
    )
    for name, description, epochs, sizes, turn in named:
        honest = Recipe(
            name=name,
            description=description,
            network=name,
            mean=0.0,
            std=1.0,
            epochs=250,
            optimizer=Optimizer("sgd", 0.01, decay_all=True, clamp=0.1),
            schedule=Decay(start=80, every=5, by=0.9),
            augmentation=replace(NONE, flip=True, placement="pixels"),
            selection="best",
            source="github.com/WuJie1010/Facial-Expression-Recognition.Pytorch",
        )
        yield honest
        yield picked_on_test(honest, "private")
        if name != "resnet34":
            yield replace(
                honest,
                name=f"{name}-ckplus",
                description=f"{description} for CK+, with mien crossval",
                epochs=60,
                batch_size=32,
                schedule=Decay(start=20, every=1, by=0.8),
            )
        yield replace(
            shortened(replace(honest, mean=FER2013_MEAN, std=FER2013_STD, sizes=sizes), epochs=epochs, rate=0.005),
            objectives=honest.objectives,
            optimizer=Optimizer("muon", 0.005, turn=turn),
            schedule=Cosine(warmup=0.5),
            augmentation=LIGHT,
            ema_decay=0.99,
        )
