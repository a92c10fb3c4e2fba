"""Who may call, from where, how much and how fast; tried with plain sockets where a client would be too polite."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
from serving import Service, running
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mien.errors import InputError
from mien.service.settings import Settings

JPEG = (Path(__file__).parents[2] / "examples" / "astronaut.jpg").read_bytes()
TOKEN = "a-token-of-some-length"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """With a token, a small limit and a friend."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "token").write_text(f"{TOKEN}\n")
    options = ("--token-file", str(folder / "token"), "--max-upload", "1", "--cors", "https://friend.example")
    with running(folder, *options) as service:
        yield service


def talk(service: Service, *pieces: bytes, pause: float = 0, read: bool = True) -> bytes:
    """Send these bytes as they are; what came back until the service hung up."""
    with socket.create_connection(service.address, timeout=20) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        answer = b""
        while read and (more := connection.recv(65536)):
            answer += more
        return answer


def problem(answer: bytes) -> dict[str, object]:
    """The problem in a raw answer."""
    body: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return body


def memory(service: Service) -> float:
    """Bytes that the guarded service holds, as it says itself."""
    lines = httpx.get(f"{service.url}/metrics", headers=bearer(TOKEN)).text.splitlines()
    found = [line for line in lines if line.startswith("process_resident_memory_bytes")]
    if not found:
        pytest.skip("the system does not tell what processes hold")
    return float(found[0].split()[1])


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_no_stranger_comes_in_without_a_token(host: str) -> None:
    with pytest.raises(InputError, match="they have to show a token"):
        Settings(host=host)
    Settings(host=host, token=TOKEN)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_needs_none(host: str) -> None:
    Settings(host=host)


def test_the_command_line_says_why_it_refuses() -> None:
    command = [sys.executable, "-m", "mien", "serve", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr == (
        "mien: error: --host 0.0.0.0 lets other machines in; they have to show a token: give --token-file FILE\n"
    )


def test_a_token_must_be_long_enough(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("short\n")
    command = [sys.executable, "-m", "mien", "serve", "--token-file", str(tmp_path / "token")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "a token has at least 16 letters and digits" in done.stderr


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
def test_some_pages_are_open(guarded: Service, path: str) -> None:
    assert httpx.get(guarded.url + path).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, bearer("wrong"), bearer(TOKEN + "x"), {"Authorization": "Bearer"}, {"Authorization": "Basic x"}]
)
@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v1/nothing-here"])
def test_without_the_token_nothing_is_told(guarded: Service, path: str, headers: dict[str, str]) -> None:
    answer = httpx.get(guarded.url + path, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_the_token_all_is(guarded: Service) -> None:
    answer = httpx.post(f"{guarded.url}/v1/analyze", content=JPEG, headers=bearer(TOKEN), timeout=60)
    assert answer.json()["results"][0]["faces"][0]["label"] == "happy"
    # Who has the token may come under any name, as through a proxy.
    assert httpx.get(f"{guarded.url}/v1/models", headers=bearer(TOKEN) | {"Host": "mien.example"}).status_code == 200


def test_a_websocket_needs_it_too(guarded: Service) -> None:
    address = guarded.url.replace("http", "ws") + "/v1/stream"
    with pytest.raises(InvalidStatus) as refused, connect(address):
        pass
    assert refused.value.response.status_code == 401
    with connect(f"{address}?token={TOKEN}"):
        pass


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "[::2]", ""])
def test_a_name_that_was_made_to_point_here_is_refused(service: Service, host: str) -> None:
    answer = talk(service, f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert problem(answer)["code"] == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "[::1]:80"])
def test_names_of_this_machine_are_not(service: Service, host: str) -> None:
    assert httpx.get(f"{service.url}/v1/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1", "http://127.0.0.1"])
