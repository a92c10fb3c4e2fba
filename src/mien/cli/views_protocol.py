"""``mien views protocol`` and ``mien views pose``: what reading is worth on turned faces."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from mien.errors import InputError, MissingExtra

if TYPE_CHECKING:
    from mien.views.protocol.tables import Row


def protocol(
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="views-multipie6:DIR, or multipie:DIR.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Runs and tables; a later call goes on there.")],
    generator: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|CARD",
            help="A generator's training on the same people, its card, or two-pathway-gan-64, which comes with mien; "
            "the people that it held out are tested.",
        ),
    ] = None,
    folds: Annotated[int | None, typer.Option(min=2, help="How many, without a generator; by default 5.")] = None,
    fold: Annotated[int | None, typer.Option(metavar="K", help="Only this one, from 1.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Shorten or lengthen the trainings.")] = None,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 0,
) -> None:
    """Accuracy by angle and expression on people never seen before, by several ways to read turned faces."""
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("the pose protocol", "train") from None
    from dataclasses import asdict, replace

    from mien.training.recipes import get_recipe
    from mien.views.protocol.data import read_views
    from mien.views.protocol.generated import load_generator
    from mien.views.protocol.readings import compare
    from mien.views.protocol.record import start, write
    from mien.views.protocol.splits import choose, fold_splits, held_out_split
    from mien.views.protocol.tables import figures

    if generator is not None and folds is not None:
        raise InputError("with a generator the people it held out are tested; leave out --folds")
    recipe = get_recipe("views")
    recipe = recipe if epochs is None else replace(recipe, epochs=epochs)
    with Console(stderr=True).status("reading the data") as status:
        turner, origin = (None, None) if generator is None else load_generator(generator)
        faces = read_views(data) if turner is None else read_views(data, turner.side, turner.rim)
        splits = fold_splits(faces, folds or 5, seed) if turner is None else held_out_split(faces)
        chosen = choose(splits, fold)
        start(out, faces, origin, seed)
        found = figures(compare(faces, chosen, recipe, turner, out, seed, status.update))
    settings = {
        "data": data,
        "splits": [split.name for split in chosen],
        "recipe": recipe.name,
        "epochs": recipe.epochs,
        "seed": seed,
        "generator": None if origin is None else asdict(origin),
    }
    pages = write(out, settings, found)
    _show(found)
    if origin is not None and origin.data.partition(":")[2] != data.partition(":")[2]:
        Console().print(f"note: the generator learnt from {origin.data}; it may know the people tested here")
    Console().print(f"wrote {' and '.join(map(str, pages))}", soft_wrap=True, highlight=False)


def pose(
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="views:DIR, or views-multipie6:DIR.")],
) -> None:
    """Error of the pose that mien reads of a face, on rendered views, by angle."""
    from mien.views.protocol.pose import measure_pose

    with Console(stderr=True).status("reading the data") as status:
        rows = measure_pose(data, status.update)
    table = Table("angle", title="mean absolute error of the pose, degrees", title_justify="left")
    for heading in ("pictures", "found", "yaw", "pitch", "roll"):
        table.add_column(heading, justify="right")
    for row in rows:
        errors = (f"{error:.1f}" if row.found else "" for error in (row.yaw, row.pitch, row.roll))
        table.add_row(str(row.angle), str(row.pictures), f"{row.found / row.pictures:.0%}", *errors)
    Console().print(table)


def _show(found: dict[str, object]) -> None:
    from mien.views.protocol import tables
    from mien.views.protocol.readings import READINGS

    console = Console()
    readings: dict[str, dict[str, object]] = found["readings"]  # type: ignore[assignment]
    for name, reading in readings.items():
        title = f"{name}: {READINGS[name]}"
        console.print(_table(title, "angle", tables.READING_COLUMNS, tables.reading_rows(reading)))
    console.print(_table("accuracy by angle, percent", "reading", tables.SUMMARY_COLUMNS, tables.summary_rows(found)))
    console.print(_table("published, Multi-PIE", "approach", tables.SUMMARY_COLUMNS, tables.published_rows()))
    for row in tables.PUBLISHED:
        console.print(f"{row.name}: {row.description}")
    console.print(tables.NOT_COMPARABLE)
    title = "error of the pose head (joint), degrees of yaw"
    console.print(_table(title, "", tables.SUMMARY_COLUMNS[:-1], [tables.yaw_row(found)]))


def _table(title: str, heading: str, columns: Iterable[str], rows: Iterable[Row]) -> Table:
    table = Table(heading, title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(row.heading, *row.cells)
    return table
