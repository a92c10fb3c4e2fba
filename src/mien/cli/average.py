"""``mien average``: one network from several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.cli.skipping import SkipBad
from mien.errors import InputError, MissingExtra


def average(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN|MODEL...",
            help="Folders that mien train wrote, of the same network; models, whose network may be shallower.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="RUN", help="Folder of the new run, for mien export.")],
    shares: Annotated[
        str | None, typer.Option(metavar="SHARES", help="Of each run, as 0.3,0.35,0.35; all equal by default.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="NAME:PATH", help="Where the training data are; as the first run says.")
    ] = None,
    skip_bad: SkipBad = False,
) -> None:
    """Make one network whose weights are the mean of those of several that began alike (mien train --start).

    What its normalisation layers know of their inputs is measured anew, on the training data.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("training", "train") from None
    from mien.datasets.parts import read_parts
    from mien.training.average import average_runs
    from mien.training.beginning import find_run_or_card

    try:
        parts = [float(share) for share in shares.split(",")] if shares else [1 / len(runs)] * len(runs)
    except ValueError:
        raise InputError(f"--shares {shares}: numbers are wanted, as 0.3,0.35,0.35") from None
    members = [find_run_or_card(run) for run in runs]
    average_runs(members, parts, out, lambda first: read_parts(data or first, skip_bad=skip_bad).training.images)
    Console().print(f"wrote {out}; next: mien export {out}", soft_wrap=True, highlight=False)
