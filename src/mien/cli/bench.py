"""``mien bench``: published systems side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import MissingExtra


def bench(
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="For example fer2013:fer2013.csv.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where runs and models stay; a later call goes on there.")],
    budget: Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Time for all trainings together.")] = 60,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SYSTEM",
            help="Not all, but this: a recipe, feature+classifier or shipped:MODEL; may be given again.",
        ),
    ] = None,
    skip_bad: SkipBad = False,
) -> None:
    """Train and measure published systems, as many and as long as the budget allows, and print one table."""
    try:
        import sklearn  # noqa: F401
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("the bench", "train,classic") from None
    from mien.bench.bench import bench as run
    from mien.bench.systems import default_systems, find_system
    from mien.bench.table import Row, console_table, markdown_table
    from mien.datasets.parts import read_parts

    systems = [find_system(name) for name in only] if only else default_systems()
    console, progress = Console(), Console(stderr=True)
    with progress.status("reading the data") as status:
        faces = read_parts(data, skip_bad=skip_bad)
        tell_skipped(faces.skipped)

        def row_done(row: Row) -> None:
            progress.print(f"{row.system}: {row.cells()[2]}, ten crops {row.cells()[3]}", highlight=False)

        try:
            rows = run(systems, faces, out, budget, status.update, row_done)
        except KeyboardInterrupt:
            progress.print("stopped; the same command goes on from here")
            raise typer.Exit(130) from None
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.md").write_text(markdown_table(rows))
    table = console_table(rows, f"{faces.name} {faces.split}, n {len(faces.validation)}")
    # A narrow terminal breaks the lines; rich would cut the figures.
    wide = Console(width=1000).measure(table).maximum
    Console(width=max(console.width, wide)).print(table)
    done = {row.system for row in rows}
    if waiting := [system.name for system in systems if system.name not in done]:
        console.print(f"no time was left for {', '.join(waiting)}", soft_wrap=True, highlight=False)
