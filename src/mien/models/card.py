"""Model cards: the JSON file beside each ONNX file that says all the runtime needs to know of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from mien.errors import MienError, ModelError
from mien.labels import LabelSet, get_label_set

T = TypeVar("T")


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
    """

    frame: int
    size: int
    margin: float
    mean: float
    std: float


@dataclass(frozen=True)
class Head:
    """One output of a model.

    Attributes
    ----------
    label_set : str
        Name of the label set, and of the ONNX output that holds its logits.
    temperature : float
        Logits are divided by it before the softmax (Guo et al. 2017, "On Calibration of Modern Neural Networks").
    """

    label_set: str
    temperature: float


@dataclass(frozen=True)
class ModelCard:
    """All that is known of a model.

    Attributes
    ----------
    name, description, licence : str
        For people.
    file, sha256 : str
        The ONNX file beside the card and its checksum.
    input : Input
        What the network takes.
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
    file: str
    sha256: str
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
    """Write a card as JSON."""
    path.write_text(json.dumps(asdict(card), indent=2) + "\n")


def read_card(path: Path) -> ModelCard:
    """Read and check a card.

    Raises
    ------
    ModelError
        If it is not a whole card; the message names the file and what is wrong.
    """
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model card") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: the model card is damaged ({error})") from None
    try:
        values["input"] = _build(Input, values["input"])
        values["heads"] = tuple(_build(Head, head) for head in values["heads"])
        card = _build(ModelCard, values)
        for head in card.heads:
            get_label_set(head.label_set)
    except (KeyError, TypeError, AttributeError, MienError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{path}: the model card is damaged ({reason})") from None
    possible = 0 < card.input.size <= card.input.frame and card.input.margin > 0 and card.input.std > 0
    if not (card.heads and possible and all(head.temperature > 0 for head in card.heads)):
        raise ModelError(f"{path}: the model card is damaged (no heads, or impossible numbers)")
    return card


def _build(kind: type[T], values: dict[str, Any]) -> T:
    """A dataclass from JSON, with every field present and of its type."""
    known = {}
    for field in fields(kind):  # type: ignore[arg-type]
        value = values[field.name]
        if field.type == "float" and isinstance(value, int):
            value = float(value)
        expected = {"float": float, "int": int, "str": str}.get(str(field.type))
        if expected is not None and type(value) is not expected:
            raise TypeError(f"{field.name} must be a {field.type}, not {value!r}")
        known[field.name] = value
    return kind(**known)


def checksum(data: bytes) -> str:
    """Its sha256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
