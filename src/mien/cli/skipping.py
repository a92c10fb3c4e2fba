"""What the commands that read data sets share: leaving out bad samples, and saying how many."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out and count samples that are bad.")]


def tell_skipped(count: int) -> None:
    """Say on stderr how many samples were left out, if any."""
    if count:
        print(f"mien: bad samples left out: {count}", file=sys.stderr)
