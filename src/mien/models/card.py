"""Model cards: the JSON file of each model that says all the runtime needs to know of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.align import MIDDLE_VIEWS
from mien.errors import ModelError, UnknownName
from mien.labels import LabelSet, get_label_set
from mien.models.files import build, read_checked, reading_card
from mien.models.fusion import RULES
from mien.models.preparation import PREPARATIONS
from mien.writing import whole_file

FloatArray = npt.NDArray[np.float32]

AVERAGES = ("logits", "probabilities")
"""What may be averaged over the views of a face."""

MARGIN = 0.95
"""`Input.margin` of models that were trained on FER2013's frames: whole photos are read best with it, by
``tools/margin_study.py``."""


@dataclass(frozen=True)
class Input:
    """What a model takes.

    Attributes
    ----------
    frame : int
        Side in pixels of the aligned face.
    size : int
        Side in pixels of the crop of that frame which the network is run on; at most `frame`.
    margin : float
        Size of the frame against FER2013's own around the same face (`mien.align.TEMPLATE`).
    mean, std : float
        The network takes ``(grey / 255 - mean) / std``.
    preparation : str
        What is done to the frame first: a name from `mien.models.preparation.PREPARATIONS`.
    views : {"centre", "whole"}
        The single view of a face, and the middle one of several: see `mien.align.crop_views`.
    average : {"logits", "probabilities"}
        What is averaged over several views.
    """

    frame: int
    size: int
    margin: float
    mean: float
    std: float
    preparation: str = "none"
    views: str = "centre"
    average: str = "logits"


@dataclass(frozen=True)
class Head:
    """One output of a model.

    Attributes
    ----------
    label_set : str
        Name of the label set, and of the ONNX output that holds its logits.
    scale, bias : tuple of float
        One a class: logits are multiplied by the first, then the second is added, before the softmax (vector scaling,
        Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2). Empty: logits stay as they are.
    averaged_scale : float
        By which scores that are means of several views are multiplied after that: how far they lie apart says another
        thing than it does of one view.
    unsure_below : float
        A face whose best label is less probable is one of the fifth of faces of which the model is least sure; 0 if
        that was not measured.
    """

    label_set: str
    scale: tuple[float, ...] = ()
    bias: tuple[float, ...] = ()
    averaged_scale: float = 1.0
    unsure_below: float = 0.0

    def scores(self, logits: FloatArray) -> FloatArray:
        """Logits by scale and bias, both of shape (n, k)."""
        return logits * np.array(self.scale, np.float32) + np.array(self.bias, np.float32) if self.scale else logits

    def calibrated(self, logits: FloatArray, crops: int = 1) -> FloatArray:
        """Probabilities, shape (n, k), from logits of that shape, which are the means over so many views."""
        scores = self.scores(logits)
        return softmax(scores if crops == 1 else scores * np.float32(self.averaged_scale))


@dataclass(frozen=True)
class Member:
    """One model of a committee.

    Attributes
    ----------
    card : str
        Path of its card, relative to the committee's; or the name of a model that comes with the package.
    sha256 : str
        Checksum of that card, which has the checksum of the weights.
    weight : float
        What it counts where the rule is the mean.
    """

    card: str
    sha256: str
    weight: float


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """All that is known of a model.

    Attributes
    ----------
    name, description, licence : str
        For people.
    file, sha256 : str
        The weights beside the card, ONNX or safetensors, and their checksum.
    members : tuple of Member
        In a committee, the models that it asks, instead of a file.
    rule : {"mean", "vote", "median"}
        How a committee's members come to one answer: see `mien.models.fusion`.
    input : Input
        What the network takes; of a committee, the frame that its members share.
    heads : tuple of Head
        What it gives, the preferred one first.
    parameters, macs : int
        Trained numbers; multiplications with addition for one face.
    training : dict
        Data, recipe, seed and the command that trains it again.
    measured : list of dict
        Figures, each with its protocol: ``label_set``, ``data``, ``split`` and ``crops``.
    """

    name: str
    description: str
    licence: str
    file: str = ""
    sha256: str = ""
    members: tuple[Member, ...] = ()
    rule: str = "mean"
    input: Input
    heads: tuple[Head, ...]
    parameters: int
    macs: int
    training: dict[str, Any]
    measured: list[dict[str, Any]]

    def head_for(self, label_set: LabelSet) -> Head | None:
        """The head that has exactly this label set."""
        return next((head for head in self.heads if head.label_set == label_set.name), None)

    def accuracy(self, label_set: LabelSet, split: str, crops: int) -> float | None:
        """The measured accuracy under this protocol, 0 to 1, if the card has it."""
        protocol = {"label_set": label_set.name, "split": split, "crops": crops}
        return next((row["accuracy"] for row in self.measured if row.items() >= protocol.items()), None)


def write_card(card: ModelCard, path: Path) -> None:
    """Write a card as JSON, whole or not at all; a committee's without file, any other without members."""
    absent = ("file", "sha256") if card.members else ("members", "rule")
    values = {name: value for name, value in asdict(card).items() if name not in absent}
    with whole_file(path) as partial:
        partial.write_text(json.dumps(values, indent=2) + "\n")


def read_card(path: Path) -> ModelCard:
    """Read and check a card.

    Raises
    ------
    ModelError
        If it is not a whole card; the message names the file and what is wrong.
    """
    with reading_card(path) as values:
        values["input"] = build(Input, values["input"])
        values["heads"] = tuple(_build_head(head) for head in values["heads"])
        values["members"] = tuple(build(Member, member) for member in values.get("members", ()))
        card = build(ModelCard, values)
        for lacking in (name for name in ("file", "sha256") if not (card.members or getattr(card, name))):
            raise KeyError(lacking)
        _check_choice("preparation", card.input.preparation, PREPARATIONS)
        _check_choice("views", card.input.views, MIDDLE_VIEWS)
        _check_choice("average", card.input.average, AVERAGES)
        _check_choice("rule", card.rule, RULES)
    possible = 0 < card.input.size <= card.input.frame and card.input.margin > 0 and card.input.std > 0
    weights = [member.weight for member in card.members]
    weighty = not weights or (min(weights) >= 0 and 0 < sum(weights) < math.inf)
    if not (card.heads and possible and weighty):
        raise ModelError(f"{path}: the model card is damaged (no heads, or impossible numbers)")
    return card


def read_weights(card: ModelCard, path: Path) -> bytes:
    """The file that a card names, in bytes.

    Parameters
    ----------
    card : ModelCard
        The card.
    path : Path
        Where it lies; the file lies beside it.

    Raises
    ------
    ModelError
        If there is no such file, or its sha256 is not the card's.
    """
    return read_checked(path.with_name(card.file), card.sha256, path)


def _build_head(values: dict[str, Any]) -> Head:
    head = build(Head, {**values, "scale": tuple(values.get("scale", ())), "bias": tuple(values.get("bias", ()))})
    sizes = {len(head.scale), len(head.bias)}
    if sizes not in ({0}, {len(get_label_set(head.label_set))}):
        raise ValueError(f"head {head.label_set!r} needs one scale and one bias a class")
    if not all(map(math.isfinite, (*head.scale, *head.bias, head.averaged_scale))) or head.averaged_scale <= 0:
        raise ValueError(f"head {head.label_set!r} has an impossible scale or bias")
    return head


def softmax(logits: FloatArray) -> FloatArray:
    """Over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)


def _check_choice(name: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise UnknownName(name, value, known)
