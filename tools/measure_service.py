"""How many pictures `mien serve` reads a second, and how long callers wait: the table of docs/results.md.

    python tools/measure_service.py [--seconds 300] [--clients 16] [--peer PYTHON]

PYTHON is an interpreter with the packages `fer` and `flask`; its service stands for what people run today: a route that
decodes a picture and hands it to the detector. Both get the same picture from the same clients, one service after the
other, on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

PORTRAIT = Path(__file__).parents[1] / "examples" / "astronaut.jpg"

PEER = """
import cv2, numpy, sys
from fer.fer import FER
from flask import Flask, jsonify, request
from werkzeug.serving import WSGIRequestHandler
WSGIRequestHandler.protocol_version = "HTTP/1.1"  # connections are kept
app, detector = Flask("peer"), FER()
@app.get("/readyz")
def ready():
    return "ready"
@app.post("/v1/analyze")
def analyze():
    image = cv2.imdecode(numpy.frombuffer(request.get_data(), numpy.uint8), cv2.IMREAD_COLOR)
    faces = detector.detect_emotions(image)
    return jsonify([{"box": [int(v) for v in f["box"]], "emotions": {k: float(v) for k, v in f["emotions"].items()}}
                    for f in faces])
app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
"""


def small_face() -> bytes:
    """A JPEG of 640x480 with a face of 95 pixels, the root of its box's area."""
    portrait = np.asarray(Image.open(PORTRAIT).convert("RGB").resize((480, 480)))
    return jpeg(np.pad(portrait, ((0, 0), (80, 80), (0, 0)), "reflect"))


def large_face() -> bytes:
    """A JPEG of 640x480 with a face of 200 pixels, as before a camera on a desk."""
    return jpeg(np.asarray(Image.open(PORTRAIT).convert("RGB").crop((64, 0, 384, 240)).resize((640, 480))))


def jpeg(image: np.ndarray) -> bytes:
    """As cameras write it."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=90)
    return file.getvalue()


@dataclass
class Tally:
    """What clients met."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0


async def client(port: int, request: bytes, until: float, tally: Tally) -> None:
    """Ask, wait for the answer, ask again."""
    writer = None
    while time.perf_counter() < until:
        started = time.perf_counter()
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        tally.seconds.append(time.perf_counter() - started)
        tally.errors += not (head.startswith(b"HTTP/1.1 200") and b"happy" in body)
        if b"connection: close" in head.lower():
            writer.close()
            writer = None


async def ask(port: int, data: bytes, clients: int, seconds: float, process: int) -> tuple[Tally, list[float]]:
    """All clients at once; what they met, and the memory of the service every second."""
    head = "POST /v1/analyze HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
    request = f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
    tally, memory, until = Tally(), [], time.perf_counter() + seconds
    work = asyncio.gather(*(client(port, request, until, tally) for _ in range(clients)))
    while not work.done():
        memory.append(resident(process))
        await asyncio.sleep(1)
    await work
    return tally, memory


def resident(process: int) -> float:
    """Megabytes that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def started(command: list[str]) -> Iterator[tuple[int, int]]:
    """A service on a port of its own; its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [part.replace("PORT", str(port)) for part in command]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                time.sleep(0.2)
                if process.poll() is not None:
                    raise RuntimeError(f"{command[0]} ended with {process.returncode}")
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    continue
            yield port, process.pid
        finally:
            process.kill()


def measure(name: str, command: list[str], data: bytes, clients: int, seconds: float) -> None:
    """One row."""
    with started(command) as (port, process):
        asyncio.run(ask(port, data, clients, 3, process))  # warm
        tally, memory = asyncio.run(ask(port, data, clients, seconds, process))
    times = np.array(tally.seconds) * 1000
    minute = min(60, len(memory) // 2)
    p50, p99 = np.percentile(times, [50, 99])
    growth = max(memory[minute:]) / memory[minute] - 1
    print(
        f"| {name} | {len(times) / seconds:.0f} | {p50:.0f} ms | {p99:.0f} ms | {tally.errors} of {len(times)}"
        f" | {memory[-1]:.0f} MB, {growth:+.1%} after the first {minute} s |",
        flush=True,
    )


def main() -> None:
    """All rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--peer", help="an interpreter with fer and flask")
    asked = parser.parse_args()
    print("| service, face | requests/s | median | p99 | errors | memory |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        services = {"mien serve": [sys.executable, "-m", "mien", "serve", "--port", "PORT", "--state", folder]}
        if asked.peer:
            services["fer behind Flask"] = [asked.peer, "-c", PEER, "PORT"]
        for face, data in (("200 px", large_face()), ("95 px", small_face())):
            for name, command in services.items():
                seconds = asked.seconds if name == "mien serve" else min(asked.seconds, 60)
                measure(f"{name}, {face}", command, data, asked.clients, seconds)


if __name__ == "__main__":
    main()
