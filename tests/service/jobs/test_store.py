"""The list of jobs: who is next, what survives, and that nobody gets a job twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mien.errors import InputError
from mien.service.jobs.store import JobError, JobStore, WatchOptions

OPTIONS = WatchOptions("mien", "ekman7", fps=5.0, smooth=0.0, baseline="auto")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    opened = JobStore(tmp_path / "jobs.sqlite")
    yield opened
    opened.close()


def test_a_job_from_waiting_to_done(store: JobStore) -> None:
    before = time.time()
    added = store.add("a", "talk.mp4", OPTIONS)
    assert (added.status, added.name, added.options) == ("waiting", "talk.mp4", OPTIONS)
    assert before <= added.created <= time.time()
    assert (added.started, added.ended, added.progress, added.frames, added.attempts) == (None, None, None, 0, 0)
    assert store.waiting() == 1

    taken = store.take()
    assert taken is not None
    assert (taken.id, taken.status, taken.attempts) == ("a", "running", 1)
    assert taken.started is not None
    assert taken.started >= added.created
    assert store.waiting() == 0
    assert store.take() is None

    store.note("a", 0.25, 30)
    store.warn("a", 'talk.mp4: "cut" short')
    store.warn("a", "talk.mp4: damaged")
    running = store.get("a")
    assert running is not None
    assert (running.progress, running.frames) == (0.25, 30)
    assert running.warnings == ('talk.mp4: "cut" short', "talk.mp4: damaged")

    store.finish("a")
    done = store.get("a")
    assert done is not None
    assert (done.status, done.progress, done.error) == ("done", 1.0, None)
    assert done.ended is not None
    assert store.ended_before(done.ended) == []
    assert store.ended_before(done.ended + 1) == [done]
    assert store.remove("a")
    assert not store.remove("a")
    assert store.get("a") is None


def test_first_come_first_served(store: JobStore) -> None:
    for name in "cab":
        store.add(name, name, OPTIONS)
    assert [job.id for job in store.all()] == ["c", "a", "b"]
    first = store.take()
    assert first is not None
    assert first.id == "c"
    store.note("c", 0.5, 7)
    store.give_back("c")
    again = store.take()
    assert again is not None
    assert (again.id, again.attempts, again.progress, again.frames) == ("c", 1, None, 0)


def test_a_removed_job_stays_away(store: JobStore) -> None:
    store.add("a", "a", OPTIONS)
    store.take()
    store.remove("a")
    store.note("a", 0.5, 1)
    store.fail("a", JobError("crashed", "a: it broke"))
    assert store.all() == []


def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    script = f"""
import os, signal
from pathlib import Path
from mien.service.jobs.store import *
store = JobStore(Path({str(path)!r}))
if not store.all():
    for name in ("done", "hit", "next"):
        store.add(name, name, WatchOptions("mien", "ekman7"))
    store.take()
    store.finish("done")
store.recover()
store.take()
os.kill(os.getpid(), signal.SIGKILL)
"""
    for attempt in (1, 2):
        killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        store = JobStore(path)
        states = [(job.id, job.status, job.attempts) for job in store.all()]
        assert states == [("done", "done", 1), ("hit", "running", attempt), ("next", "waiting", 0)]
        store.close()
    store = JobStore(path)
    store.recover()
    hit = store.get("hit")
    assert hit is not None
    assert hit.status == "failed"
    assert hit.error is not None
    assert hit.error.code == "interrupted"
    assert [job.status for job in store.all()] == ["done", "failed", "waiting"]
    store.close()


def test_one_service_a_file(store: JobStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"jobs\.sqlite: another service uses it"):
        JobStore(tmp_path / "jobs.sqlite")


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "jobs.sqlite"
    path.write_text("a shopping list, and a long one\n" * 100)
    with pytest.raises(InputError, match="not a list of jobs"):
        JobStore(path)
    assert path.read_text().startswith("a shopping list")
    newer = tmp_path / "newer.sqlite"
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(InputError, match="another version"):
        JobStore(newer)


def test_many_threads_never_share_a_job(store: JobStore) -> None:
    taken: list[str] = []
    start = threading.Barrier(8)

    def add(who: int) -> None:
        start.wait()
        for number in range(25):
            store.add(f"{who}-{number}", "x", OPTIONS)

    def take() -> None:
        start.wait()
        misses = 0
        while misses < 2000:
            job = store.take()
            if job is None:
                misses += 1
                continue
            taken.append(job.id)
            store.note(job.id, 0.5, 1)
            store.finish(job.id)

    threads = [threading.Thread(target=add, args=(who,)) for who in range(4)]
    threads += [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while (job := store.take()) is not None:  # takers may have given up before the last came
        taken.append(job.id)
        store.finish(job.id)
    assert sorted(taken) == sorted(f"{who}-{number}" for who in range(4) for number in range(25))
    assert {job.status for job in store.all()} == {"done"}
