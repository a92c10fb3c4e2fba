"""Runs the jobs one after the other, and clears away what is no longer wanted."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import shutil
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from prometheus_client import Counter, Gauge
from starlette.concurrency import run_in_threadpool

from mien.service.jobs.store import Job, JobError, JobStore, WatchOptions
from mien.service.jobs.worker import UPLOAD, Task
from mien.service.metrics import REGISTRY
from mien.service.problems import Problem

MAX_WAITING = 16
"""Videos that wait or are on their way here; more are turned away."""

RETRY_AFTER = 30  # seconds; a guess: videos take from seconds to hours

_GRACE = 3.0  # seconds between telling a worker to end and ending it
_SWEEP_EVERY = 60.0  # seconds at most between looks for what has expired
_WORKER = (sys.executable, "-m", "mien.service.jobs.worker")

ENDED = Counter("mien_jobs", "Videos that were read, by how that ended.", ("status",), registry=REGISTRY)
VIDEO_FRAMES = Counter("mien_video_frames", "Frames of videos that were read.", registry=REGISTRY)
JOBS_WAITING = Gauge("mien_jobs_waiting", "Videos that wait to be read.", registry=REGISTRY)

log = logging.getLogger("mien.service")


class Jobs:
    """The video jobs of a service; an asynchronous context manager, within which they run.

    Parameters
    ----------
    state : Path
        Folder of the list of jobs and of a folder for each; made if it is not there.
    keep : float
        Seconds after a job's end when it is forgotten.
    models : mapping from str to str
        For each name that a job may have for its model, what `mien.models.load_model` takes.

    Attributes
    ----------
    store : JobStore
        The list of the jobs.
    keep : float
        As given.

    Raises
    ------
    InputError
        On entering, if another service uses the folder.
    """

    store: JobStore

    def __init__(self, state: Path, keep: float, models: Mapping[str, str]) -> None:
        self._state, self.keep, self._models = state, keep, models
        self._arriving = 0
        self._wake = asyncio.Event()
        self._running: tuple[str, asyncio.Task[None]] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Jobs:
        for folder in (self._state, self._state / "jobs"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # they hold people's faces
        self.store = await run_in_threadpool(JobStore, self._state / "jobs.sqlite")
        self.store.recover()
        await run_in_threadpool(self._clear_up)
        self._count()
        self._wake.set()
        self._tasks = [asyncio.create_task(self._for_ever(step)) for step in (self._work, self._expire)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._running is not None and await self._break_off():
            self.store.give_back(self._running[0])
        self.store.close()

    def folder(self, identity: str) -> Path:
        """Where the files of a job are."""
        return self._state / "jobs" / identity

    async def add(self, options: WatchOptions, receive: Callable[[Path], Awaitable[str]]) -> Job:
        """Take a new job in.

        Parameters
        ----------
        options : WatchOptions
            How the video is to be read.
        receive : callable
            Writes the video to the path that it is given, and tells its name.

        Raises
        ------
        Problem
            If too many wait already; and whatever `receive` raises, with nothing left behind.
        """
        async with self._place():
            identity = secrets.token_urlsafe(16)
            folder = self.folder(identity)
            folder.mkdir(mode=0o700)
            try:
                name = await receive(folder / UPLOAD)
                job = self.store.add(identity, name, options)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        self._count()
        self._wake.set()
        return job

    async def remove(self, identity: str) -> bool:
        """Forget a job and delete its files, also while it runs; False if there is none of this id."""
        if not self.store.remove(identity):
            return False
        if self._running is not None and self._running[0] == identity:
            await self._break_off()
        await run_in_threadpool(shutil.rmtree, self.folder(identity), ignore_errors=True)
        self._count()
        return True

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self.store.waiting() + self._arriving >= MAX_WAITING:
            headers = {"Retry-After": str(RETRY_AFTER)}
            raise Problem(429, "too_many_jobs", f"{MAX_WAITING} videos are waiting already; try again later", headers)
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    def _clear_up(self) -> None:
        """Delete what a killed service left: half an upload, half a result, a video that is read."""
        jobs = {job.id: job for job in self.store.all()}
        for folder in (self._state / "jobs").iterdir():
            job = jobs.get(folder.name)
            if job is None:
                shutil.rmtree(folder, ignore_errors=True)
            elif job.ended is not None:
                (folder / UPLOAD).unlink(missing_ok=True)

    async def _for_ever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await step()
            except sqlite3.Error:  # as when the disk is full
                log.exception("the list of jobs cannot be used; it is tried again")
                await asyncio.sleep(_SWEEP_EVERY)
                self._wake.set()

    async def _expire(self) -> None:
        for job in self.store.ended_before(time.time() - self.keep):
            await self.remove(job.id)
        await asyncio.sleep(min(_SWEEP_EVERY, max(self.keep / 10, 0.1)))

    async def _work(self) -> None:
        await self._wake.wait()
        self._wake.clear()
        while (job := self.store.take()) is not None:
            self._count()
            task = asyncio.create_task(self._run(job))
            self._running = job.id, task
            await asyncio.wait([task])
            self._running = None

    async def _break_off(self) -> bool:
        """End the running job's process; whether that was before the job came to its end."""
        assert self._running is not None
        task = self._running[1]
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    async def _run(self, job: Job) -> None:
        try:
            error = await self._watch(job)
        except Exception:
            log.exception("a video job cannot be run")
            error = JobError("internal", f"{job.name}: something went wrong inside the service")
        if error is None:
            self.store.finish(job.id)
        else:
            self.store.fail(job.id, error)
        ENDED.labels("done" if error is None else "failed").inc()
        (self.folder(job.id) / UPLOAD).unlink(missing_ok=True)

    async def _watch(self, job: Job) -> JobError | None:
        """Let a worker read the video and follow it; why it failed, or None."""
        model = self._models.get(job.options.model)
        if model is None:
            reason = f"{job.name}: the service no longer offers the model {job.options.model!r}"
            return JobError("unknown_name", reason)
        task = Task(str(self.folder(job.id).resolve()), job.name, replace(job.options, model=model))
        process = await asyncio.create_subprocess_exec(*_WORKER, stdin=PIPE, stdout=PIPE, start_new_session=True)
        assert process.stdin is not None
        assert process.stdout is not None
        last: dict[str, Any] = {}
        try:
            with suppress(ConnectionError):  # what a dead worker says of itself follows
                process.stdin.write(task.to_json().encode())
                await process.stdin.drain()
            frames = 0
            async for line in process.stdout:
                last = json.loads(line)
                if "frames" in last:
                    self.store.note(job.id, last["progress"], last["frames"])
                    VIDEO_FRAMES.inc(last["frames"] - frames)
                    frames = last["frames"]
                elif "warning" in last:
                    self.store.warn(job.id, last["warning"])
            code = await process.wait()
        finally:
            await _end(process)
        if "error" in last:
            return JobError(**last["error"])
        return None if "done" in last else JobError("crashed", f"{job.name}: {_how_it_died(code)}")

    def _count(self) -> None:
        JOBS_WAITING.set(self.store.waiting())


async def _end(process: Process) -> None:
    if process.returncode is None:
        assert process.stdin is not None
        process.stdin.close()  # which it takes as the sign to go
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()


def _how_it_died(code: int) -> str:
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return f"the process that read this video broke down ({how})"
