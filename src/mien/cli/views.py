"""``mien views``: a multi-view data set of synthetic people that anybody can make."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mien.cli.views_measure import measure
from mien.cli.views_protocol import pose, protocol
from mien.errors import InputError

views = typer.Typer(no_args_is_help=True, help="Make a multi-view data set of synthetic people, and measure on it.")
for command in (measure, protocol, pose):
    views.command()(command)


@views.command()
def render(
    model: Annotated[Path, typer.Option(metavar="NPZ", help="ICT-FaceKit's light model as arrays; see docs/views.md.")],
    people: Annotated[int, typer.Option(min=1, help="How many; each gives 117 pictures.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder; an interrupted run there is taken up again.")],
    size: Annotated[int, typer.Option(help="Side of the pictures in pixels.")] = 128,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 0,
    views: Annotated[
        str | None, typer.Option(metavar="YAWS", help="Degrees with commas; by default -90 to 90 by 15.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default the cores.")] = None,
) -> None:
    """Render every person with every expression in every view, with exact labels."""
    from mien.views.dataset import PICTURES_FILE
    from mien.views.dataset import render as render_people
    from mien.views.recording import YAWS

    console = Console(stderr=True)
    columns = (TextColumn("people"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    steps = render_people(
        model,
        out,
        people,
        size=size,
        seed=seed,
        views=YAWS if views is None else _yaws(views),
        workers=workers or os.cpu_count() or 1,
    )
    try:
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("people", total=people)
            for done in steps:
                progress.update(task, completed=done)
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on after the last whole person")
        raise typer.Exit(130) from None
    Console().print(f"wrote {out / PICTURES_FILE}", soft_wrap=True, highlight=False)


def _yaws(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(yaw) for yaw in text.split(","))
    except ValueError:
        raise InputError(f"views must be whole degrees with commas, for example -45,0,45, not {text!r}") from None
