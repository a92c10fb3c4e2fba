"""``mien report``: a timeline as a page."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from mien.errors import InputError, VideoWarning
from mien.video.baseline import correct_timeline
from mien.video.report import write_report
from mien.video.tables import read_timeline


def report(
    timeline: Annotated[Path, typer.Argument(help="What mien watch wrote: .csv, .jsonl or .parquet.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="The page; beside the timeline by default.")
    ] = None,
    video: Annotated[
        str | None, typer.Option(metavar="FILE", help="What the timeline was made from, for pictures of the faces.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Heading; the name of the video or timeline by default.")] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="auto|START-END", help="Take off what faces show at rest, now that all of it is known."),
    ] = None,
) -> None:
    """Write a timeline as one HTML page that opens without a network."""
    page = out or timeline.with_suffix(".html")
    for name in (timeline, video):
        if name is not None and page.resolve() == Path(name).resolve():
            raise InputError(f"{page}: the page would replace what it is made from")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", VideoWarning)
        readings = read_timeline(timeline)
        if baseline is not None:
            readings = correct_timeline(readings, baseline)
        write_report(readings, page, source=Path(video or timeline).name, title=title, video=video)
    for warning in caught:
        print(f"mien: warning: {warning.message}", file=sys.stderr)
    print(f"wrote {page} ({page.stat().st_size / 1e6:.1f} MB)")
