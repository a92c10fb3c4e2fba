"""When the service has too much to do, every vendor's clients are told in words on which they try again."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from serving import free_port

from mien.service.app import create_app
from mien.service.engine import MAX_WAITING, Engine
from mien.service.settings import Settings


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service in this process, so that its engine can be told that it has all it can take."""
    app = create_app(Settings(compat=True, state=tmp_path_factory.mktemp("state")))
    server = uvicorn.Server(uvicorn.Config(app, port=free_port(), log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.02)
    engine: Engine = app.state.engine
    with engine.admit(MAX_WAITING), httpx.Client(base_url=f"http://localhost:{server.config.port}") as client:
        yield client
    server.should_exit = True
    thread.join()


def test_azure(busy: httpx.Client) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    answer = busy.post("/face/v1.0/detect", content=b"a", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "RateLimitExceeded")
    assert int(answer.headers["retry-after"]) > 0


def test_facepp(busy: httpx.Client) -> None:
    answer = busy.post("/facepp/v3/detect", files={"image_file": b"a"})
    assert (answer.status_code, answer.json()["error_message"]) == (403, "CONCURRENCY_LIMIT_EXCEEDED")


def test_baidu(busy: httpx.Client) -> None:
    answer = busy.post("/rest/2.0/face/v3/detect", json={"image": "YQ==", "image_type": "BASE64"})
    assert (answer.status_code, answer.json()["error_code"]) == (200, 18)


def test_rekognition(busy: httpx.Client) -> None:
    headers = {"X-Amz-Target": "RekognitionService.DetectFaces"}
    answer = busy.post("/", json={"Image": {"Bytes": base64.b64encode(b"a").decode()}}, headers=headers)
    assert (answer.status_code, answer.json()["__type"]) == (400, "ThrottlingException")


def test_deepface(busy: httpx.Client) -> None:
    answer = busy.post("/compat/deepface/analyze", json={"img": "YQ=="})
    assert (answer.status_code, list(answer.json())) == (503, ["error"])
