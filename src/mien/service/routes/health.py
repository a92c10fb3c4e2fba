"""Whether the service lives, and what it has done."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from mien.service.metrics import REGISTRY
from mien.service.problems import Problem, responses

router = APIRouter(tags=["health"])


class Status(BaseModel):
    """That all is well."""

    status: str


@router.get("/healthz", summary="Whether the process lives")
async def healthz() -> Status:
    return Status(status="ok")


@router.get("/readyz", summary="Whether it can take requests", responses=responses(503))
async def readyz(request: Request) -> Status:
    if getattr(request.app.state, "engine", None) is None:
        raise Problem(503, "not_ready", "the models are still being loaded", {"Retry-After": "1"})
    return Status(status="ready")


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics() -> Response:
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
