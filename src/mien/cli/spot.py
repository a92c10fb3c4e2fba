"""``mien spot``: short movements of faces in a fast video, as a table or CSV."""

from __future__ import annotations

import csv
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mien.cli.watch import print_warning
from mien.detect import get_detector
from mien.video.sources import open_source

COLUMNS = ("person", "onset", "apex", "offset", "onset_frame", "apex_frame", "offset_frame", "strength")


def spot(
    source: Annotated[str, typer.Argument(help="A video of at least 50 frames a second, or a folder of pictures.")],
    csv_to: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="One row a movement.")] = None,
    method: Annotated[str, typer.Option(help="strain or difference.")] = "strain",
    fps: Annotated[float | None, typer.Option(help="Pictures a second of a folder.")] = None,
    start: Annotated[float, typer.Option(help="Seconds from the start of the source.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="Seconds from the start of the source.")] = None,
) -> None:
    """Find micro-expressions: movements of a face that last 1/25 to 1/5 of a second."""
    from mien.video.spotting.clips import spot_frames
    from mien.video.tracking import Tracker

    table = Table(*(name.replace("_", " ") for name in COLUMNS))
    with ExitStack() as stack, warnings.catch_warnings():
        warnings.showwarning = print_warning
        frames = stack.enter_context(open_source(source, fps=fps, start=start, end=end))
        file = stack.enter_context(csv_to.open("w", newline="", encoding="utf-8")) if csv_to else None
        writer = csv.writer(file) if file else None
        if writer:
            writer.writerow(COLUMNS)
        for track, found in spot_frames(frames, Tracker(get_detector("yunet")), method):
            seconds = [f"{time:.3f}" for time in (found.onset, found.apex, found.offset)]
            places = [str(place) for place in (found.onset_frame, found.apex_frame, found.offset_frame)]
            row = [str(track), *seconds, *places, f"{found.strength:.1f}"]
            table.add_row(*row)
            if writer and file:
                writer.writerow(row)
                file.flush()
    if table.row_count:
        Console().print(table)
    else:
        print(f"{source}: no short movement stood out")
    if csv_to:
        print(f"wrote {csv_to}")