def test_pages_of_others_cannot_post(service: Service, origin: str) -> None:
    answer = httpx.post(f"{service.url}/v1/analyze", content=JPEG, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    with pytest.raises(InvalidStatus), connect(service.url.replace("http", "ws") + "/v1/stream", origin=origin):
        pass


def test_its_own_page_can(service: Service) -> None:
    answer = httpx.post(f"{service.url}/v1/analyze", content=JPEG, headers={"Origin": service.url}, timeout=60)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_friends_can_and_are_told_so(guarded: Service) -> None:
    origin = {"Origin": "https://friend.example"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    may = httpx.options(f"{guarded.url}/v1/analyze", headers=origin | asked)
    assert may.status_code == 200
    assert may.headers["access-control-allow-origin"] == "https://friend.example"
    answer = httpx.post(f"{guarded.url}/v1/analyze", content=JPEG, headers=bearer(TOKEN) | origin, timeout=60)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://friend.example"


def test_two_gigabytes_are_refused_before_they_come(guarded: Service) -> None:
    head = f"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: "
    answer = talk(guarded, f"{head}{2**31}\r\n\r\n".encode())
    assert problem(answer)["code"] == "too_large"
    assert b"413" in answer.splitlines()[0]


def test_nor_can_they_come_without_being_announced(guarded: Service) -> None:
    head = (
        f"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nTransfer-Encoding: chunked"
    )
    chunk = b"%x\r\n%s\r\n" % (65536, b"\0" * 65536)
    before = memory(guarded)
    with socket.create_connection(guarded.address, timeout=20) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode())
        sent = 0
        try:
            while sent < 2**31:
                connection.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass
    assert sent < 20 * 2**20  # what fits into buffers after the limit of 1 MB
    assert memory(guarded) - before < 50 * 2**20


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
        b"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n",
    ],
)
def test_nonsense_is_refused_and_the_service_lives_on(service: Service, request_: bytes) -> None:
    try:
        answer = talk(service, request_)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    except ConnectionError:
        pass  # hung up on
    assert httpx.get(f"{service.url}/healthz").status_code == 200


def test_who_hangs_up_leaves_nothing_behind(service: Service) -> None:
    head = f"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(JPEG)}\r\n\r\n".encode()
    for _ in range(20):
        talk(service, head + JPEG, read=False)  # gone before the answer
        talk(service, head + JPEG[:1000], read=False)  # gone in the middle of the question
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if "mien_pictures_waiting 0.0" in httpx.get(f"{service.url}/metrics").text:
            break
        time.sleep(0.1)
    else:
        pytest.fail("pictures of callers that are gone still wait")
    assert httpx.post(f"{service.url}/v1/analyze", content=JPEG, timeout=60).status_code == 200


@pytest.mark.slow
def test_who_sends_too_slowly_is_hung_up_on(service: Service) -> None:
    head = f"POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(JPEG)}\r\n\r\n".encode()
    started = time.monotonic()
    with socket.create_connection(service.address, timeout=60) as connection:
        connection.sendall(head)
        answer = connection.recv(65536)
    assert problem(answer)["code"] == "too_slow"
    assert 25 < time.monotonic() - started < 45


def test_a_full_house_says_when_to_come_back(
    start_service: Callable[..., AbstractContextManager[Service]], tmp_path: Path
) -> None:
    # One worker and large pictures: 4 requests of 32 fill the queue of 128 for seconds.
    ok, data = cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 256, (1500, 2000, 3), np.uint8))
    assert ok
    with start_service("--workers", "1", "--max-upload", "200") as service:
        clients = [
            subprocess.Popen(
                [sys.executable, "-c", _POST, service.url],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env=os.environ,
            )
            for _ in range(4)
        ]
        for client in clients:
            assert client.stdin is not None
            client.stdin.write(data.tobytes())
            client.stdin.close()
        try:
            end = time.monotonic() + 60
            while "mien_pictures_waiting 128.0" not in httpx.get(f"{service.url}/metrics").text:
                assert time.monotonic() < end
                time.sleep(0.05)
            answer = httpx.post(f"{service.url}/v1/analyze", content=JPEG, timeout=60)
            assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
            assert int(answer.headers["retry-after"]) >= 1
            assert httpx.get(f"{service.url}/healthz").status_code == 200
        finally:
            for client in clients:
                client.kill()
                client.wait()


_POST = """
import sys, httpx
data = sys.stdin.buffer.read()
httpx.post(sys.argv[1] + "/v1/analyze", files=[("a", ("big.jpg", data))] * 32, timeout=600)
"""
