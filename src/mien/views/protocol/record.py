"""The folder of a protocol: ``settings.json``, a run for each training, and at the end the tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.errors import InputError
from mien.views.generator.finished import Origin
from mien.views.protocol.data import ViewData
from mien.views.protocol.tables import markdown

SETTINGS_FILE = "settings.json"


def start(folder: Path, data: ViewData, generator: Origin | None, seed: int) -> None:
    """Make the folder, or see that the runs in it are of the same data, generator and seed.

    Parameters
    ----------
    folder : Path
        Where the protocol is kept.
    data : ViewData
        All faces.
    generator : Origin or None
        Where it is from.
    seed : int
        Source of chance.

    Raises
    ------
    InputError
        If they are not.
    """
    settings = {
        "data": hashlib.sha256(data.faces.tobytes()).hexdigest(),
        "generator": None if generator is None else generator.sha256,
        "seed": seed,
    }
    path = folder / SETTINGS_FILE
    if path.exists():
        before = json.loads(path.read_text())
        if changed := [name for name, value in settings.items() if before.get(name) != value]:
            raise InputError(
                f"{folder} holds a protocol with another {' and '.join(changed)}; give a new folder to --out"
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2) + "\n")


def write(folder: Path, settings: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write ``protocol.json`` and ``protocol.md``.

    Parameters
    ----------
    folder : Path
        Where.
    settings : mapping
        What was done.
    found : mapping
        As `mien.views.protocol.tables.figures` gives it.
    """
    as_json, as_page = folder / "protocol.json", folder / "protocol.md"
    as_json.write_text(json.dumps({**settings, **found}, indent=2) + "\n")
    as_page.write_text(markdown(found, {**settings, **found["tested"]}))
    return as_json, as_page
