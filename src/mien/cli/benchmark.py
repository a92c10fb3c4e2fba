"""``mien benchmark``: how fast this machine reads faces."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from mien.analyzer import Analyzer
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
    frame = network.card.input.frame
    faces = np.random.default_rng(0).integers(0, 256, (64, frame, frame), np.uint8)
    head = network.card.heads[0].label_set
    batch = _median_cpu_seconds(lambda: network.logits(faces, head), seconds)
    analyzer = Analyzer(model)
    source = np.full((480, 640, 3), 127, np.uint8) if picture is None else picture
    found = analyzer.analyze(source)
    whole = _median_cpu_seconds(lambda: analyzer.analyze(source), seconds)

    width, height = found.image_size
    table = Table(title=f"model {network.card.name}, one thread, medians of CPU time")
    table.add_column("measured")
    table.add_column("result", justify="right")
    table.add_row(f"classifier alone, {len(faces)} faces a run", f"{len(faces) / batch:.0f} faces/s")
    table.add_row(f"file to labels, {width}x{height}, {len(found)} face(s)", f"{whole * 1000:.1f} ms")
    Console().print(table)


def _median_cpu_seconds(work: Callable[[], object], seconds: float) -> float:
    work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return float(np.median(times))
