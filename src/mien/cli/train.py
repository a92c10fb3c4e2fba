"""``mien train``: from a data set to a run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import InputError, MissingExtra


def train(
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="Training data, for example fer2013:fer2013.csv.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; an interrupted run there is taken up again.")],
    recipe: Annotated[
        str, typer.Option(help="A recipe (mien recipes lists them), feature+classifier, or two-pathway-gan[-64].")
    ] = "mien",
    epochs: Annotated[int | None, typer.Option(min=1, help="Shorten or lengthen the recipe.")] = None,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 0,
    skip_bad: SkipBad = False,
    also: Annotated[
        list[str] | None,
        typer.Option(help="More data to learn from, for example views:VIEWS; for a generator, photos."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|MODEL",
            help="Begin with the weights of this run, or of this model, whose network may be shallower; a generator "
            "with those of this run or card.",
        ),
    ] = None,
) -> None:
    """Train a model by a recipe; goes on where it stopped if it was interrupted."""
    if "+" in recipe and (also or start or epochs):
        raise InputError("--also, --start and --epochs are for networks")
    if "+" in recipe:
        _train_classic(data, out, recipe, seed, skip_bad)
        return
    try:
        import torch
    except ImportError:
        raise MissingExtra("training", "train") from None
    from mien.views.generator.recipes import GENERATOR_RECIPES

    if recipe in GENERATOR_RECIPES:
        _train_generator(data, also or [], out, recipe, epochs, seed, skip_bad, start)
        return
    from dataclasses import replace

    import numpy as np

    from mien.datasets.parts import read_parts
    from mien.evaluation.plots import plot_confusion, plot_curves
    from mien.models import read_card
    from mien.models.paths import find_card
    from mien.training.beginning import Beginning
    from mien.training.loop import train as run_training
    from mien.training.recipe import describe_recipe
    from mien.training.recipes import get_recipe
    from mien.training.run import Run
    from mien.training.validation import confusions, predict
    from mien.training.workers import join_workers

    settings = get_recipe(recipe)
    if epochs is not None:
        settings = replace(settings, epochs=epochs)
    worker = join_workers()
    console = Console(quiet=not worker.leads)
    faces = read_parts(data, settings.validation, also=also or (), skip_bad=skip_bad)
    settings = settings.fitted_to(faces.training.label_sets)
    run = Run(out)
    begin = Beginning.of(start, settings, faces.training.images) if start else None
    if worker.leads:
        config = {"recipe": describe_recipe(settings), "data": data, "seed": seed, "skip_bad": skip_bad}
        teacher = read_card(find_card(settings.teacher)).sha256 if settings.teacher else None
        run.start(config | {"also": also or [], "start": begin.source if begin else None, "teacher_sha256": teacher})
    worker.wait()
    versions = {"torch": torch.__version__, "numpy": np.__version__, "threads": torch.get_num_threads()}
    if worker.count > 1:
        versions["workers"] = worker.count
    console.print(f"recipe {settings.name}: {settings.epochs} epochs of {len(faces.training)} faces, {versions}")
    if faces.skipped:
        console.print(f"bad samples left out: {faces.skipped}")
    with _followed(console, settings.epochs, "loss") as (report, epoch_done):
        metrics = run_training(
            run,
            settings,
            faces.training,
            faces.validation,
            seed,
            report,
            epoch_done,
            start=begin.weights if begin else None,
        )
    if not worker.leads:
        return
    plot_curves(metrics, out / "curves.png")
    logits = predict(run.load_weights(), settings, faces.validation, worker.device)
    for label_set, confusion in confusions(logits, settings, faces.validation).items():
        plot_confusion(confusion, label_set, out / f"confusion-{label_set.name}.png")
    console.print(f"done; next: mien export {out}")


def _train_classic(data: str, out: Path, name: str, seed: int, skip_bad: bool) -> None:
    """A feature and a classifier: one fit, and the model with its card."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise MissingExtra("classical features and classifiers", "classic") from None
    from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips, split_name
    from mien.classifiers.train import export_classic, train_classic
    from mien.datasets.parts import read_parts

    plan = make_pipeline(*split_name(name))  # a wrong name is said before the data is read
    with Console(stderr=True).status("reading the data") as status:
        faces = read_parts(data, skip_bad=skip_bad, clips=reads_clips(plan), landmarks=learns_from_landmarks(plan))
        tell_skipped(faces.skipped)
        pipeline = train_classic(name, faces.training, seed, status.update)
        status.update("writing, calibrating and measuring")
        card = export_classic(pipeline, name, seed, faces, out)
    Console().print(f"wrote {card} and {card.with_suffix('.safetensors')}", soft_wrap=True, highlight=False)


