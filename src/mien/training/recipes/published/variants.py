"""What is made of a published recipe: a shorter training, one with a teacher, and a less honest one."""

from __future__ import annotations

from dataclasses import replace

from mien.training.augmentation import Augmentation
from mien.training.recipe import Optimizer, Recipe
from mien.training.schedule import Cosine


def shortened(recipe: Recipe, epochs: int, rate: float, **changes: object) -> Recipe:
    """The same network, by a schedule that a CPU can end."""
    return replace(
        recipe,
        name=f"{recipe.name}-short",
        description=f"{recipe.description}; a short schedule of our own",
        objectives=tuple(replace(objective, label_smoothing=0.1) for objective in recipe.objectives),
        per_class=None,
        epochs=epochs,
        batch_size=128,
        optimizer=Optimizer("nesterov", rate),
        schedule=Cosine(),
        augmentation=Augmentation(),
        ema_decay=0.999,
        selection="last",
        patience=None,
        **changes,  # type: ignore[arg-type]
    )


def taught(recipe: Recipe) -> Recipe:
    """Half of each target is what the default model says, which is softer than smoothed labels, and to the point."""
    return replace(
        recipe,
        description=f"{recipe.description}, taught by the default model",
        objectives=tuple(replace(objective, label_smoothing=0.0) for objective in recipe.objectives),
        teacher="mien",
    )


def picked_on_test(recipe: Recipe, *validation: str) -> Recipe:
    """With the epoch picked on the test set, as its authors did."""
    return replace(
        recipe,
        name=f"{recipe.name}-published",
        description=f"{recipe.description}; its epoch picked on the test set, as published",
        validation=validation,
    )
