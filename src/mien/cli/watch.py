"""``mien watch``: a video, a folder or a camera in; a timeline, a marked video or a live view out."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from mien.analyzer import Analyzer
from mien.errors import InputError, VideoWarning
from mien.video.frame import WatchedFrame
from mien.video.live import FrameRate, View, mark, open_view
from mien.video.recording import Recorder
from mien.video.sources import FrameSource, open_source
from mien.video.tables import TimelineWriter, open_timeline_writer
from mien.video.tally import Tally
from mien.video.watch import Watcher, watch_frames

INTERRUPTED = 130
_SHOWN_LABELS = 3


def watch(
    source: Annotated[str, typer.Argument(help="A video, a folder of pictures, an address, or camera:0.")],
    csv_to: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="One row a face and frame.")] = None,
    json_to: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="The same as JSON lines.")] = None,
    parquet_to: Annotated[Path | None, typer.Option("--parquet", metavar="FILE", help="The same as Parquet.")] = None,
    record_to: Annotated[
        Path | None, typer.Option("--record", metavar="FILE", help="A video with the faces marked.")
    ] = None,
    show: Annotated[
        bool | None, typer.Option("--show/--no-show", help="A window or the terminal; by default for cameras.")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="Take each so-manieth frame only.")] = 1,
    fps: Annotated[float | None, typer.Option(help="Take at most so many frames a second.")] = None,
    start: Annotated[float, typer.Option(help="Seconds from the start of the source.")] = 0.0,
    end: Annotated[float | None, typer.Option(help="Seconds from the start of the source.")] = None,
    smooth: Annotated[float, typer.Option(help="Seconds over which readings are averaged; 0 for none.")] = 0.3,
    baseline: Annotated[
        str | None, typer.Option(metavar="auto|START-END", help="When faces are at rest; taken off the readings.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name of a model, or the path of its card.")] = "mien",
    label_set: Annotated[str | None, typer.Option(help="ekman7, ferplus8 or five.")] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Least confidence of a detection.")] = 0.6,
) -> None:
    """Follow and read the faces of a video or camera."""
    analyzer = Analyzer(model, label_set=label_set, min_score=min_score)
    tally, rate, interrupted = Tally(analyzer.label_set), FrameRate(), False
    with ExitStack() as stack, warnings.catch_warnings():
        warnings.showwarning = print_warning
        watcher = Watcher(analyzer, smooth=smooth, baseline=baseline)
        stack.callback(watcher.close)
        frames = stack.enter_context(open_source(source, every=every, fps=fps, start=start, end=end))
        writers = [stack.enter_context(writer) for writer in _writers(analyzer, csv_to, json_to, parquet_to)]
        recorder = stack.enter_context(Recorder(record_to)) if record_to else None
        view = _view(frames, show)
        if view is not None:
            stack.callback(view.close)
        advance = stack.enter_context(_progress(frames, start, end, hidden=view is not None))
        try:
            for frame in watch_frames(frames, watcher):
                tally.add(frame)
                for writer in writers:
                    writer.write(frame)
                marked = mark(frame) if recorder or view else frame.image
                if recorder:
                    recorder.write(marked, frame.time)
                speed = rate.tick()
                advance(frame, speed)
                if view and not view.show(marked, f"{speed:.0f} frames/s  {_who(frame)}"):
                    break
        except KeyboardInterrupt:
            interrupted = not frames.live  # a camera has no other end
    _print_summary(source, tally)
    for path in (csv_to, json_to, parquet_to, record_to):
        if path is not None:
            print(f"wrote {path}")
    if interrupted:
        print("mien: interrupted; what was read until then is kept", file=sys.stderr)
        raise typer.Exit(INTERRUPTED)


def _writers(
    analyzer: Analyzer, csv_to: Path | None, json_to: Path | None, parquet_to: Path | None
) -> Iterator[TimelineWriter]:
    """A writer for each file asked for; the ending has to say what the option says."""
    kinds = {
        "--csv": (csv_to, (".csv",)),
        "--json": (json_to, (".jsonl", ".ndjson")),
        "--parquet": (parquet_to, (".parquet",)),
    }
    for option, (path, endings) in kinds.items():
        if path is not None:
            if path.suffix.lower() not in endings:
                raise InputError(f"{path}: the file of {option} must end in {' or '.join(endings)}")
            yield open_timeline_writer(path, analyzer.label_set)


def _view(source: FrameSource, show: bool | None) -> View | None:
    if show is False or (show is None and not source.live):
        return None
    view = open_view()
    if view is None and show:
        raise InputError("--show needs a terminal, or a display and an OpenCV with windows (opencv-python)")
    return view


@contextmanager
def _progress(source: FrameSource, start: float, end: float | None, hidden: bool) -> Iterator[Any]:
    """A function to be told of each frame; a bar on the error stream if there is somebody to see it."""
    console = Console(stderr=True)
    if hidden or not console.is_terminal:
        yield lambda frame, speed: None
        return
    stop = min(end or float("inf"), source.duration or float("inf"))
    columns = (
        TextColumn("watching"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=stop - start if stop < float("inf") else None)
        yield lambda frame, speed: bar.update(
            task, completed=frame.time - start, description=f"{_clock(frame.time)}  {speed:.0f} frames/s  {_who(frame)}"
        )


def _who(frame: WatchedFrame) -> str:
    return "  ".join(f"{track} {label}" for track, label in zip(frame.tracks.tolist(), frame.faces.labels, strict=True))


def _print_summary(source: str, tally: Tally) -> None:
    people = tally.summary()
    if not people:
        print(f"{source}: nobody was seen in {tally.frames} frames")
        return
    table = Table("person", "seen", "on screen", "showed", "changes a minute", title=f"{source}: {tally.frames} frames")
    for person in people:
        shares = sorted(person.shares.items(), key=lambda item: -item[1])[:_SHOWN_LABELS]
        table.add_row(
            str(person.track),
            f"{_clock(person.first)} to {_clock(person.last)}",
            f"{person.seconds:.1f} s",
            ", ".join(f"{label} {share:.0%}" for label, share in shares if share >= 0.005),
            f"{60 * person.changes:.0f}",
        )
    Console().print(table)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{int(minutes)}:{rest:04.1f}"


def print_warning(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    """Warnings of mien as lines for people; others are not theirs."""
    if issubclass(category, VideoWarning):
        print(f"mien: warning: {message}", file=sys.stderr)
