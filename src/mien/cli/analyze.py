"""``mien analyze``: pictures in; a table, JSON, CSV or marked pictures out."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import IO, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from mien.acquire import expand_sources, read_image
from mien.analyzer import Analyzer
from mien.cli.pictures import write_picture
from mien.drawing.annotate import annotate
from mien.drawing.table import faces_table
from mien.errors import InputError, MienError, UnreadableImage
from mien.faces import Faces

STANDARD_OUTPUT = "-"


def analyze(
    paths: Annotated[list[str], typer.Argument(help="Pictures, folders, or patterns such as 'album/*.jpg'.")],
    json_to: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="One JSON object a picture and line.")
    ] = None,
    csv_to: Annotated[str | None, typer.Option("--csv", metavar="FILE|-", help="One row a face.")] = None,
    annotate_to: Annotated[
        Path | None, typer.Option("--annotate", metavar="DIR", help="Write each picture with its faces marked.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a model, or the path of its card.")] = "mien",
    label_set: Annotated[str | None, typer.Option(help="ekman7, ferplus8 or five.")] = None,
    crops: Annotated[
        int, typer.Option(help="Crops of each face: 1, 2 (its mirror image, too: a little better), 5 or 10.")
    ] = 1,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Least confidence of a detection.")] = 0.6,
    frontalise: Annotated[
        bool,
        typer.Option(
            "--frontalise",
            help="Read faces that are turned to a side from the front, too, as a generator shows them: slower, and "
            "faces turned far are read a little better.",
        ),
    ] = False,
    generator: Annotated[
        Path | None, typer.Option(metavar="CARD", help="What --frontalise turns with; by default mien's own.")
    ] = None,
) -> None:
    """Read the faces in photos."""
    if json_to == csv_to == STANDARD_OUTPUT:
        raise InputError("only one of --json and --csv can go to standard output")
    if generator and not frontalise:
        raise InputError("a generator is for --frontalise; give both")
    threads = min(4, os.cpu_count() or 1)
    turner = generator or frontalise
    analyzer = Analyzer(
        model, label_set=label_set, crops=crops, min_score=min_score, threads=threads, frontalise=turner
    )
    sources = [Path(str(source)) for source in expand_sources(paths)]
    names = [str(source) for source in sources]
    if annotate_to is not None:
        marked = dict(zip(names, _marked_paths(sources, annotate_to), strict=True))
        annotate_to.mkdir(parents=True, exist_ok=True)

    failed = 0
    shown: list[tuple[str, Faces | MienError]] = []
    to_table = STANDARD_OUTPUT not in (json_to, csv_to)
    with ExitStack() as stack:
        json_file = _open(json_to, stack)
        rows = _csv_writer(_open(csv_to, stack), analyzer)
        for source, result in _with_progress(analyzer.stream(sources), len(sources)):
            name = str(source)
            failed += isinstance(result, MienError)
            if json_file:
                json_file.write(json.dumps(describe(name, result, analyzer), ensure_ascii=False) + "\n")
                json_file.flush()
            if isinstance(result, Faces):
                if rows:
                    rows.writerows([name, *row] for row in zip(*result.to_table().values(), strict=True))
                if annotate_to is not None:
                    write_picture(marked[name], annotate(read_image(source), result))
            elif not to_table:
                print(f"mien: error: {result}", file=sys.stderr)
            if to_table:
                shown.append((name, result))

    if to_table and failed == len(sources):
        for _, result in shown:
            print(f"mien: error: {result}", file=sys.stderr)
    elif to_table:
        console = Console()
        console.print(faces_table(shown))
        if annotate_to is not None:
            for name, result in shown:
                if isinstance(result, Faces):
                    console.print(f"marked picture: {marked[name]}", soft_wrap=True, highlight=False)
    if failed and len(sources) > 1:
        print(f"mien: {failed} of {len(sources)} pictures could not be read", file=sys.stderr)
    if failed:
        raise typer.Exit(1 if failed < len(sources) else 2)


def describe(name: str, result: Faces | MienError, analyzer: Analyzer) -> dict[str, Any]:
    """What ``--json`` says of one picture."""
    if isinstance(result, MienError):
        reason = result.reason if isinstance(result, UnreadableImage) else str(result)
        return {"image": name, "error": {"type": type(result).__name__, "message": reason}}
    return {
        "image": name,
        "width": result.image_size[0],
        "height": result.image_size[1],
        "model": analyzer.model_name,
        "label_set": result.label_set.name,
        "faces": result.to_dicts(),
    }


def _with_progress(results: Iterator[Any], total: int) -> Iterator[Any]:
    """A bar on the error stream if there is somebody to see it and something to wait for."""
    console = Console(stderr=True)
    if total < 5 or not console.is_terminal:
        yield from results
    else:
        yield from track(results, "reading", total=total, console=console, transient=True)


def _open(target: str | None, stack: ExitStack) -> IO[str] | None:
    if target is None:
        return None
    if target == STANDARD_OUTPUT:
        return sys.stdout
    return stack.enter_context(open(target, "w", encoding="utf-8", newline=""))


def _csv_writer(file: IO[str] | None, analyzer: Analyzer) -> Any:
    if file is None:
        return None
    writer = csv.writer(file)
    writer.writerow(["image", *Faces.empty(analyzer.label_set, (0, 0)).to_table()])
    return writer


def _marked_paths(sources: list[Path], folder: Path) -> list[Path]:
    """A name of its own for each marked picture: never that of another one or of a picture that is read."""
    taken = {source.resolve() for source in sources}
    paths: list[Path] = []
    for source in sources:
        names = chain([f"{source.stem}.png"], (f"{source.stem}-{number}.png" for number in count(2)))
        paths.append(next(path for path in (folder / name for name in names) if path.resolve() not in taken))
        taken.add(paths[-1].resolve())
    return paths
