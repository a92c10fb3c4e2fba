"""All people with all expressions in all views, in one Parquet file that an interrupted run goes on with."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import cv2

from mien.errors import DatasetError, InputError, MissingExtra
from mien.turning.turns import write_turns
from mien.views.expressions import EXPRESSIONS, UNITS, Expression
from mien.views.model import load_model
from mien.views.profiling import make_turns
from mien.views.recording import YAWS, Sitter, Studio, View
from mien.writing import whole_file

SETTINGS_FILE, PICTURES_FILE, TURNS_FILE = "views.json", "views.parquet", "turns.npz"
"""What a finished folder holds."""

_PARTS = "parts"


@dataclass(frozen=True)
class Settings:
    """What a folder of views holds when it is whole; the same settings give the same pictures.

    Attributes
    ----------
    people : int
        How many.
    views : tuple of int
        The yaws, degrees.
    expressions : tuple of str
        Names of `EXPRESSIONS`.
    size : int
        Side of the pictures in pixels.
    seed : int
        Source of chance.
    model_sha256 : str
        Of the head model's file.
    """

    people: int
    views: tuple[int, ...]
    size: int
    seed: int
    model_sha256: str
    expressions: tuple[str, ...] = tuple(expression.name for expression in EXPRESSIONS)

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return self.people * len(self.expressions) * len(self.views)


def subject_name(number: int) -> str:
    """What the person of a number is called."""
    return f"p{number:05d}"


def render(
    model: Path,
    out: Path,
    people: int,
    *,
    size: int = 128,
    seed: int = 0,
    views: Sequence[int] = YAWS,
    workers: int = 1,
) -> Iterator[int]:
    """Render people into a folder; goes on where a run with the same settings was interrupted.

    Parameters
    ----------
    model : Path
        The head model (`mien.views.model.load_model`).
    out : Path
        The folder, which is made. At the end it holds ``views.json`` (`Settings`), ``views.parquet`` and ``turns.npz``
        (`mien.turning.Turns`).
    people : int
        How many.
    size : int
        Side of the pictures in pixels, 32 to 1024.
    seed : int
        Source of chance, not negative.
    views : sequence of int
        Yaws in degrees, -90 to 90.
    workers : int
        Processes at work.

    Yields
    ------
    int
        After each person, how many there are by then; first, how many there were already.

    Raises
    ------
    InputError
        If a setting makes no sense.
    ModelError
        If the model cannot be read.
    DatasetError
        If the folder holds views with other settings, or something else.
    MissingExtra
        If Embree or pyarrow is not installed.
    """
    _check(people, size, seed, views)
    import_parquet()
    _import_embree()
    head = load_model(model)
    settings = Settings(people, tuple(sorted(views)), size, seed, head.sha256)
    _start(out, settings)
    if not (out / TURNS_FILE).exists():
        write_turns(make_turns(head, settings.views, size), out / TURNS_FILE)
    if (out / PICTURES_FILE).exists():
        yield people
        return
    missing = [number for number in range(people) if not _part(out, number).exists()]
    yield people - len(missing)
    for done, _ in enumerate(_render_parts(model, settings, out, missing, workers), people - len(missing) + 1):
        yield done
    _join(out, settings)


def read_settings(folder: Path) -> Settings:
    """The settings of a folder of views; raises `DatasetError` if there are none."""
    path = folder / SETTINGS_FILE
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        listed = {key: tuple(stored[key]) for key in ("views", "expressions")}
        return Settings(**stored | listed)
    except FileNotFoundError:
        raise DatasetError(f"{folder}: no views here; there is no {SETTINGS_FILE}") from None
    except (ValueError, TypeError, KeyError):
        raise DatasetError(f"{path}: not the settings of rendered views") from None


def import_parquet() -> tuple[Any, Any]:
    """The modules ``pyarrow`` and ``pyarrow.parquet``; raises `MissingExtra` if they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("a file of views", "views") from None
    return pyarrow, pyarrow.parquet


def _import_embree() -> None:
    try:
        import embreex.rtcore_scene  # noqa: F401
    except ImportError:
        raise MissingExtra("rendering views", "views") from None


def _check(people: int, size: int, seed: int, views: Sequence[int]) -> None:
    if people < 1:
        raise InputError(f"there must be at least one person, not {people}")
    if not 32 <= size <= 1024:
        raise InputError(f"pictures must have 32 to 1024 pixels a side, not {size}")
    if seed < 0:
        raise InputError(f"the seed must not be negative, but is {seed}")
    if not views or len(set(views)) < len(views) or not all(-90 <= view <= 90 for view in views):
        raise InputError(f"views must be different yaws from -90 to 90 degrees, not {', '.join(map(str, views))}")


