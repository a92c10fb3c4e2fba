"""A classical pipeline at work as a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import parallel_config  # type: ignore[import-untyped]
from sklearn.pipeline import Pipeline

from mien.classifiers.persistence import estimator_from_bytes
from mien.classifiers.pipeline import reads_clips
from mien.errors import InputError, ModelError
from mien.features.base import check_clips
from mien.labels import LabelSet, get_label_set
from mien.models.card import FloatArray, ModelCard, read_weights
from mien.models.model import Model

BATCH = 512
"""Faces at a time: bounds memory where a classifier compares each with many."""

LOWEST = -1e4
"""The score of a label that was not among the training data."""

SMALLEST = 0.01
"""Smaller probabilities count as this. A class of which none of the fifteen nearest faces is has not a millionth of a
chance; were it given one, the calibration would have to distrust all that a classifier says."""


class ClassicModel(Model):
    """A stored pipeline: a descriptor and a classifier.

    Some read clips (`mien.classifiers.pipeline.reads_clips`): uint8 of shape (n, frames, frame, frame), aligned as
    their first frame is, from the onset of an expression to its apex, wherever `Model` says faces. Their card's
    description says so, and single faces are refused.

    Its logits are a classifier's decision function or, where it has none, the logarithm of its probabilities.

    Parameters
    ----------
    card : ModelCard
        What it takes and gives.
    path : Path
        Where the card lies; its safetensors file lies beside it.
    threads : int
        Threads that describe faces.

    Raises
    ------
    ModelError
        If the file is missing or damaged, or does not belong to the card.
    """

    crop_counts = (1,)

    def __init__(self, card: ModelCard, path: Path, threads: int = 1) -> None:
        super().__init__(card)
        file = path.with_name(card.file)
        pipeline = estimator_from_bytes(read_weights(card, path), file)
        if not isinstance(pipeline, Pipeline):
            raise ModelError(f"{file}: holds a {type(pipeline).__name__}, not a pipeline")
        self._pipeline = pipeline
        self._threads = threads

    def check_faces(self, faces: npt.NDArray[Any], crops: int) -> None:
        """As `Model.check_faces`, of clips where these are read."""
        if reads_clips(self._pipeline):
            if faces.ndim != 4:
                raise InputError(
                    f"model {self.card.name!r} reads clips of an expression, from onset to apex, and not still faces"
                )
            faces = check_clips(faces)[:, 0]
        super().check_faces(faces, crops)

    def logits(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """As `Model.logits`, from the whole frame: there are no crops."""
        self.check_faces(faces, crops)
        with parallel_config("threading", n_jobs=self._threads):
            return pipeline_logits(self._pipeline, faces, get_label_set(head))


def pipeline_logits(pipeline: Pipeline, faces: npt.NDArray[np.uint8], label_set: LabelSet) -> FloatArray:
    """The scores of a fitted pipeline.

    Parameters
    ----------
    pipeline : Pipeline
        Its classes are indices into `label_set`, not all of which need have occurred.
    faces : ndarray of uint8, shape (n, h, w) or (n, frames, h, w)
        Grey faces, or clips.
    label_set : LabelSet
        What it was trained on.

    Returns
    -------
    ndarray of float32, shape (n, len(label_set))
        Finite.
    """
    result = np.full((len(faces), len(label_set)), LOWEST, np.float32)
    for start in range(0, len(faces), BATCH):
        rows = slice(start, start + BATCH)
        result[rows, pipeline.classes_] = _scores(pipeline, faces[rows])
    return result


def _scores(pipeline: Pipeline, faces: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    """A finite score for each face and class that was seen."""
    if not hasattr(pipeline, "decision_function"):
        return np.asarray(np.log(np.maximum(pipeline.predict_proba(faces), SMALLEST)))
    scores = np.asarray(pipeline.decision_function(faces))
    return np.stack([-scores, scores], axis=1) if scores.ndim == 1 else scores