def _train_generator(
    data: str,
    also: list[str],
    out: Path,
    name: str,
    epochs: int | None,
    seed: int,
    skip_bad: bool,
    start: str | None,
) -> None:
    """The multi-view generator, from rendered views, and photos beside them."""
    from dataclasses import replace

    from mien.datasets import find_reader
    from mien.training.run import Run
    from mien.turning import RENDERED_VIEWS
    from mien.turning.turns import read_turns
    from mien.views.dataset import TURNS_FILE
    from mien.views.generator.beginning import begin_with
    from mien.views.generator.pairs import read_recordings
    from mien.views.generator.photos import cut_photos, read_crops
    from mien.views.generator.recipes import GENERATOR_RECIPES
    from mien.views.generator.training import start_run
    from mien.views.generator.training import train as run_training

    settings = GENERATOR_RECIPES[name]
    if epochs is not None:
        settings = replace(settings, epochs=epochs)
    reader, path = find_reader(data)
    if not reader.name.startswith("views"):
        raise InputError(f"recipe {name} learns from rendered views, views:DIR, not from {reader.name}")
    if also and not settings.photos:
        raise InputError(f"recipe {name} learns from rendered views alone; leave out --also")
    console, photos = Console(), None
    with console.status("reading the views") as status:
        recordings = read_recordings(path, settings.side, settings.rim)
        begin = begin_with(start, settings, recordings) if start else None
        if also:
            turns = read_turns(path / TURNS_FILE, len(recordings.views)).fitted(settings.side, settings.rim)
            status.update("finding the faces of the photos")
            framing = RENDERED_VIEWS.without_rim(settings.rim)
            photos = cut_photos(read_crops(also, skip_bad), framing, settings.side, recordings.views), turns
    run = Run(out)
    start_run(run, settings, recordings.views, data, seed, also, begin.source if begin else None)
    console.print(f"recipe {name}: {settings.epochs} epochs of {recordings.images.shape[:2]} recordings and views")
    if photos:
        console.print(f"and {len(photos[0]):,} photos")
    with _followed(console, settings.epochs, "L1") as (report, epoch_done):
        weights = begin.weights if begin else None
        run_training(run, settings, recordings, seed, report, epoch_done, photos, weights)
    console.print(f"done; sample sheets are in {out / 'samples'}", soft_wrap=True, highlight=False)


@contextmanager
def _followed(
    console: Console, epochs: int, measure: str
) -> Iterator[tuple[Callable[[int, int, int, float], None], Callable[[dict[str, float]], None]]]:
    """What a training tells of its steps and epochs, on the screen; Ctrl-C ends it with a sentence."""
    columns = [TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[value]}"), TimeRemainingColumn()]
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=None, value="")

        def report(epoch: int, step: int, steps: int, value: float) -> None:
            progress.update(
                task,
                total=steps * epochs,
                completed=steps * epoch + step,
                description=f"epoch {epoch + 1}/{epochs}",
                value=f"{measure} {value:.3f}",
            )

        def epoch_done(row: dict[str, float]) -> None:
            console.print("  ".join(f"{k} {v:.4g}" for k, v in row.items()))

        try:
            yield report, epoch_done
        except KeyboardInterrupt:
            console.print("stopped; the same command goes on after the last whole epoch")
            raise typer.Exit(130) from None
