"""The figures that a model's card holds: its calibration, and what it is worth on validation data."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.datasets.duplicates import near_duplicates
from mien.errors import InputError, MienError
from mien.evaluation.calibration import fit_factor, fit_scaling
from mien.evaluation.metrics import score
from mien.evaluation.protocol import choose_label_set, labelled
from mien.labels import get_label_set
from mien.models import Committee, Head, load_model, write_card
from mien.models.fusion import accuracy_weights

SURE = 0.8
"""Of so many faces, a model may call itself sure."""


def weigh(path: Path, validation: FaceData) -> None:
    """Weight the members of a committee by how often each is right, and write the weights into its card.

    Parameters
    ----------
    path : Path
        The card of a committee whose rule is the mean.
    validation : FaceData
        Labelled faces, each read in a single view.
    """
    committee = load_model(path, threads=os.cpu_count() or 1)
    if not isinstance(committee, Committee):
        raise InputError(f"{path}: this model has no members to weigh")
    label_set = choose_label_set(committee, validation)
    rows, truth = labelled(validation, label_set)
    posteriors = committee.posteriors(validation.images[rows], label_set.name)
    weights, exponent = accuracy_weights(posteriors, truth)
    card = committee.card
    members = (replace(member, weight=float(w)) for member, w in zip(card.members, weights, strict=True))
    training = {**card.training, "weights": f"validation accuracy to the power {exponent:g}"}
    write_card(replace(card, members=tuple(members), training=training), path)


def calibrate(
    path: Path,
    validation: FaceData,
    training: FaceData,
    *,
    crops: Sequence[int] = (1, 10),
    data: str = "fer2013",
    split: str = "public",
) -> None:
    """Fit scales, biases and a limit of being sure for each head, measure, and write all of it into the card.

    Parameters
    ----------
    path : Path
        The card of a model that can be loaded. Heads for which the validation data have labels are done; the others
        stay as they are.
    validation : FaceData
        All of it fits the card's calibration; for the figures, each half is read as the other half calibrates it.
    training : FaceData
        What the model learnt from, to tell which validation pictures have near-duplicates in it.
    crops : sequence of int
        Numbers of views a face to measure with, as far as the model knows them, from few to many. Scales and biases are
        fitted on the first, the factor for averaged views on the last.
    data, split : str
        What the card calls the validation data.
    """
    model = load_model(path, threads=os.cpu_count() or 1)
    crops = [count for count in crops if count in model.crop_counts]
    seen = near_duplicates(validation.stills, training.stills)
    heads, measured = [], []
    for head in model.card.heads:
        label_set = get_label_set(head.label_set)
        try:
            rows, truth = labelled(validation, label_set)
        except MienError:  # these data have no labels for it
            heads.append(head)
            continue
        logits = {count: model.logits(validation.images[rows], label_set.name, count) for count in crops}
        heads.append(_fit_head(head, logits, truth))
        # Interleaved halves: both hold the same mixture whatever the order of the file.
        even = np.arange(len(truth)) % 2 == 0
        halves = [
            (~half, _fit_head(head, {count: raw[half] for count, raw in logits.items()}, truth[half]))
            for half in (even, ~even)
        ]
        for count, raw in logits.items():
            probabilities, sure = np.empty_like(raw), np.empty(len(truth), bool)
            for half, calibrated in halves:
                probabilities[half] = calibrated.calibrated(raw[half], count)
                sure[half] = probabilities[half].max(1) >= calibrated.unsure_below
            figures = score(probabilities, truth, label_set)
            hits, unseen = probabilities.argmax(1) == truth, ~seen[rows]
            values = {"accuracy": figures["accuracy"]}
            if unseen.any():
                values["accuracy_without_near_duplicates"] = hits[unseen].mean()
            values["balanced_accuracy"] = figures["balanced_accuracy"]
            if sure.any():
                values |= {"share_sure": sure.mean(), "accuracy_when_sure": hits[sure].mean()}
            values["ece"] = figures["ece"]
            protocol = {"label_set": label_set.name, "data": data, "split": split, "crops": count, "n": figures["n"]}
            # Five digits: tables show three of them, and 0.88653 is not to be rounded to 0.8865 and then to 88.6 %.
            measured.append({**protocol, **{name: round(float(value), 5) for name, value in values.items()}})
    write_card(replace(model.card, heads=tuple(heads), measured=measured), path)


def _fit_head(head: Head, logits: Mapping[int, npt.NDArray[np.float32]], truth: npt.NDArray[np.integer]) -> Head:
    """The head calibrated on logits of shape (n, k) by how many views they are of, and true classes of shape (n,)."""
    fewest, most = min(logits), max(logits)
    scale, bias = (tuple(np.round(values, 4).tolist()) for values in fit_scaling(logits[fewest], truth))
    head = replace(head, scale=scale, bias=bias, averaged_scale=1.0)
    if most > 1:
        head = replace(head, averaged_scale=round(fit_factor(head.scores(logits[most]), truth), 4))
    surest = head.calibrated(logits[fewest], fewest).max(1)
    return replace(head, unsure_below=math.floor(100 * np.quantile(surest, 1 - SURE)) / 100)