def _start(out: Path, settings: Settings) -> None:
    """Make the folder, or see that it is one of the same settings."""
    path = out / SETTINGS_FILE
    if path.exists():
        if read_settings(out) != settings:
            raise DatasetError(f"{path}: this folder holds views with other settings; choose another")
        return
    if out.exists() and any(out.iterdir()):
        raise DatasetError(f"{out}: this folder holds something else; choose another")
    (out / _PARTS).mkdir(parents=True)
    with whole_file(path) as partial:
        partial.write_text(json.dumps(asdict(settings), indent=1))


def _part(out: Path, number: int) -> Path:
    return out / _PARTS / f"{subject_name(number)}.parquet"


def _render_parts(model: Path, settings: Settings, out: Path, numbers: Sequence[int], workers: int) -> Iterator[None]:
    if min(workers, len(numbers)) < 2:
        studio = _open_studio(model, settings)
        for number in numbers:
            _render_part(studio, settings, out, number)
            yield
        return
    # Started afresh: a forked process would share the locks of its parent's threads.
    pool = ProcessPoolExecutor(
        min(workers, len(numbers)), get_context("spawn"), initializer=_start_worker, initargs=(model, settings, out)
    )
    try:
        yield from pool.map(_work, numbers)
    finally:
        pool.shutdown(cancel_futures=True)


_worker: tuple[Studio, Settings, Path]
"""Of a worker process."""


def _start_worker(model: Path, settings: Settings, out: Path) -> None:
    global _worker
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; a person begun is finished
    _worker = _open_studio(model, settings), settings, out


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(number: int) -> None:
    _render_part(*_worker, number)


def _open_studio(model: Path, settings: Settings) -> Studio:
    return Studio(load_model(model), settings.size, settings.seed)


def _render_part(studio: Studio, settings: Settings, out: Path, number: int) -> None:
    pa, pq = import_parquet()
    sitter = studio.invite(number)
    rows = [
        _row(sitter, expression, view, settings)
        for expression in EXPRESSIONS
        for view in studio.record(sitter, expression, settings.views)
    ]
    with whole_file(_part(out, number)) as partial:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema()), partial)


def _row(sitter: Sitter, expression: Expression, view: View, settings: Settings) -> dict[str, object]:
    encoded = cv2.imencode(".png", cv2.cvtColor(view.image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    return {
        "subject": subject_name(sitter.number),
        "expression": expression.name,
        "ekman7": expression.ekman7,
        "multipie6": expression.multipie6,
        "view": view.view,
        "yaw": view.yaw,
        "pitch": view.pitch,
        "roll": view.roll,
        **{unit_column(unit): view.performance.intensities[unit] for unit in UNITS},
        "landmarks": view.landmarks.ravel(),
        "visible": view.visible,
        "seed": settings.seed,
        "image": encoded.tobytes(),
    }


def unit_column(unit: int) -> str:
    """Name of the column of an action unit."""
    return f"AU{unit:02d}"


def schema() -> Any:
    """Columns of the file, a ``pyarrow.Schema``."""
    pa, _ = import_parquet()
    named = [(name, pa.string()) for name in ("subject", "expression", "ekman7", "multipie6")]
    pose = [("view", pa.int16()), *((name, pa.float32()) for name in ("yaw", "pitch", "roll"))]
    units = [(unit_column(unit), pa.float32()) for unit in UNITS]
    points = [("landmarks", pa.list_(pa.float32(), 136)), ("visible", pa.list_(pa.bool_(), 68))]
    return pa.schema([*named, *pose, *units, *points, ("seed", pa.int64()), ("image", pa.binary())])


def _join(out: Path, settings: Settings) -> None:
    """All parts in one file, a row group a person."""
    _, pq = import_parquet()
    with whole_file(out / PICTURES_FILE) as partial, pq.ParquetWriter(partial, schema()) as writer:
        for number in range(settings.people):
            writer.write_table(pq.read_table(_part(out, number)))
    for file in (out / _PARTS).iterdir():
        file.unlink()
    (out / _PARTS).rmdir()


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet of rendered views, a few at a time; raises `DatasetError` if it is none."""
    pa, pq = import_parquet()
    try:
        with pq.ParquetFile(path) as file:
            if missing := set(columns) - set(file.schema_arrow.names):
                raise DatasetError(f"{path}: not rendered views; it lacks the column {', '.join(sorted(missing))}")
            for batch in file.iter_batches(64, columns=list(columns)):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise DatasetError(f"{path}: not rendered views ({error})") from None
