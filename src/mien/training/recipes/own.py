"""Recipes of this project's own networks."""

from __future__ import annotations

from dataclasses import replace

from mien.training.augmentation import LIGHT, Augmentation
from mien.training.recipe import Objective, Optimizer, Recipe
from mien.training.schedule import Cosine

MIEN = Recipe(
    name="mien",
    description="the default model, a compact residual network with two heads",
    network="mien",
    objectives=(Objective("ekman7", label_smoothing=0.1), Objective("ferplus8", votes="share")),
    sizes=((0.0, 32), (0.5, 44)),
    epochs=48,
    optimizer=Optimizer("muon", 0.1, turn=0.02),
    augmentation=Augmentation(degrade=0.25),
    ema_decay=0.999,
)

MIEN_TINY = replace(
    MIEN,
    name="mien-tiny",
    description="the smallest model, taught by the default one",
    network="mien-tiny",
    objectives=(Objective("ekman7"), Objective("ferplus8", votes="share")),
    epochs=60,
    augmentation=replace(LIGHT, erase=0.1, degrade=0.15),
    teacher="mien",
)

MIEN_MEMBER = replace(
    MIEN,
    name="mien-member",
    description="a member of the committee: the default network, varied less, so that it learns its faces more closely",
    objectives=(Objective("ekman7"), Objective("ferplus8", votes="share", weight=0.5)),
    augmentation=replace(LIGHT, erase=0.1, degrade=0.1),
)

MIEN_LARGE = replace(
    MIEN,
    name="mien-large",
    description="the default network with twice the layers, grown from it",
    network="mien-large",
    sizes=(),
    epochs=10,
    optimizer=Optimizer("muon", 0.04, turn=0.008),
    schedule=Cosine(warmup=1.0),
)

MIEN_LARGE_TAUGHT = replace(
    MIEN_LARGE,
    name="mien-large-taught",
    description="the large network taught by the committee: --start mien, then mien average with it and mien-large",
    objectives=(Objective("ekman7"), Objective("ferplus8", votes="share")),
    optimizer=Optimizer("muon", 0.03, turn=0.006),
    teacher="mien-committee",
    teacher_share=0.7,
)


def turned(recipe: Recipe) -> Recipe:
    """The recipe by which what another one has trained goes on, with turned faces beside the others."""
    return replace(
        recipe,
        name=f"{recipe.name}-turned",
        description=f"{recipe.description}; it goes on with turned faces: --start, --also views:VIEWS, mien average",
        sizes=(),
        epochs=6,
        optimizer=Optimizer("muon", 0.02, turn=0.004),
        schedule=Cosine(warmup=0.5),
    )


MIEN_TURNED, MIEN_TINY_TURNED = map(turned, (MIEN, MIEN_TINY))

MIEN_LARGE_TURNED = replace(
    turned(MIEN_LARGE_TAUGHT),
    name="mien-large-turned",
    description="the large network, taught by the committee, goes on with turned faces: --start, --also, mien average",
    epochs=5,
    teacher_share=0.5,  # of turned faces the committee knows less than the labels do
)

SPEEDRUN = replace(
    MIEN,
    name="speedrun",
    description="the default model's network without a teacher, for a quarter of an hour on two cores",
    sizes=((0.0, 32), (0.65, 44)),
    epochs=20,
    augmentation=replace(LIGHT, erase=0.1),
    ema_decay=0.998,
)

VIEWS = Recipe(
    name="views",
    description="the classifier of the pose protocol: the smallest model's network on whole frames in thirteen views",
    network="mien-tiny",
    objectives=(Objective("multipie6"),),
    crop=72,
    epochs=12,
    optimizer=Optimizer("muon", 0.1, turn=0.02),
    augmentation=replace(LIGHT, flip=False),  # the protocol mirrors faces itself, and their views with them
    ema_decay=0.995,
)

OWN = (
    MIEN,
    MIEN_TINY,
    MIEN_LARGE,
    MIEN_LARGE_TAUGHT,
    MIEN_MEMBER,
    MIEN_TURNED,
    MIEN_TINY_TURNED,
    MIEN_LARGE_TURNED,
    SPEEDRUN,
    VIEWS,
)
"""All of them."""
