"""``mien datasets``: what can be read, and whether a copy of it is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from mien.errors import BadSample, MienError

if TYPE_CHECKING:
    from mien.datasets import Reader

REASONS = 10
"""How many bad samples are told one by one."""


@dataclass
class Census:
    """What a copy holds.

    Attributes
    ----------
    counts : Counter
        Good samples by split and label; of the label ``""``, all of a split.
    bad : int
        Samples that cannot be read.
    reasons : list of str
        Why, of the first `REASONS` of them.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: int = 0
    reasons: list[str] = field(default_factory=list)


datasets = typer.Typer(invoke_without_command=True)


@datasets.callback()
def listing(context: typer.Context) -> None:
    """List the data sets that can be read, or check a copy of one."""
    if context.invoked_subcommand is not None:
        return
    from mien.datasets import READERS

    table = Table(
        show_lines=True,
        caption="read as --data NAME:PATH; without splits there are no official parts (mien crossval makes folds); "
        "without labels there are action units or identities, or the copy itself has the words",
    )
    for heading in ("name", "labels", "splits", "what it is"):
        table.add_column(heading, overflow="fold")
    for reader in READERS.values():
        labels = "-" if reader.label_set is None else reader.label_set.name
        about = f"{reader.title}\npath: {reader.needs}\nfrom: {reader.source}"
        table.add_row(reader.name, labels, "\n".join(reader.splits) or "-", about)
    Console().print(table)


@datasets.command()
def check(
    name: Annotated[str, typer.Argument(help="Name of the data set, as mien datasets lists it.")],
    path: Annotated[Path, typer.Argument(help="Where the copy is.")],
) -> None:
    """Read all of a copy, pictures too, and hold it against the published counts.

    The exit code is 1 if something is missing or bad, or nothing is good.
    """
    from mien.datasets import find_reader

    reader, path = find_reader(f"{name}:{path}")
    census = take_census(reader, path)
    table, missing = census_table(reader, census)
    console = Console()
    console.print(table)
    for reason in census.reasons:
        console.print(f"bad: {reason}", markup=False, highlight=False, soft_wrap=True)
    if census.bad > len(census.reasons):
        console.print(f"and {census.bad - len(census.reasons)} more")
    good = sum(count for (_, label), count in census.counts.items() if not label)
    absent = f"{missing} missing" if reader.published else "no published counts to say what is missing"
    console.print(f"{good} good, {census.bad} bad, {absent}", highlight=False, soft_wrap=True)
    if census.bad or missing or not good:
        raise typer.Exit(1)


def take_census(reader: Reader, path: Path) -> Census:
    """Read every sample of a copy, with all of its frames."""
    from mien.datasets import ALL

    census = Census()
    total = sum(labels.get("", sum(labels.values())) for labels in reader.published.values()) or None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[bad]} bad"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=total, bad=0)
        for row in reader.rows(path):
            try:
                if isinstance(row, BadSample):
                    raise row
                for _ in row.frames():
                    pass
            except MienError as error:
                census.bad += 1
                if census.bad <= REASONS:
                    census.reasons.append(str(error))
            else:
                census.counts[row.split or ALL, ""] += 1
                if row.label is not None and row.label_set is not None:
                    census.counts[row.split or ALL, row.label_set.labels[row.label]] += 1
            progress.update(task, advance=1, bad=census.bad)
    return census


def census_table(reader: Reader, census: Census) -> tuple[Table, int]:
    """What there is of each split and label beside what was published, and how many samples are missing."""
    table = Table(title=reader.title, caption="-: of this no count is published" if reader.published else None)
    for heading in ("split", "label", "here", "published", "difference"):
        table.add_column(heading, justify="left" if heading in ("split", "label") else "right")
    published = {(split, label): n for split, labels in reader.published.items() for label, n in labels.items()}
    keys = dict.fromkeys((*published, *sorted(census.counts)))
    missing = 0
    for split in dict.fromkeys(split for split, _ in keys):
        short = Counter[str]()
        # All last, under the line of its parts.
        for label in sorted((label for part, label in keys if part == split), key="".__eq__):
            here, expected = census.counts[split, label], published.get((split, label))
            difference = 0 if expected is None else here - expected
            cells = (str(here), "-" if expected is None else str(expected), f"{difference:+d}" if difference else "")
            table.add_row(split, label or "all", *cells)
            short[label] = max(0, -difference)
        table.add_section()
        missing += max(short.pop("", 0), short.total())
    return table, missing
