"""``mien views measure``: what a generator's turned faces are worth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from mien.errors import InputError, MissingExtra


def measure(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN|CARD",
            help="Folder of mien train --recipe two-pathway-gan..., a generator's card, or two-pathway-gan-64, which "
            "comes with mien.",
        ),
    ],
    data: Annotated[str, typer.Option(metavar="views:DIR", help="The rendered views that it learnt from.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Gets measures.json and measures.md.")],
    model: Annotated[str, typer.Option(help="Who reads the expressions: a model's name or its card.")] = "mien",
) -> None:
    """Turn people whom a generator has not learnt from into every view, and compare with how they look there."""
    try:
        import sklearn  # noqa: F401
        import torch  # noqa: F401
    except ImportError:
        raise MissingExtra("measuring a generator", "train,classic") from None
    import numpy as np

    from mien.datasets import find_reader
    from mien.models import load_model
    from mien.views.dataset import read_settings
    from mien.views.generator.finished import open_generator
    from mien.views.generator.measures import SOURCES, measure_views
    from mien.views.generator.pairs import read_recordings
    from mien.views.generator.table import MeasuredRun

    reader, folder = find_reader(data)
    if not reader.name.startswith("views"):
        raise InputError(f"a generator is measured on rendered views, views:DIR, not on {reader.name}")
    generator, origin = open_generator(name)
    classifier = load_model(model)
    settings, progress = read_settings(folder), Console(stderr=True)
    if tuple(sorted(settings.views)) != generator.views:
        raise InputError(f"{folder}: these are not the views that the generator of {name} knows")
    with progress.status("reading the views"):
        learnt, held_out = read_recordings(folder, generator.side, generator.rim).split()
    if origin.data != data:
        progress.print(
            f"note: it learnt from {origin.data}; people who are in both may not be new to it", soft_wrap=True
        )
    steps = measure_views(learnt, held_out, settings.expressions, generator.turn, generator.read_views, classifier)
    measured = MeasuredRun(
        run=name,
        recipe=origin.recipe,
        trained_on=origin.data,
        data=data,
        epochs=origin.epochs,
        people_learnt=len(np.unique(learnt.subjects)),
        people_held_out=len(np.unique(held_out.subjects)),
        sources=SOURCES,
        classifier=classifier.card.name,
        views=tuple(track(steps, "views", len(generator.views), console=progress)),
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "measures.json").write_text(json.dumps(measured.numbers(), indent=2) + "\n")
        (out / "measures.md").write_text(measured.markdown_table())
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror or error})") from None
    Console().print(measured.console_table())
