"""Reads one video, in a process of its own: ``python -m mien.service.jobs.worker``.

A video that crashes the decoder, or takes all memory, then takes the job along and not the service. The task comes as
one line of JSON on standard input, which stays open: when it closes, the service is gone, and so goes this process.
What there is to say goes to standard output, a JSON object a line:

- ``{"frames": 120, "progress": 0.4}`` now and then, the progress null where the length is not known;
- ``{"warning": "..."}`` for what is wrong with the video;
- at the end ``{"done": true}`` or ``{"error": {"code": "...", "message": "..."}}``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from mien.analyzer import Analyzer
from mien.errors import InputError, MienError, UnreadableVideo, VideoWarning
from mien.service.jobs.store import WatchOptions
from mien.video.report import write_report
from mien.video.sources import open_source
from mien.video.tables import open_timeline_writer, read_timeline
from mien.video.watch import Watcher, watch_frames

UPLOAD = "upload"
"""The video, in the folder of its job; without an ending, which FFmpeg would believe."""

RESULTS = "results"
"""The folder of the results, in the folder of the job; it is there when all of them are whole."""

TIMELINES = {ending: f"result.{ending}" for ending in ("csv", "jsonl", "parquet")}
"""The timeline in each format: its file in the folder of the results."""

REPORT = "report.html"

_UNFINISHED = "unfinished"
_NICENESS = 5  # requests for pictures, which somebody waits for, go first
_TELL_EVERY = 0.25  # seconds

# Kinds of video file that are whole in themselves. Others, as playlists, name files for FFmpeg to read, and a
# stranger's upload must not do that. Single pictures are let in so that the refusal can say what they are.
_CONTAINERS = (
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,mxf,ivf,h264,hevc,m4v,obu,dv,nut,rm,wtv,mjpeg,"
    "jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe,gif_pipe"
)
_MAX_PIXELS = 50_000_000  # of a frame, as of a picture

Tell = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Task:
    """What a worker is to do.

    Attributes
    ----------
    folder : str
        Of the job.
    name : str
        What its sender calls the video.
    options : WatchOptions
        How to read it, with the model as `mien.models.load_model` takes it.
    """

    folder: str
    name: str
    options: WatchOptions

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_json(cls, line: str) -> Task:
        """The task of such a line."""
        fields = json.loads(line)
        return cls(fields["folder"], fields["name"], WatchOptions(**fields["options"]))


def read_video(task: Task, tell: Tell) -> None:
    """Read a video and leave its results in the folder of the job.

    Parameters
    ----------
    task : Task
        The video.
    tell : callable
        Called with what there is to say on the way; see the module.

    Raises
    ------
    MienError
        If the video cannot be read.
    OSError
        If the video is gone or the results cannot be written.
    """
    folder = Path(task.folder)
    upload, unfinished = folder / UPLOAD, folder / _UNFINISHED
    for left in (unfinished, folder / RESULTS):
        shutil.rmtree(left, ignore_errors=True)
    unfinished.mkdir()
    _check_container(upload)
    _write_timelines(task, upload, unfinished, tell)
    timeline = read_timeline(unfinished / TIMELINES["parquet"])
    page = unfinished / REPORT
    try:
        write_report(timeline, page, source=task.name, video=upload)
    except MienError as error:  # the readings are worth having without pictures of the faces
        tell({"warning": f"{_with_name(error, task)}; the report is without pictures"})
        write_report(timeline, page, source=task.name)
    unfinished.rename(folder / RESULTS)


def _write_timelines(task: Task, upload: Path, folder: Path, tell: Tell) -> None:
    options = task.options
    analyzer = Analyzer(options.model, label_set=options.label_set)
    with ExitStack() as stack:
        watcher = Watcher(analyzer, smooth=options.smooth, baseline=options.baseline)
        stack.callback(watcher.close)
        source = stack.enter_context(open_source(upload, fps=options.fps))
        writers = [
            stack.enter_context(open_timeline_writer(folder / file, analyzer.label_set)) for file in TIMELINES.values()
        ]
        told, count = 0.0, 0
        for count, frame in enumerate(watch_frames(source, watcher), 1):
            for writer in writers:
                writer.write(frame)
            if (now := time.monotonic()) - told >= _TELL_EVERY:
                told = now
                # The last hundredth is the report's.
                progress = min(frame.time / source.duration, 0.99) if source.duration else None
                tell({"frames": count, "progress": progress})
        tell({"frames": count, "progress": 0.99})


def _check_container(upload: Path) -> None:
    """Raises `UnreadableVideo` for a file that is no video in itself, or whose pictures are too large to decode."""
    import av
    from av.error import ArgumentError, FFmpegError

    name = str(upload)
    if not upload.stat().st_size:
        raise UnreadableVideo(name, "the file is empty")
    try:
        options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
        with av.open(f"file:{upload}", options=options, metadata_errors="replace") as container:
            for stream in container.streams.video:
                if stream.width * stream.height > _MAX_PIXELS:
                    size = f"{stream.width} x {stream.height}"
                    raise UnreadableVideo(name, f"{size} pixels are more than the limit of {_MAX_PIXELS:,}")
    except ArgumentError:
        raise UnreadableVideo(name, "a kind of file that is not accepted here") from None
    except (FFmpegError, EOFError):
        raise UnreadableVideo(name, "not a video, or one so damaged or cut short that it cannot be opened") from None


def _with_name(error: MienError | Warning, task: Task) -> str:
    """A message that names the video as its sender does, and no place on this machine."""
    message = str(error)
    for inside, outside in ((str(Path(task.folder) / UPLOAD), task.name), (task.folder, task.name)):
        message = message.replace(inside, outside)
    return message


def _failure(error: Exception, task: Task) -> dict[str, Any]:
    if isinstance(error, UnreadableVideo):
        code, message = "unreadable_video", _with_name(error, task)
    elif isinstance(error, InputError):
        code, message = "bad_input", _with_name(error, task)
    elif isinstance(error, OSError):
        code, message = "storage", f"{task.name}: its files cannot be used ({error.strerror})"
    else:
        code, message = "internal", f"{task.name}: something went wrong inside the service"
    if code in ("storage", "internal"):
        traceback.print_exception(error)  # to the service's log
    return {"error": {"code": code, "message": message}}


def _end_with_service() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def _step_back() -> None:
    """Others first: for the processor and, on Linux, for what is ended when memory runs out."""
    if hasattr(os, "nice"):
        os.nice(max(0, _NICENESS - os.nice(0)))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    """Do the task on standard input."""
    # Whatever a library prints must not end up among the messages.
    messages = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    task = Task.from_json(sys.stdin.readline())
    # A signal to all of the service's processes is for the service: it ends this one as its own end comes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_service, daemon=True).start()
    _step_back()

    def tell(message: dict[str, Any]) -> None:
        messages.write(json.dumps(message) + "\n")
        messages.flush()

    def pass_on(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if isinstance(message, VideoWarning):
            tell({"warning": _with_name(message, task)})

    warnings.showwarning = pass_on
    warnings.simplefilter("always", VideoWarning)
    try:
        read_video(task, tell)
    except Exception as error:
        tell(_failure(error, task))
    else:
        tell({"done": True})


if __name__ == "__main__":
    main()
