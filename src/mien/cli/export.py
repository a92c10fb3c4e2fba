"""``mien export``: from a training run to a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import MissingExtra


def export(
    run: Annotated[Path, typer.Argument(help="Folder that mien train wrote.")],
    data: Annotated[
        str | None, typer.Option(metavar="NAME:PATH", help="Where the data is now, if it moved since the training.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the model; the run's own by default.")] = None,
    name: Annotated[
        str | None, typer.Option(help="What the model is called, for example one of several seeds; else as its recipe.")
    ] = None,
    skip_bad: SkipBad = False,
) -> None:
    """Write a run's averaged weights as ONNX, with the card: calibrated and measured on PublicTest.

    Of a multi-view generator, encoder, decoder and turns of a head with their card, for mien rotate.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("exporting", "train") from None
    from mien.training.run import Run
    from mien.views.generator.export import export_generator, is_generator

    source = Run(run)
    if is_generator(source):
        card = export_generator(source, out or run, name)
        parts = (card.with_name(f"{card.stem}-{part}") for part in ("encoder.onnx", "decoder.onnx", "turns.npz"))
        _print_written(card, *(part for part in parts if part.exists()))
        return
    from mien.datasets.parts import read_parts
    from mien.training.export import export as write

    spec = data or source.config["data"]
    with Console(stderr=True).status("writing, calibrating and measuring"):
        faces = read_parts(spec, source.recipe.validation, skip_bad=skip_bad)
        tell_skipped(faces.skipped)
        card = write(source, faces, out or run, name)
    _print_written(card, card.with_suffix(".onnx"))


def _print_written(*files: Path) -> None:
    """Name the files that are there now."""
    Console().print(f"wrote {' and '.join(map(str, files))}", soft_wrap=True, highlight=False)
