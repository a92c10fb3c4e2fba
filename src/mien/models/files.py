"""What every kind of card is made of: JSON that is checked on reading, and the files beside it with their checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from mien.errors import MienError, ModelError

T = TypeVar("T")


@contextmanager
def reading_card(path: Path) -> Iterator[dict[str, Any]]:
    """What a card's JSON says; whatever goes wrong while it is made into a card is a `ModelError` that names the file.

    Parameters
    ----------
    path : Path
        Of the card.

    Raises
    ------
    ModelError
        If there is no such file, it is a folder or not JSON, or the body of the ``with`` raises `KeyError` (something
        is lacking), `TypeError`, `ValueError`, `AttributeError` or an error of mien's.
    """
    if path.is_dir():
        raise ModelError(f"{path}: a folder; name the model card in it, a .json file")
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        raise ModelError(f"{path}: no such model card") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: the model card is damaged ({error})") from None
    try:
        yield values
    except (KeyError, TypeError, ValueError, AttributeError, MienError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{path}: the model card is damaged ({reason})") from None


def build(kind: type[T], values: dict[str, Any]) -> T:
    """A dataclass from JSON, with every field of its type, and present unless it has a default."""
    known = {}
    for field in fields(kind):  # type: ignore[arg-type]
        if field.name not in values and field.default is not MISSING:
            continue
        value = values[field.name]
        if field.type == "float" and isinstance(value, int):
            value = float(value)
        expected = {"float": float, "int": int, "str": str}.get(str(field.type))
        if expected is not None and type(value) is not expected:
            raise TypeError(f"{field.name} must be a {field.type}, not {value!r}")
        known[field.name] = value
    return kind(**known)


def read_checked(file: Path, sha256: str, card: Path) -> bytes:
    """A file that a card names, in bytes.

    Parameters
    ----------
    file : Path
        The file.
    sha256 : str
        What its checksum is by the card.
    card : Path
        The card, for error messages.

    Raises
    ------
    ModelError
        If there is no such file, or its sha256 is another.
    """
    try:
        data = file.read_bytes()
    except OSError:
        raise ModelError(f"{file}: no such file, though {card.name} names it") from None
    if checksum(data) != sha256:
        raise ModelError(f"{file}: this is not the file that {card.name} describes (its sha256 differs)")
    return data


def checksum(data: bytes) -> str:
    """Its sha256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
