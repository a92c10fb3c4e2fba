"""``mien train``: from a data set to a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mien.errors import MissingExtra


def train(
    data: Annotated[str, typer.Option(help="Training data, for example fer2013:fer2013.csv.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; an interrupted run there is taken up again.")],
    recipe: Annotated[str, typer.Option(help="Name of the recipe.")] = "mien",
    epochs: Annotated[int | None, typer.Option(min=1, help="Shorten or lengthen the recipe.")] = None,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 0,
) -> None:
    """Train a model by a recipe; goes on where it stopped if it was interrupted."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("training", "train") from None
    from dataclasses import replace

    import numpy as np

    from mien.datasets import read_data
    from mien.evaluation.plots import plot_confusion, plot_curves
    from mien.training.loop import train as run_training
    from mien.training.recipe import get_recipe
    from mien.training.run import Run, describe_recipe
    from mien.training.validation import confusions

    settings = get_recipe(recipe)
    if epochs is not None:
        settings = replace(settings, epochs=epochs)
    training, validation = read_data(data, "train"), read_data(data, "public")
    run = Run(out)
    run.start({"recipe": describe_recipe(settings), "data": data, "seed": seed})
    versions = {"torch": torch.__version__, "numpy": np.__version__, "threads": torch.get_num_threads()}

    console = Console()
    console.print(f"recipe {settings.name}: {settings.epochs} epochs of {len(training)} faces, {versions}")
    columns = [TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[loss]}"), TimeRemainingColumn()]
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=None, loss="")

        def report(epoch: int, step: int, steps: int, loss: float) -> None:
            progress.update(
                task,
                total=steps * settings.epochs,
                completed=steps * epoch + step,
                description=f"epoch {epoch + 1}/{settings.epochs}",
                loss=f"loss {loss:.3f}",
            )

        def epoch_done(row: dict[str, float]) -> None:
            console.print("  ".join(f"{k} {v:.4g}" for k, v in row.items()))

        try:
            metrics = run_training(run, settings, training, validation, seed, report, epoch_done)
        except KeyboardInterrupt:
            console.print("stopped; the same command goes on after the last whole epoch")
            raise typer.Exit(130) from None

    plot_curves(metrics, out / "curves.png")
    for label_set, confusion in confusions(run.load_weights(), settings, validation, torch.device("cpu")).items():
        plot_confusion(confusion, label_set, out / f"confusion-{label_set.name}.png")
    console.print(f"done; next: mien export {out}")
