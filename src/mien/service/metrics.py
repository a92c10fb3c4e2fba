"""What is counted, for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # memory and open files, where the system tells

REQUESTS = Counter("mien_requests", "Answered requests.", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram("mien_request_seconds", "From request to answer.", ("route",), registry=REGISTRY)
PICTURES = Counter("mien_pictures", "Pictures that were read.", registry=REGISTRY)
FACES = Counter("mien_faces", "Faces that were read.", registry=REGISTRY)
WAITING = Gauge("mien_pictures_waiting", "Pictures that wait or are worked on.", registry=REGISTRY)
BATCH = Histogram(
    "mien_batch_pictures",
    "Pictures whose faces went through the network together.",
    buckets=(1, 2, 4, 8, 16, 32, 64),
    registry=REGISTRY,
)


class Measure:
    """Counts and times every request, by the route that answers it (not by its address, which anybody can invent)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            REQUESTS.labels(scope["method"], route, status).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)
