"""The list of the jobs, in a file that survives the service."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from mien.errors import InputError

Status = Literal["waiting", "running", "done", "failed"]

MAX_ATTEMPTS = 2
"""A job that was running so many times when the service died is not tried again: it may be what kills it."""

_VERSION = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting',
    created REAL NOT NULL,
    started REAL,
    ended REAL,
    attempts INTEGER NOT NULL DEFAULT 0,
    progress REAL,
    frames INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    warnings TEXT NOT NULL DEFAULT '[]'
)
"""
_AS_NEW = "status = 'waiting', started = NULL, progress = NULL, frames = 0, warnings = '[]'"
_OLDEST_FIRST = "ORDER BY created, rowid"


@dataclass(frozen=True)
class WatchOptions:
    """How a video is to be read; as `mien watch` has them.

    Attributes
    ----------
    model : str
        Name of a model that the service offers.
    label_set : str
        What to call the expressions.
    fps : float or None
        Take at most so many frames a second.
    smooth : float
        Seconds over which readings are averaged.
    baseline : str or None
        When faces are at rest.
    """

    model: str
    label_set: str
    fps: float | None = None
    smooth: float = 0.3
    baseline: str | None = None


@dataclass(frozen=True)
class JobError:
    """Why a job failed: a word for programs, which stays the same, and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True)
class Job:
    """A video and what has become of it.

    Attributes
    ----------
    id : str
        Its name in addresses and of its folder; cannot be guessed.
    name : str
        What its sender calls the video; never a path to anything here.
    options : WatchOptions
        How it is to be read.
    status : {"waiting", "running", "done", "failed"}
        The last two are for ever.
    created, started, ended : float or None
        Seconds since 1970.
    attempts : int
        How many times it was started.
    progress : float or None
        How much of the video is read, 0 to 1; None where its length is not known.
    frames : int
        How many frames are read.
    error : JobError or None
        Why it failed.
    warnings : tuple of str
        What is wrong with the video, though it could be read.
    """

    id: str
    name: str
    options: WatchOptions
    status: Status
    created: float
    started: float | None
    ended: float | None
    attempts: int
    progress: float | None
    frames: int
    error: JobError | None
    warnings: tuple[str, ...]


class JobStore:
    """The jobs in an SQLite file. One process has it open; its threads may share it.

    Parameters
    ----------
    path : Path
        The file; made if it is not there.

    Raises
    ------
    InputError
        If it is something else, or another process has it open.
    """

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            # The lock goes with the process, so one that was killed leaves none.
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode = WAL")
            # A failing machine may lose the last changes, not the file; and nobody waits for the disk.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("BEGIN EXCLUSIVE")
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise InputError(f"{path}: jobs of another version of mien; move the file away")
            self._connection.execute(_TABLE)
            self._connection.execute(f"PRAGMA user_version = {_VERSION}")
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._connection.close()
            reason = "another service uses it" if "locked" in str(error) else str(error)
            raise InputError(f"{path}: {reason}") from None
        except sqlite3.DatabaseError:
            self._connection.close()
            raise InputError(f"{path}: not a list of jobs; move the file away") from None
        except InputError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def add(self, identity: str, name: str, options: WatchOptions) -> Job:
        """A new job, which waits."""
        row = (identity, name, json.dumps(asdict(options)), time.time())
        return self._jobs("INSERT INTO jobs (id, name, options, created) VALUES (?, ?, ?, ?) RETURNING *", *row)[0]

    def get(self, identity: str) -> Job | None:
        """A job, or None if there is none of this id."""
        return next(iter(self._jobs("SELECT * FROM jobs WHERE id = ?", identity)), None)

    def all(self) -> list[Job]:
        """All jobs, the oldest first."""
        return self._jobs(f"SELECT * FROM jobs {_OLDEST_FIRST}")

    def waiting(self) -> int:
        """How many jobs wait."""
        with self._lock:
            (count,) = self._connection.execute("SELECT count(*) FROM jobs WHERE status = 'waiting'").fetchone()
        return int(count)

    def take(self) -> Job | None:
        """The job that has waited longest, which runs from now on; None if none waits."""
        oldest = f"SELECT id FROM jobs WHERE status = 'waiting' {_OLDEST_FIRST} LIMIT 1"
        change = "status = 'running', started = ?, attempts = attempts + 1"
        statement = f"UPDATE jobs SET {change} WHERE id = ({oldest}) RETURNING *"
        return next(iter(self._jobs(statement, time.time())), None)

    def note(self, identity: str, progress: float | None, frames: int) -> None:
        """How far a running job is."""
        self._change("progress = ?, frames = ?", identity, progress, frames)

    def warn(self, identity: str, warning: str) -> None:
        """Add a warning to a running job."""
        self._change("warnings = json_insert(warnings, '$[#]', ?)", identity, warning)

    def finish(self, identity: str) -> None:
        """The results of a running job are there."""
        self._change("status = 'done', ended = ?, progress = 1", identity, time.time())

    def fail(self, identity: str, error: JobError) -> None:
        """A running job will have no results."""
        self._change("status = 'failed', ended = ?, error = ?", identity, time.time(), json.dumps(asdict(error)))

    def give_back(self, identity: str) -> None:
        """A running job waits again, as if it had not been started."""
        self._change(f"{_AS_NEW}, attempts = attempts - 1", identity)

    def recover(self) -> None:
        """Jobs that ran when the process died wait again, or fail if that was their last attempt."""
        for job in self._jobs("SELECT * FROM jobs WHERE status = 'running'"):
            if job.attempts < MAX_ATTEMPTS:
                self._change(_AS_NEW, job.id)
            else:
                reason = f"{job.name}: the service broke off {job.attempts} times while it read this video"
                self.fail(job.id, JobError("interrupted", reason))

    def ended_before(self, moment: float) -> list[Job]:
        """The jobs that ended before a moment, in seconds since 1970."""
        return self._jobs("SELECT * FROM jobs WHERE ended < ?", moment)

    def remove(self, identity: str) -> bool:
        """Forget a job; False if there is none of this id."""
        return bool(self._jobs("DELETE FROM jobs WHERE id = ? RETURNING *", identity))

    def _jobs(self, statement: str, *values: Any) -> list[Job]:
        with self._lock:
            return [_job(row) for row in self._connection.execute(statement, values).fetchall()]

    def _change(self, change: str, identity: str, *values: Any) -> None:
        """Change a job; one that was removed meanwhile stays so."""
        with self._lock:
            self._connection.execute(f"UPDATE jobs SET {change} WHERE id = ?", (*values, identity))


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    fields["options"] = WatchOptions(**json.loads(fields["options"]))
    fields["error"] = None if fields["error"] is None else JobError(**json.loads(fields["error"]))
    fields["warnings"] = tuple(json.loads(fields["warnings"]))
    return Job(**fields)
