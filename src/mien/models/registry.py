"""The models that come with the package, by name, and any other by the path of its card."""

from __future__ import annotations

from pathlib import Path

from mien.errors import UnknownName
from mien.models.card import ModelCard, read_card
from mien.models.model import Model

WEIGHTS = Path(__file__).with_name("weights")


def list_models() -> list[ModelCard]:
    """Cards of the models that come with the package, by name."""
    return [read_card(path) for path in sorted(WEIGHTS.glob("*.json"))]


def load_model(name: str | Path, threads: int = 1) -> Model:
    """Load a model.

    Parameters
    ----------
    name : str or Path
        A name that `list_models` knows, or the path of a card (or of the ONNX file beside it).
    threads : int
        Threads of one network run.

    Raises
    ------
    UnknownName
        If there is no such model.
    ModelError
        If it is damaged.
    """
    path = Path(name)
    if path.suffix in (".json", ".onnx"):
        return Model(path.with_suffix(".json"), threads)
    card = WEIGHTS / f"{name}.json"
    if not card.is_file():
        raise UnknownName("model", str(name), sorted(p.stem for p in WEIGHTS.glob("*.json")))
    return Model(card, threads)
