"""The models that come with the package, by name, and any other by the path of its card."""

from __future__ import annotations

from pathlib import Path

from mien.errors import MissingExtra, ModelError
from mien.models.card import Member, ModelCard, read_card
from mien.models.committee import Committee
from mien.models.files import checksum
from mien.models.model import Model
from mien.models.onnx import OnnxModel
from mien.models.paths import WEIGHTS, find_card


def list_models() -> list[ModelCard]:
    """Cards of the models that come with the package, by name."""
    return [read_card(path) for path in sorted(WEIGHTS.glob("*.json"), key=lambda path: path.stem)]


def load_model(name: str | Path, threads: int = 1) -> Model:
    """Load a model: a network, a classical classifier or a committee, as its card says.

    Parameters
    ----------
    name : str or Path
        A name that `list_models` knows, or the path of a card (or of the weights beside it).
    threads : int
        Threads of one run.

    Raises
    ------
    UnknownName
        If there is no such model.
    ModelError
        If it, or a member of it, is damaged.
    MissingExtra
        If it is a classical classifier and its libraries are not installed.
    """
    path = find_card(name)
    card = read_card(path)
    if card.members:
        return Committee(card, [_load_member(member, path, threads) for member in card.members])
    kind = Path(card.file).suffix
    if kind == ".onnx":
        return OnnxModel(card, path, threads)
    if kind == ".safetensors":
        try:
            from mien.classifiers.model import ClassicModel
        except ImportError:
            raise MissingExtra(f"model {card.name!r}", "classic") from None
        return ClassicModel(card, path, threads)
    raise ModelError(f"{path}: {card.file} is neither ONNX nor safetensors")


def _load_member(member: Member, committee: Path, threads: int) -> Model:
    """A member, if its card is still the one that the committee was formed with.

    A committee cannot be its own member, not even through others: it would have to hold its own checksum.
    """
    path = find_card(member.card, committee.parent)
    try:
        found = checksum(path.read_bytes())
    except OSError:
        raise ModelError(f"{path}: no such card, though {committee.name} names it as a member") from None
    if found != member.sha256:
        raise ModelError(f"{path}: has changed since {committee.name} was formed of it (its sha256 differs)")
    return load_model(path, threads)
