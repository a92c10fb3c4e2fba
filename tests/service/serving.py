"""A service of its own process, as users start it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Service:
    """A running ``mien serve``."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """For plain sockets."""
        parsed = httpx.URL(self.url)
        return parsed.host, parsed.port or 80


@contextmanager
def running(folder: Path, *options: str, port: int | None = None) -> Iterator[Service]:
    """Start a service and wait until it can take requests."""
    port = port or free_port()
    log = folder / f"serve-{port}.log"
    command = [sys.executable, "-m", "mien", "serve", "--port", str(port), "--state", str(folder / "state"), *options]
    with log.open("ab") as file, subprocess.Popen(command, stdout=file, stderr=file) as process:
        service = Service(f"http://127.0.0.1:{port}", process, log)
        try:
            wait_until_ready(service)
            yield service
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until_ready(service: Service, seconds: float = 60) -> None:
    """Raise unless the service is there in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if service.process.poll() is not None:
            raise RuntimeError(service.log.read_text())
        try:
            if httpx.get(f"{service.url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(service.log.read_text())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
