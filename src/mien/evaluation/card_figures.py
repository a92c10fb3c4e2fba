"""The figures that a model's card holds: its temperatures, and what it is worth on validation data."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mien.datasets import FaceData
from mien.datasets.duplicates import near_duplicates
from mien.errors import InputError, MienError
from mien.evaluation.calibration import fit_temperature
from mien.evaluation.metrics import score
from mien.evaluation.protocol import choose_label_set, labelled
from mien.labels import get_label_set
from mien.models import Committee, load_model, write_card
from mien.models.fusion import accuracy_weights
from mien.models.model import softmax

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
    """Fit a temperature and a limit of being sure for each head, measure, and write all of it into the card.

    Parameters
    ----------
    path : Path
        The card of a model that can be loaded. Heads for which the validation data have labels are done; the others
        stay as they are.
    validation : FaceData
        Half of it fits temperatures and limits, the other half says how good they are.
    training : FaceData
        What the model learnt from, to tell which validation pictures have near-duplicates in it.
    crops : sequence of int
        Numbers of views a face to measure with, as far as the model knows them; the temperature is fitted on the first.
    data, split : str
        What the card calls the validation data.
    """
    model = load_model(path, threads=os.cpu_count() or 1)
    crops = [count for count in crops if count in model.crop_counts]
    seen = near_duplicates(validation.images, training.images)
    heads, measured = [], []
    for head in model.card.heads:
        label_set = get_label_set(head.label_set)
        try:
            rows, truth = labelled(validation, label_set)
        except MienError:  # these data have no labels for it
            heads.append(head)
            continue
        # Interleaved halves: both hold the same mixture whatever the order of the file.
        fit, held_out = np.arange(len(truth)) % 2 == 0, np.arange(len(truth)) % 2 == 1
        logits = {count: model.logits(validation.images[rows], label_set.name, count) for count in crops}
        unseen = ~seen[rows]
        temperature = round(fit_temperature(logits[crops[0]][fit], truth[fit]), 4)
        surest = softmax(logits[crops[0]] / temperature).max(1)
        unsure_below = math.floor(100 * np.quantile(surest[fit], 1 - SURE)) / 100
        heads.append(replace(head, temperature=temperature, unsure_below=unsure_below))
        for count, raw in logits.items():
            probabilities = softmax(raw / temperature)
            figures = score(probabilities, truth, label_set)
            values = {"accuracy": figures["accuracy"]}
            if unseen.any():
                hits = probabilities.argmax(1) == truth
                values["accuracy_without_near_duplicates"] = float(hits[unseen].mean())
            values["balanced_accuracy"] = figures["balanced_accuracy"]
            sure = held_out & (probabilities.max(1) >= unsure_below)
            if sure.any():
                values["share_sure"] = float(sure.sum() / held_out.sum())
                values["accuracy_when_sure"] = float((probabilities.argmax(1) == truth)[sure].mean())
            values["ece_on_the_half_not_fitted"] = score(probabilities[held_out], truth[held_out], label_set)["ece"]
            protocol = {"label_set": label_set.name, "data": data, "split": split, "crops": count, "n": figures["n"]}
            measured.append({**protocol, **{name: round(value, 4) for name, value in values.items()}})
    write_card(replace(model.card, heads=tuple(heads), measured=measured), path)
