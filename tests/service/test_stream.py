"""Frames of a camera over a WebSocket, to a service as users start it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import cv2
import httpx
import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("websockets")
pytest.importorskip("lap")

import uvicorn
from fastapi import FastAPI
from moving_faces import actor, backdrop, draw, line
from serving import Service, free_port
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mien.service.engine import Engine
from mien.service.routes import stream
from mien.service.settings import Settings

Image = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def frames(astronaut: Image) -> list[bytes]:
    """JPEGs in which the astronaut moves to the right, 4 pixels a frame."""
    person = actor(astronaut, line((100, 120, 80), (220, 120, 80), 0, 3))
    return [jpeg(draw([person], backdrop(320, 240), i / 10)) for i in range(30)]


def jpeg(image: Image) -> bytes:
    return cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def open_stream(service: Service, query: str = "") -> AbstractContextManager[ClientConnection]:
    return connect(f"{service.url.replace('http', 'ws')}/v1/stream{query}", open_timeout=30)


def answer(connection: ClientConnection) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(connection.recv(timeout=60))
    return body


def metric(service: Service, name: str) -> float:
    lines = httpx.get(f"{service.url}/metrics").text.splitlines()
    return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} ")))


def until(reached: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_one_face_keeps_its_number(service: Service, frames: list[bytes]) -> None:
    answers = []
    with open_stream(service, "?smooth=0&label_set=ferplus8") as connection:
        for frame in frames[:10]:
            connection.send(frame)
            answers.append(answer(connection))
    assert [body["frame"] for body in answers] == list(range(10))
    assert {body["skipped"] for body in answers} == {0}
    assert {(body["width"], body["height"], body["label_set"]) for body in answers} == {(320, 240, "ferplus8")}
    times = [body["time"] for body in answers]
    assert times[0] == 0
    assert times == sorted(set(times))
    assert [[face["track"] for face in body["faces"]] for body in answers] == [[1]] * 10
    centres = [np.mean(np.reshape(body["faces"][0]["box"], (2, 2)), axis=0) for body in answers]
    np.testing.assert_allclose(centres, [(100 + 4 * i, 120) for i in range(10)], atol=8)
    face = answers[3]["faces"][0]
    assert face["label"] == "happiness"
    assert len(face["probabilities"]) == 8
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_the_newest_frame_wins(service: Service, frames: list[bytes]) -> None:
    count = 10 * len(frames)
    answers = []
    with open_stream(service) as connection:
        for _ in range(10):
            for frame in frames:
                connection.send(frame)
        while not answers or answers[-1]["frame"] < count - 1:
            answers.append(answer(connection))
        with pytest.raises(TimeoutError):
            connection.recv(timeout=0.3)
    numbers = [body["frame"] for body in answers]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == count - 1
    assert len(answers) + sum(body["skipped"] for body in answers) == count
    assert [body["skipped"] for body in answers] == np.diff([-1, *numbers]).__sub__(1).tolist()
    assert len(answers) < count / 2
    assert all(len(body["faces"]) <= 1 for body in answers)


def test_a_bad_frame_is_said_and_passed_over(service: Service, frames: list[bytes]) -> None:
    with open_stream(service) as connection:
        outcomes = []
        for frame in (frames[0], b"no picture", b"", frames[1][:500], frames[2], jpeg(np.zeros((9, 7, 3), np.uint8))):
            connection.send(frame)
            outcomes.append(answer(connection))
    assert [body["frame"] for body in outcomes] == list(range(6))
    bad = {"code": "unreadable_image"}
    assert [body.get("error", {}).get("code") for body in outcomes] == [None, *[bad["code"]] * 3, None, None]
    assert all(set(body) == {"frame", "error"} for body in outcomes[1:4])
    assert outcomes[4]["faces"][0]["track"] == 1
    assert (outcomes[5]["width"], outcomes[5]["height"], outcomes[5]["faces"]) == (7, 9, [])


def closing(connection: ClientConnection) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=30)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_what_closes_a_stream(service: Service) -> None:
    with open_stream(service) as connection:
        connection.send("hello")
        assert closing(connection) == (1003, "send pictures as binary messages")
    with open_stream(service, "?model=nobody") as connection:
        code, reason = closing(connection)
        assert code == 1008
        assert "'nobody'" in reason
    with open_stream(service, "?label_set=nothing") as connection:
        assert closing(connection)[0] == 1008
    with open_stream(service, f"?label_set={'é' * 300}") as connection:
        assert closing(connection)[0] == 1008


def test_who_goes_away_leaves_nothing(service: Service, frames: list[bytes]) -> None:
    tasks = Path(f"/proc/{service.process.pid}/task")
    until(lambda: metric(service, "mien_streams") == 0)
    with open_stream(service) as connection:  # what all streams share is there after the first
        connection.send(frames[0])
        answer(connection)
    until(lambda: metric(service, "mien_streams") == 0)
    time.sleep(0.3)
    before = len(list(tasks.iterdir())) if tasks.exists() else 0
    for leave in ("politely", "abruptly", "in the middle"):
        with open_stream(service) as connection:
            connection.send(frames[0])
            answer(connection)
            assert metric(service, "mien_streams") == 1
            if leave == "in the middle":
                for frame in frames:
                    connection.send(frame)
            if leave != "politely":
                connection.socket.shutdown(socket.SHUT_RDWR)
        until(lambda: metric(service, "mien_streams") == 0)
    if tasks.exists():
        until(lambda: len(list(tasks.iterdir())) <= before)


def test_too_many_streams(start_service: Callable[..., Any], frames: list[bytes]) -> None:
    with start_service("--workers", "1") as service, ExitStack() as stack:
        limit = stream.STREAMS_PER_WORKER
        open_ones = [stack.enter_context(open_stream(service)) for _ in range(limit)]
        for connection in open_ones:
            connection.send(frames[0])
            answer(connection)
        with open_stream(service) as refused:
            assert closing(refused) == (1013, "try again later")
        open_ones[0].close()
        until(lambda: metric(service, "mien_streams") == limit - 1)
        with open_stream(service) as connection:
            connection.send(frames[0])
            assert answer(connection)["faces"]


def test_a_stream_without_frames_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "IDLE", 0.2)
    app = FastAPI()
    app.include_router(stream.router)
    app.state.settings = Settings(max_upload=1000)
    app.state.engine = Engine(app.state.settings)
    app.state.streams = asyncio.Semaphore(1)
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), log_level="warning"))
    thread = Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    address = f"ws://127.0.0.1:{server.config.port}/v1/stream"
    with connect(address) as connection:
        assert closing(connection) == (1000, "no frame came for 0 seconds")
    with connect(address) as connection:
        connection.send(bytes(1001))
        assert closing(connection) == (1009, "a frame may have 1,000 bytes at most")
    server.should_exit = True
    thread.join()
    app.state.engine.close()
