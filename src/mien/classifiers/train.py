"""From faces to a fitted pipeline, and from that to a model: a safetensors file and its card."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import sklearn
from joblib import parallel_config  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline

from mien.classifiers.model import pipeline_logits
from mien.classifiers.persistence import count_parameters, estimator_to_bytes
from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips, split_name
from mien.datasets import FaceData
from mien.datasets.parts import Parts
from mien.errors import InputError
from mien.evaluation.card_figures import calibrate
from mien.evaluation.folds import Predict
from mien.features.base import check_clips
from mien.models import Head, Input, ModelCard, checksum, write_card
from mien.models.card import MARGIN, softmax
from mien.writing import whole_file


def train_classic(name: str, training: FaceData, seed: int, report: Callable[[str], None]) -> Pipeline:
    """Fit a pipeline.

    Parameters
    ----------
    name : str
        For example ``"hog+svm"``.
    training : FaceData
        Faces and labels, all in memory; clips or landmarks if the recipe learns from these.
    seed : int
        Of everything in the pipeline that depends on chance.
    report : callable
        Is told what is being done, a line at a time.

    Returns
    -------
    Pipeline
        Fitted; nothing is written.

    Raises
    ------
    InputError, UnknownName
        If the name has no plus, there is no such descriptor or classifier, the faces are all of one class, or they are
        not clips or have no landmarks and the recipe learns from these.
    """
    feature, classifier = split_name(name)
    pipeline = make_pipeline(feature, classifier)
    if reads_clips(pipeline):
        check_clips(training.images)
    if len(np.unique(training.labels)) < 2:
        raise InputError(f"{name} cannot be trained on faces that are all of one class")
    chances = [key for key in pipeline.get_params() if key.split("__")[-1] == "random_state"]
    pipeline.set_params(**dict.fromkeys(chances, seed))
    known = {"feature__landmarks": training.landmarks} if learns_from_landmarks(pipeline) else {}
    with parallel_config("threading", n_jobs=os.cpu_count()):
        report(f"{feature}: describing {len(training):,} {_one(pipeline)}s")
        vectors = pipeline[:-1].fit_transform(training.images, training.labels, **known)
        each = "frame" if vectors.ndim == 3 else _one(pipeline)
        report(f"{classifier}: learning from {vectors.shape[-1]:,} numbers a {each}")
        pipeline[-1].fit(vectors, training.labels)
    return pipeline


def fit_classic_folds(name: str, seed: int, report: Callable[[str], None]) -> Callable[[FaceData], Predict]:
    """What `mien.evaluation.folds.cross_validate` calls for each fold; the parameters are those of `train_classic`."""
    numbers = count(1)

    def fit(training: FaceData) -> Predict:
        number = next(numbers)
        pipeline = train_classic(name, training, seed, lambda line: report(f"fold {number}, {line}"))
        return lambda images: softmax(pipeline_logits(pipeline, images, training.label_set))

    return fit


def export_classic(pipeline: Pipeline, name: str, seed: int, data: Parts, folder: Path) -> Path:
    """Write a fitted pipeline as a model.

    Parameters
    ----------
    pipeline : Pipeline
        What `train_classic` gave.
    name : str
        Of the model and its files.
    seed : int
        What it was trained with, for the card.
    data : Parts
        What it learnt from, and what it is calibrated and measured on.
    folder : Path
        Where ``NAME.safetensors`` and ``NAME.json`` are written.

    Returns
    -------
    Path
        The card.
    """
    training = data.training
    weights = estimator_to_bytes(pipeline)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.safetensors"
    with whole_file(file) as partial:
        partial.write_bytes(weights)
    side = training.images.shape[-1]
    of_clips = " of clips from first frame to apex" if reads_clips(pipeline) else ""
    card = ModelCard(
        name=name,
        description=f"{pipeline[-1].__class__.__name__} over {name.partition('+')[0]} features{of_clips}",
        licence="MIT",
        file=file.name,
        sha256=checksum(weights),
        input=Input(frame=side, size=side, margin=MARGIN, mean=0.0, std=1.0),
        heads=(Head(training.label_set.name),),
        parameters=count_parameters(pipeline),
        macs=0,
        training={
            "data": f"{data.name} ({len(training):,} {_one(pipeline)}s)",
            "recipe": name,
            "libraries": f"scikit-learn {sklearn.__version__}",
            "seed": seed,
            "command": f"mien train --recipe {name} --seed {seed} --data {data.name}:PATH --out RUN",
        },
        measured=[],
    )
    path = file.with_suffix(".json")
    write_card(card, path)
    calibrate(path, data.validation, training, data=data.name, split=data.split)
    return path


def _one(pipeline: Pipeline) -> str:
    """What it reads one of."""
    return "clip" if reads_clips(pipeline) else "face"
