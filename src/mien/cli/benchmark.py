"""``mien benchmark``: how fast this machine reads faces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from mien.analyzer import Analyzer
from mien.evaluation.speed import FACES, faces_per_second, median_cpu_seconds
from mien.models import load_model


def benchmark(
    picture: Annotated[
        Path | None, typer.Argument(help="A photo; without one, an empty picture of 640x480 pixels is searched.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a model, or the path of its card.")] = "mien",
    seconds: Annotated[float, typer.Option(min=0.1, help="Time for each measurement.")] = 3.0,
) -> None:
    """Measure faces a second and milliseconds a picture on one thread."""
    network = load_model(model)
    rate = faces_per_second(network, seconds)
    analyzer = Analyzer(model)
    source = np.full((480, 640, 3), 127, np.uint8) if picture is None else picture
    found = analyzer.analyze(source)
    whole = median_cpu_seconds(lambda: analyzer.analyze(source), seconds)

    width, height = found.image_size
    table = Table(title=f"model {network.card.name}, one thread, medians of CPU time")
    table.add_column("measured")
    table.add_column("result", justify="right")
    table.add_row(f"classifier alone, {FACES} faces a run", f"{rate:.0f} faces/s")
    table.add_row(f"file to labels, {width}x{height}, {len(found)} face(s)", f"{whole * 1000:.1f} ms")
    Console().print(table)
