"""Where cards lie: those that come with the package are known by name, any other by its path."""

from __future__ import annotations

import os
from pathlib import Path

from mien.errors import UnknownName

WEIGHTS = Path(__file__).with_name("weights")


def find_card(name: str | Path, folder: Path = Path()) -> Path:
    """The card of a name that comes with the package, or of a path in `folder` (its own or its weights').

    Raises
    ------
    UnknownName
        If it is a name and there is no such model.
    """
    path = Path(name)
    if path.suffix in (".json", ".onnx", ".safetensors"):
        return folder / path.with_suffix(".json")
    card = WEIGHTS / f"{name}.json"
    if not card.is_file():
        raise UnknownName("model", str(name), sorted(p.stem for p in WEIGHTS.glob("*.json")))
    return card


def name_card(card: Path, folder: Path) -> str:
    """What `find_card` finds a card by in that folder."""
    card = card.resolve()
    if card.parent == WEIGHTS.resolve():
        return card.stem
    return Path(os.path.relpath(card, folder.resolve())).as_posix()
