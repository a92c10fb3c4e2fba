"""The ways to read turned faces that are compared: one classifier, one length of training, the same people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from mien.datasets import FaceData
from mien.labels import MULTIPIE6_YAW13, YAW13
from mien.training.loop import train
from mien.training.recipe import Objective, Recipe, describe_recipe
from mien.training.run import Run
from mien.training.validation import predict
from mien.training.workers import join_workers
from mien.views.generator.finished import Generator
from mien.views.protocol.data import VIEWS, ViewData
from mien.views.protocol.generated import turned_about, turned_to
from mien.views.protocol.splits import Split

FloatArray = npt.NDArray[np.float32]

Read = Callable[[npt.NDArray[np.uint8]], list[FloatArray]]
"""From faces, uint8 of shape (n, 72, 72), to the probabilities that each head gives, (n, k): the mean of what it says
of each face and of its mirror image, in which views change sides."""

READINGS = {
    "frontal": "learnt from frontal pictures, reads all as they are",
    "frontalised": "the same, reads all turned to the front by the generator",
    "generated": "learnt from frontal pictures and what the generator makes of them in the other views",
    "views": "learnt from all views",
    "joint": "learnt from all views, with a second head for the view",
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each reading said of the same faces.

    Attributes
    ----------
    tested : ViewData
        The faces of all splits.
    predicted : dict from str to ndarray of int64, shape (n,)
        The expression, by reading.
    yaws : ndarray of float32, shape (n,)
        The pose head's, degrees: the mean of `VIEWS`, weighted with their probabilities.
    """

    tested: ViewData
    predicted: dict[str, npt.NDArray[np.int64]]
    yaws: FloatArray


def compare(
    data: ViewData,
    splits: Sequence[Split],
    recipe: Recipe,
    generator: Generator | None,
    folder: Path,
    seed: int,
    report: Callable[[str], None],
) -> Comparison:
    """Train and test every reading on every split.

    Parameters
    ----------
    data : ViewData
        All faces; with frames of the generator's size if there is one.
    splits : sequence of Split
        Whose test faces are counted together.
    recipe : Recipe
        Of the classifier; its only head is of ``multipie6``. Its epochs are for the faces of all views; who has fewer
        to learn from sees them more often, so that all trainings have as many steps.
    generator : Generator or None
        Without one, the readings that need it are left out.
    folder : Path
        ``SPLIT/READING`` are the runs; what is done there is not done again.
    seed : int
        Source of chance.
    report : callable
        Told how far it is.
    """
    answers: dict[str, list[FloatArray]] = {}
    yaws = []
    for split in splits:

        def learn(name: str, recipe: Recipe, part: ViewData, split: Split = split) -> Read:
            epochs = round(recipe.epochs * len(split.training) / len(part))
            where = f"{split.name}, {name}"
            return fit(folder / split.name / name, replace(recipe, epochs=epochs), part, seed, where, report)

        training, tested = data.take(split.training), data.take(split.test)
        frontal = training.take(training.views == 0)
        read = learn("frontal", recipe, frontal)
        said = {"frontal": read(tested.faces)[0]}
        if generator is not None:
            assert tested.frames is not None
            report(f"{split.name}: turning faces")
            said["frontalised"] = read(turned_to(0, tested.frames, generator))[0]
            said["generated"] = learn("generated", recipe, turned_about(frontal, generator))(tested.faces)[0]
        said["views"] = learn("views", recipe, training)(tested.faces)[0]
        both = replace(recipe, objectives=(*recipe.objectives, Objective(YAW13.name)))
        said["joint"], views = learn("joint", both, training)(tested.faces)
        yaws.append(expected_yaw(views))
        for name, probabilities in said.items():
            answers.setdefault(name, []).append(probabilities)
    predicted = {name: np.concatenate(parts).argmax(1) for name, parts in answers.items()}
    return Comparison(data.take(np.concatenate([split.test for split in splits])), predicted, np.concatenate(yaws))


def fit(folder: Path, recipe: Recipe, part: ViewData, seed: int, where: str, report: Callable[[str], None]) -> Read:
    """Train a classifier, or take up its run where it stopped."""
    run = Run(folder)
    run.start({"recipe": describe_recipe(recipe), "data": where, "seed": seed})

    def step(epoch: int, step: int, steps: int, loss: float) -> None:
        report(f"{where}, epoch {epoch + 1}/{recipe.epochs}, step {step}/{steps}, loss {loss:.3f}")

    faces = part.to_learn_from()
    # No epoch is picked, so a look at a few of its own faces is validation enough.
    train(run, recipe, faces, faces.subset(np.arange(0, len(faces), 16)), seed, step, lambda _: None)
    weights = run.load_weights()
    device = join_workers().device

    def say(images: npt.NDArray[np.uint8]) -> list[FloatArray]:
        unlabelled = FaceData(np.ascontiguousarray(images), np.zeros(len(images), np.int64), MULTIPIE6_YAW13)
        return [torch.softmax(logits, 1).numpy() for logits in predict(weights, recipe, unlabelled, device)]

    def read(images: npt.NDArray[np.uint8]) -> list[FloatArray]:
        seen, mirrored = say(images), say(images[:, :, ::-1])
        mirrored = [
            said[:, ::-1] if head == YAW13 else said for said, head in zip(mirrored, recipe.label_sets, strict=True)
        ]
        return [np.asarray((a + b) / 2, np.float32) for a, b in zip(seen, mirrored, strict=True)]

    return read


def expected_yaw(probabilities: FloatArray) -> FloatArray:
    """Degrees, from the probabilities of `VIEWS`, (n, 13): their mean."""
    return np.asarray(probabilities @ np.array(VIEWS, np.float32), np.float32)
