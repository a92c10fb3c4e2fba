"""What writing and reading of timelines must agree on."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from mien.errors import InputError, MissingExtra

CSV, JSON_LINES, PARQUET = "CSV", "JSON lines", "Parquet"

_FORMATS = {".csv": CSV, ".jsonl": JSON_LINES, ".ndjson": JSON_LINES, ".parquet": PARQUET}


def format_of(path: Path) -> str:
    """The format that a file's name says; raises `InputError` if it says none."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise InputError(f"{path}: a timeline is a .csv, .jsonl (or .ndjson) or .parquet file") from None


def journal_of(path: Path) -> Path:
    """Where the rows of a Parquet file are while it is being written."""
    return path.with_name(f"{path.name}.partial.jsonl")


def import_parquet() -> tuple[ModuleType, ModuleType]:
    """The modules ``pyarrow`` and ``pyarrow.parquet``; raises `MissingExtra` if they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("Parquet timelines", "video") from None
    return pyarrow, pyarrow.parquet
