"""The jobs of a service: in turn, within limits, and gone when they should be."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("av")
pytest.importorskip("lap")

from clips import empty_clip, workers_of

from mien.service.jobs.runner import MAX_WAITING, Jobs
from mien.service.jobs.store import Job, JobStore, WatchOptions
from mien.service.problems import Problem

OPTIONS = WatchOptions("mien", "ekman7")
MODELS = {"mien": "mien"}


def sending(content: bytes, name: str = "talk.mp4") -> Callable[[Path], Awaitable[str]]:
    async def receive(path: Path) -> str:
        path.write_bytes(content)
        return name

    return receive


async def until(jobs: Jobs, identity: str, wanted: Callable[[Job], bool], seconds: float = 60) -> Job:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = jobs.store.get(identity)
        assert job is not None
        if wanted(job):
            return job
        await asyncio.sleep(0.05)
    raise TimeoutError(str(job))


def test_results_stay_and_then_expire(tmp_path: Path) -> None:
    video = empty_clip(tmp_path / "clip.mp4").read_bytes()

    async def first() -> str:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            job = await jobs.add(OPTIONS, sending(video))
            done = await until(jobs, job.id, lambda job: job.ended is not None)
            assert done.status == "done"
            assert [file.name for file in jobs.folder(job.id).iterdir()] == ["results"]  # the video is deleted
            return job.id

    async def second(identity: str) -> None:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            kept = jobs.store.get(identity)
            assert kept is not None
            assert (jobs.folder(identity) / "results" / "report.html").exists()
        async with Jobs(tmp_path, 0.5, MODELS) as jobs:
            end = time.monotonic() + 10
            while jobs.store.all() or jobs.folder(identity).exists():
                assert time.monotonic() < end
                await asyncio.sleep(0.05)

    asyncio.run(second(asyncio.run(first())))


def test_cancelling_and_stopping(long_video: bytes, tmp_path: Path) -> None:
    async def work() -> str:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            first = await jobs.add(OPTIONS, sending(long_video))
            second = await jobs.add(OPTIONS, sending(long_video))
            await until(jobs, first.id, lambda job: job.frames > 0)
            assert jobs.store.waiting() == 1  # one at a time
            assert await jobs.remove(first.id)
            assert not await jobs.remove(first.id)
            assert not jobs.folder(first.id).exists()
            await until(jobs, second.id, lambda job: job.frames > 0)
        return second.id

    identity = asyncio.run(work())
    store = JobStore(tmp_path / "jobs.sqlite")
    (left,) = store.all()
    # It goes on when the service comes back, however often that is stopped in good order.
    assert (left.id, left.status, left.attempts, left.progress) == (identity, "waiting", 0, None)
    store.close()
    assert (tmp_path / "jobs" / identity / "upload").read_bytes() == long_video


def test_so_many_wait_and_no_more(tmp_path: Path) -> None:
    async def work() -> None:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            running = await jobs.add(OPTIONS, sending(b"1"))
            await until(jobs, running.id, lambda job: job.status != "waiting")
            for _ in range(MAX_WAITING - 1):
                jobs.store.add(f"x{_}", "x", OPTIONS)
            arriving = asyncio.Event()

            async def slowly(path: Path) -> str:
                await arriving.wait()
                return await sending(b"1")(path)

            last = asyncio.create_task(jobs.add(OPTIONS, slowly))
            await asyncio.sleep(0.01)
            with pytest.raises(Problem) as refusal:
                await jobs.add(OPTIONS, sending(b"1"))
            assert (refusal.value.status, refusal.value.code) == (429, "too_many_jobs")
            assert int(refusal.value.headers["Retry-After"]) > 0
            arriving.set()
            await last

    asyncio.run(work())


def test_an_upload_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async def fail(path: Path) -> str:
        path.write_bytes(b"half")
        raise Problem(400, "bad_form", "the form is cut short")

    async def hang(path: Path) -> str:
        path.write_bytes(b"half")
        await asyncio.sleep(60)
        return "never"

    async def work() -> None:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            with pytest.raises(Problem):
                await jobs.add(OPTIONS, fail)
            task = asyncio.create_task(jobs.add(OPTIONS, hang))
            await asyncio.sleep(0.05)
            assert len(list((tmp_path / "jobs").iterdir())) == 1
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert list((tmp_path / "jobs").iterdir()) == []
            assert jobs.store.all() == []

    asyncio.run(work())


def test_what_a_killed_service_left(tmp_path: Path) -> None:
    (tmp_path / "jobs" / "half-an-upload").mkdir(parents=True)
    (tmp_path / "jobs" / "half-an-upload" / "upload").write_bytes(b"half")
    (tmp_path / "jobs" / "ended" / "results").mkdir(parents=True)
    (tmp_path / "jobs" / "ended" / "upload").write_bytes(b"a video that is read")
    store = JobStore(tmp_path / "jobs.sqlite")
    store.add("ended", "x", OPTIONS)
    store.take()
    store.finish("ended")
    store.close()

    async def work() -> None:
        async with Jobs(tmp_path, 3600, MODELS):
            pass

    asyncio.run(work())
    assert [path.name for path in (tmp_path / "jobs").iterdir()] == ["ended"]
    assert [path.name for path in (tmp_path / "jobs" / "ended").iterdir()] == ["results"]


def test_a_model_that_is_no_longer_there(tmp_path: Path) -> None:
    async def work() -> None:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            job = await jobs.add(WatchOptions("other", "ekman7"), sending(b"1"))
            failed = await until(jobs, job.id, lambda job: job.ended is not None)
            assert failed.error is not None
            assert failed.error.code == "unknown_name"
            assert list(jobs.folder(job.id).iterdir()) == []

    asyncio.run(work())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the process in /proc")
def test_a_worker_that_breaks_down(long_video: bytes, tmp_path: Path) -> None:
    async def work() -> None:
        async with Jobs(tmp_path, 3600, MODELS) as jobs:
            job = await jobs.add(OPTIONS, sending(long_video))
            await until(jobs, job.id, lambda job: job.frames > 0)
            (worker,) = workers_of(os.getpid())
            os.kill(worker, signal.SIGKILL)
            failed = await until(jobs, job.id, lambda job: job.ended is not None)
            assert failed.error is not None
            assert failed.error.code == "crashed"
            assert "SIGKILL" in failed.error.message

    asyncio.run(work())
