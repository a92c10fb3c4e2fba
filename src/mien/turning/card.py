"""The card of a generator: all that turning faces needs to know of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from mien.errors import ModelError
from mien.models.files import build, reading_card
from mien.writing import whole_file


@dataclass(frozen=True)
class Framing:
    """How the generator's pictures frame a face, against the box and the yaw that the default detector finds.

    Attributes
    ----------
    side : float
        Side of the picture, in heights of the face's box.
    across, down : float
        The picture's middle is to the right of the box's by ``across * (1 - cos(yaw))``, for a yaw below 0 to the left,
        and below it by ``down``, in heights of the box, with the head upright.
    lean : float
        Degrees. The line from between the eyes to between the mouth's corners of an upright head is tilted
        anticlockwise by ``lean * sin(yaw)``.
    frontal : tuple of five (x, y)
        Where the landmarks of a face are in the view at 0 degrees, on average; the picture is the unit square.
    """

    side: float
    across: float
    down: float
    lean: float
    frontal: tuple[tuple[float, float], ...]

    def without_rim(self, rim: float) -> Framing:
        """How pictures without their rim frame it; see `mien.turning.frame.without_rim`."""
        frontal = tuple((round((x - rim / 2) / (1 - rim), 5), round((y - rim) / (1 - rim), 5)) for x, y in self.frontal)
        down = round(self.down + rim / 2 * self.side, 5)
        return replace(self, side=round(self.side * (1 - rim), 5), down=down, frontal=frontal)


@dataclass(frozen=True)
class Part:
    """One of the files.

    Attributes
    ----------
    file, sha256 : str
        Its name, beside the card, and its checksum.
    """

    file: str
    sha256: str


@dataclass(frozen=True)
class GeneratorCard:
    """All that is known of a generator.

    Attributes
    ----------
    name, description, licence : str
        For people.
    encoder : Part
        ONNX. From ``pictures``, (n, 3, side, side), float32 RGB from -1 to 1, to logits of ``views``, (n, k), and
        ``z``, all else about the face.
    decoder : Part
        ONNX. From ``views``, (n, k), of which each row sums to one, and ``z`` to ``pictures``.
    side : int
        Of the pictures, pixels.
    views : tuple of int
        The yaws it was trained on, degrees, ascending; 0 is between the first and the last.
    framing : Framing
        How its pictures frame a face.
    parameters, macs : int
        Trained numbers of both networks; multiplications with addition for one face.
    training : dict
        Data, recipe, seed and the command that trains it again.
    measured : list of dict
        Figures, each with its protocol.
    turns : Part or None
        `mien.turning.Turns` of its views, in its frame: then a face's own pixels are shown where the picture has them.
    """

    name: str
    description: str
    licence: str
    encoder: Part
    decoder: Part
    side: int
    views: tuple[int, ...]
    framing: Framing
    parameters: int
    macs: int
    training: dict[str, Any]
    measured: list[dict[str, Any]]
    turns: Part | None = None


def write_generator(card: GeneratorCard, path: Path) -> None:
    """Write a card as JSON."""
    with whole_file(path) as partial:
        partial.write_text(json.dumps(asdict(card), indent=2) + "\n")


def read_generator(path: Path) -> GeneratorCard:
    """Read and check a card.

    Raises
    ------
    ModelError
        If it is not a whole card of a generator; the message names the file and what is wrong.
    """
    with reading_card(path) as values:
        values["encoder"], values["decoder"] = (build(Part, values[name]) for name in ("encoder", "decoder"))
        if values.get("turns") is not None:
            values["turns"] = build(Part, values["turns"])
        frontal = values["framing"]["frontal"]
        values["framing"]["frontal"] = tuple((float(x), float(y)) for x, y in frontal)
        values["framing"] = build(Framing, values["framing"])
        values["views"] = tuple(int(view) for view in values["views"])
        card = build(GeneratorCard, values)
    views = card.views
    ordered = len(views) > 1 and all(a < b for a, b in pairwise(views)) and views[0] <= 0 <= views[-1]
    if not (ordered and card.side > 0 and card.framing.side > 0 and len(card.framing.frontal) == 5):
        raise ModelError(f"{path}: the model card is damaged (impossible sizes, views or landmarks)")
    return card
