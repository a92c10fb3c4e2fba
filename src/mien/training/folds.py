"""Training in cross-validation: a run a fold, and no epoch picked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from mien.datasets import FaceData
from mien.evaluation.folds import Predict
from mien.models import load_model
from mien.training.export import write_model
from mien.training.loop import train
from mien.training.recipe import Recipe, describe_recipe
from mien.training.run import Run


def fit_folds(
    recipe: Recipe, spec: str, folder: Path, command: str, crops: int, seed: int, report: Callable[[str], None]
) -> Callable[[FaceData], Predict]:
    """What `mien.evaluation.folds.cross_validate` calls for each fold.

    Parameters
    ----------
    recipe : Recipe
        How to train. The last epoch's weights are used, whatever the recipe says, and the validation figures are of
        the training faces: there is nothing else to pick by but the test part.
    spec : str
        ``name:path`` of the data.
    folder : Path
        Fold 1 lives in ``fold-01`` and so on; what is done there is not done again.
    command : str
        What trains all folds again, for the cards of the models.
    crops : {1, 2, 5, 10}
        Views of each test face.
    seed : int
        Source of chance.
    report : callable
        Told how far it is.
    """
    recipe = replace(recipe, selection="last", patience=None)
    numbers = count(1)

    def fit(training: FaceData) -> Predict:
        number = next(numbers)
        run = Run(folder / f"fold-{number:02d}")
        again = f"{command}  # fold {number}"
        run.start({"recipe": describe_recipe(recipe), "data": spec, "seed": seed, "command": again})

        def step(epoch: int, step: int, steps: int, loss: float) -> None:
            report(f"fold {number}, epoch {epoch + 1}/{recipe.epochs}, step {step}/{steps}, loss {loss:.3f}")

        train(run, recipe, training, training, seed, step, lambda _: None)
        model = load_model(write_model(run, training, run.folder))
        return lambda images: model.probabilities(images, training.label_set, crops)

    return fit
