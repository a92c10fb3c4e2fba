"""The members of the committee of networks that differ in the size of their kernels (Kim et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import LIGHT, NONE
from mien.training.recipe import Optimizer, Recipe
from mien.training.recipes.published.variants import shortened, taught
from mien.training.schedule import Steps


def recipes() -> Iterator[Recipe]:
    for size in ("small", "medium", "large"):
        for hidden in (3072, 2048, 1024, 512):
            for preparation in ("none", "isotropic", "equalise"):
                suffix, how = ("", "") if preparation == "none" else (f"-{preparation}", f", preparation {preparation}")
                member = Recipe(
                    name=f"kernel-{size}-{hidden}{suffix}",
                    description=f"committee member: {size} kernels, {hidden} hidden units{how}",
                    network=f"kernel-{size}-{hidden}",
                    preparation=preparation,
                    crop=42,
                    mean=0.0,
                    std=1.0,
                    epochs=100,
                    batch_size=200,
                    optimizer=Optimizer("sgd", 0.01, decay_all=True, hidden_decay=0.2, output_decay=4.0),
                    schedule=Steps(((25, 0.5), (50, 0.25), (75, 0.125))),
                    augmentation=replace(NONE, flip=True, placement="whole-and-corners"),
                    views="whole",
                    average="probabilities",
                    source="Kim et al. 2016, JMUI 10(2)",
                )
                yield member
                yield replace(
                    member,
                    name=f"{member.name}-sfew",
                    description=f"{member.description}; fine-tuned on SFEW, with --start",
                    optimizer=replace(member.optimizer, learning_rate=0.004),
                )
        published = Recipe(
            name=f"kernel-{size}",
            description=f"committee member: {size} kernels",
            network=f"kernel-{size}-3072",
            crop=42,
            views="whole",
            average="probabilities",
            source="Kim et al. 2016, JMUI 10(2)",
        )
        # From weights as small as the published ones, plain gradients take many epochs to grow, and Adam's to learn.
        yield replace(
            taught(shortened(published, epochs=40, rate=0.05)),
            optimizer=Optimizer("muon", 0.05, turn=0.03),
            augmentation=LIGHT,
            ema_decay=0.995,
        )
