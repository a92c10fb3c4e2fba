"""All commands in one application."""

from __future__ import annotations

from typing import Annotated

import typer

from mien.cli.analyze import analyze
from mien.cli.average import average
from mien.cli.bench import bench
from mien.cli.benchmark import benchmark
from mien.cli.crossval import crossval
from mien.cli.datasets import datasets
from mien.cli.ensemble import ensemble
from mien.cli.evaluate import evaluate
from mien.cli.export import export
from mien.cli.models import models
from mien.cli.quantize import quantize
from mien.cli.recipes import recipes
from mien.cli.report import report
from mien.cli.rotate import rotate
from mien.cli.serve import serve
from mien.cli.spot import spot
from mien.cli.train import train
from mien.cli.views import views
from mien.cli.watch import watch

app = typer.Typer(
    name="mien",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    analyze,
    rotate,
    watch,
    report,
    spot,
    serve,
    models,
    evaluate,
    benchmark,
    recipes,
    train,
    average,
    export,
    quantize,
    ensemble,
    crossval,
    bench,
):
    app.command()(command)
app.add_typer(datasets, name="datasets")
app.add_typer(views, name="views")


def _print_version(wanted: bool) -> None:
    if wanted:
        from mien import __version__

        print(f"mien {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Reads facial expressions in photos; trains and measures the models that do so."""
