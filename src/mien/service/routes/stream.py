"""``WS /v1/stream``: frames of a camera in, the faces in them out, each under its number."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect
from prometheus_client import Counter, Gauge
from starlette.concurrency import run_in_threadpool

from mien.acquire import read_image
from mien.errors import MienError
from mien.service.engine import MAX_PIXELS, Engine, Options
from mien.service.metrics import REGISTRY
from mien.service.problems import Problem
from mien.service.settings import Settings
from mien.video.frame import Frame
from mien.video.watch import Watcher

router = APIRouter(prefix="/v1")

STREAMS_PER_WORKER = 2

IDLE = 60.0
"""Seconds without a frame, or with an answer that is not taken, after which a stream is closed."""

# Codes of closing, from RFC 6455 and its registry.
NORMAL, GOING_AWAY, UNSUPPORTED_DATA, POLICY_VIOLATION, TOO_LARGE, TRY_AGAIN_LATER = 1000, 1001, 1003, 1008, 1009, 1013
_LONGEST_REASON = 120  # bytes; the protocol allows 123
_FAREWELL = 5.0  # seconds

STREAMS = Gauge("mien_streams", "Camera streams that are open.", registry=REGISTRY)
FRAMES = Counter("mien_stream_frames", "Frames of camera streams.", ("outcome",), registry=REGISTRY)


class _Closing(Exception):
    """The stream is to be closed from this side."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class _Message:
    number: int
    time: float
    data: bytes


class _Newest:
    """A place for one frame, which a newer one takes from it."""

    def __init__(self) -> None:
        self._message: _Message | None = None
        self._arrived = asyncio.Event()

    def put(self, message: _Message) -> None:
        self._message = message
        self._arrived.set()

    async def get(self) -> _Message:
        await self._arrived.wait()
        self._arrived.clear()
        assert self._message is not None
        return self._message


@router.websocket("/stream")
async def stream(
    websocket: WebSocket,
    model: Annotated[str | None, Query()] = None,
    label_set: Annotated[str | None, Query()] = None,
    smooth: Annotated[float, Query(ge=0, le=3600, allow_inf_nan=False)] = 0.3,
) -> None:
    """Follow the faces of one camera."""
    places: asyncio.Semaphore = websocket.app.state.streams
    await websocket.accept()
    try:
        if places.locked():
            raise _Closing(TRY_AGAIN_LATER, "try again later")
        async with places:
            with STREAMS.track_inprogress():
                await _follow(websocket, Options(model, label_set), smooth)
    except WebSocketDisconnect:
        pass
    except _Closing as closing:
        reason = str(closing).encode()[:_LONGEST_REASON].decode(errors="ignore")
        with suppress(WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await websocket.close(closing.code, reason)


async def _follow(websocket: WebSocket, options: Options, smooth: float) -> None:
    """Take frames and answer until one of the two ends with an error, which is raised; then nothing is left."""
    engine: Engine = websocket.app.state.engine
    settings: Settings = websocket.app.state.settings
    try:
        watcher = Watcher(await run_in_threadpool(engine.analyzer, options), smooth=smooth)
    except MienError as error:
        raise _Closing(POLICY_VIOLATION, Problem.of(error).detail) from None
    except Problem as problem:
        raise _Closing(POLICY_VIOLATION, problem.detail) from None
    newest, thread = _Newest(), ThreadPoolExecutor(1, "mien-stream")
    tasks = [
        asyncio.create_task(_receive(websocket, newest, settings.max_upload)),
        asyncio.create_task(_answer(websocket, newest, watcher, thread)),
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await run_in_threadpool(thread.shutdown, cancel_futures=True)
        watcher.close()
    done.pop().result()


async def _receive(websocket: WebSocket, newest: _Newest, largest: int) -> NoReturn:
    clock = asyncio.get_running_loop().time
    started: float | None = None
    number = 0
    while True:
        try:
            async with asyncio.timeout(IDLE):
                message = await websocket.receive()
        except TimeoutError:
            raise _Closing(NORMAL, f"no frame came for {IDLE:.0f} seconds") from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", NORMAL))
        data = message.get("bytes")
        if data is None:
            raise _Closing(UNSUPPORTED_DATA, "send pictures as binary messages")
        if len(data) > largest:
            raise _Closing(TOO_LARGE, f"a frame may have {largest:,} bytes at most")
        now = clock()
        started = now if started is None else started
        newest.put(_Message(number, now - started, data))
        number += 1


async def _answer(websocket: WebSocket, newest: _Newest, watcher: Watcher, thread: ThreadPoolExecutor) -> NoReturn:
    loop = asyncio.get_running_loop()
    last = -1
    while True:
        message = await newest.get()
        skipped, last = message.number - last - 1, message.number
        body = await loop.run_in_executor(thread, _read, watcher, message, skipped)
        FRAMES.labels("unreadable" if "error" in body else "read").inc()
        FRAMES.labels("skipped").inc(skipped)
        try:
            async with asyncio.timeout(IDLE):
                await websocket.send_json(body)
        except TimeoutError:
            # Not even a farewell would go through.
            raise WebSocketDisconnect(GOING_AWAY) from None


def _read(watcher: Watcher, message: _Message, skipped: int) -> dict[str, Any]:
    try:
        image = read_image(message.data, max_pixels=MAX_PIXELS)
        watched = watcher.read(Frame(message.number, message.time, image))
    except MienError as error:
        problem = Problem.of(error)
        return {"frame": message.number, "error": {"code": problem.code, "message": problem.detail}}
    width, height = watched.faces.image_size
    faces = zip(watched.tracks.tolist(), watched.faces, strict=True)
    return {
        "frame": message.number,
        "time": round(message.time, 6),
        "skipped": skipped,
        "width": width,
        "height": height,
        "label_set": watched.faces.label_set.name,
        "faces": [{"track": track, **face.to_dict()} for track, face in faces],
    }
