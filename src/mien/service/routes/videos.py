"""``/v1/videos`` and ``/v1/jobs``: videos in; timelines and a report out, when they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from mien.service.engine import Engine, Options
from mien.service.jobs.runner import Jobs
from mien.service.jobs.store import Job, Status, WatchOptions
from mien.service.jobs.upload import save_video
from mien.service.jobs.worker import REPORT, RESULTS, TIMELINES
from mien.service.problems import Problem, responses
from mien.service.routes import BINARY
from mien.video.baseline import BaselineCorrector

router = APIRouter(prefix="/v1", tags=["videos"])

_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

# A page that came of somebody's video may run its script and save its table, but is nobody to this service.
_REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
    " script-src 'unsafe-inline'"
)
_NO_GUESSING = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}

_EXAMPLE_ID = "q0Zl3yJd5m1N8rT2vXw4Kg"


class JobFailure(BaseModel):
    """Why a video has no results."""

    code: str = Field(description="Stays the same whatever the sentence says.", examples=["unreadable_video"])
    message: str = Field(description="One sentence for people.", examples=["talk.mp4: there are no frames in it"])


class ResultLinks(BaseModel):
    """Where the results are."""

    csv: str = Field(examples=[f"/v1/jobs/{_EXAMPLE_ID}/result.csv"])
    json_lines: str = Field(alias="json", examples=[f"/v1/jobs/{_EXAMPLE_ID}/result.jsonl"])
    parquet: str = Field(examples=[f"/v1/jobs/{_EXAMPLE_ID}/result.parquet"])
    html: str = Field(examples=[f"/v1/jobs/{_EXAMPLE_ID}/report.html"])


class JobBody(BaseModel):
    """A video and what has become of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": _EXAMPLE_ID,
                "status": "running",
                "name": "talk.mp4",
                "model": "mien",
                "label_set": "ekman7",
                "created": "2026-11-22T10:00:00Z",
                "started": "2026-11-22T10:00:01Z",
                "ended": None,
                "expires": None,
                "progress": 0.4,
                "frames": 120,
                "warnings": [],
                "error": None,
                "results": None,
            }
        }
    )

    id: str
    status: Status
    name: str = Field(description="What its sender calls it.")
    model: str
    label_set: str
    created: datetime
    started: datetime | None
    ended: datetime | None
    expires: datetime | None = Field(description="When it is forgotten and its results are deleted.")
    progress: float | None = Field(description="How much of it is read, 0 to 1; null where its length is not known.")
    frames: int = Field(description="How many frames are read.")
    warnings: list[str] = Field(description="What is wrong with the video, though it could be read.")
    error: JobFailure | None
    results: ResultLinks | None = Field(description="Null until it is done.")


class JobList(BaseModel):
    """All jobs, the oldest first."""

    jobs: list[JobBody]


def watch_options(
    request: Request,
    model: Annotated[str | None, Query(description="A name of `/v1/models`.", examples=["mien"])] = None,
    label_set: Annotated[
        str | None,
        Query(description="What to call the expressions; by default as the model does.", examples=["ekman7"]),
    ] = None,
    fps: Annotated[
        float | None, Query(gt=0, le=1000, allow_inf_nan=False, description="Take at most so many frames a second.")
    ] = None,
    smooth: Annotated[
        float, Query(ge=0, le=3600, allow_inf_nan=False, description="Seconds over which readings are averaged.")
    ] = 0.3,
    baseline: Annotated[
        str | None,
        Query(
            max_length=100,
            description="When faces are at rest, to be taken off the readings: `auto`, or START-END in seconds.",
            examples=["auto", "12-15.5"],
        ),
    ] = None,
) -> WatchOptions:
    """What the query says of how to read a video."""
    engine: Engine = request.app.state.engine
    chosen = engine.analyzer(Options(model, label_set)).label_set
    BaselineCorrector(chosen, baseline)
    return WatchOptions(model or engine.default_model, chosen.name, fps, smooth, baseline)


_REQUEST = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "additionalProperties": False,
                }
            },
            "video/mp4": BINARY,
            "video/webm": BINARY,
            "application/octet-stream": BINARY,
        },
    }
}


@router.post(
    "/videos",
    status_code=202,
    summary="Have a video read",
    description="The video is kept until it is read; then only its results are, for a while. Ask for the job until its"
    " status is `done` or `failed`.",
    responses={
        202: {
            "headers": {
                "Location": {"description": "Of the job.", "schema": {"type": "string"}, "example": "/v1/jobs/ID"}
            }
        },
        **responses(400, 408, 413, 415, 422, 429, 507),
    },
    openapi_extra=_REQUEST,
)
async def add_video(
    request: Request, response: Response, options: Annotated[WatchOptions, Depends(watch_options)]
) -> JobBody:
    jobs = _jobs(request)
    job = await jobs.add(options, partial(save_video, request))
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return _describe(job, jobs)


@router.get("/jobs", summary="List the jobs")
def list_jobs(request: Request) -> JobList:
    jobs = _jobs(request)
    return JobList(jobs=[_describe(job, jobs) for job in jobs.store.all()])


@router.get("/jobs/{id}", summary="How far a job is", responses=responses(404))
def get_job(request: Request, id: str) -> JobBody:
    jobs = _jobs(request)
    return _describe(_find(jobs, id), jobs)


@router.delete(
    "/jobs/{id}",
    status_code=204,
    summary="Cancel or forget a job, and delete its files",
    responses=responses(404),
)
async def delete_job(request: Request, id: str) -> None:
    if not await _jobs(request).remove(id):
        raise _no_such_job()


@router.get(
    "/jobs/{id}/result.{format}",
    summary="The timeline: a row for each face and frame",
    response_class=FileResponse,
    responses={
        200: {
            "description": "The file.",
            "content": {kind.partition(";")[0]: BINARY for kind in _MEDIA_TYPES.values()},
        },
        **responses(404, 409, 422),
    },
)
def get_timeline(request: Request, id: str, format: Literal["csv", "jsonl", "parquet"]) -> FileResponse:
    job, file = _result(_jobs(request), id, TIMELINES[format])
    name = f"{PurePath(job.name).stem}.{format}"
    return FileResponse(file, media_type=_MEDIA_TYPES[format], filename=name, headers=_NO_GUESSING)


@router.get(
    "/jobs/{id}/report.html",
    summary="The report: a page that needs nothing else",
    response_class=FileResponse,
    responses={
        200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}},
        **responses(404, 409),
    },
)
def get_report(request: Request, id: str) -> FileResponse:
    job, file = _result(_jobs(request), id, REPORT)
    return FileResponse(
        file,
        media_type="text/html; charset=utf-8",
        filename=f"{PurePath(job.name).stem}.html",
        content_disposition_type="inline",
        headers={"Content-Security-Policy": _REPORT_POLICY, **_NO_GUESSING},
    )


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _find(jobs: Jobs, identity: str) -> Job:
    job = jobs.store.get(identity)
    if job is None:
        raise _no_such_job()
    return job


def _no_such_job() -> Problem:
    return Problem(404, "no_such_job", "there is no such job; it may have expired")


def _result(jobs: Jobs, identity: str, file: str) -> tuple[Job, Path]:
    job = _find(jobs, identity)
    if job.status != "done":
        raise Problem(409, "not_done", f"this job is {job.status}; it has no results" + (" yet" * (job.ended is None)))
    path = jobs.folder(job.id) / RESULTS / file
    if not path.is_file():  # it expires this very moment
        raise _no_such_job()
    return job, path


def _describe(job: Job, jobs: Jobs) -> JobBody:
    address = f"/v1/jobs/{job.id}"
    links: dict[str, Any] = {
        "csv": f"{address}/{TIMELINES['csv']}",
        "json": f"{address}/{TIMELINES['jsonl']}",
        "parquet": f"{address}/{TIMELINES['parquet']}",
        "html": f"{address}/{REPORT}",
    }
    return JobBody(
        id=job.id,
        status=job.status,
        name=job.name,
        model=job.options.model,
        label_set=job.options.label_set,
        created=_moment(job.created),
        started=None if job.started is None else _moment(job.started),
        ended=None if job.ended is None else _moment(job.ended),
        expires=None if job.ended is None else _moment(job.ended + jobs.keep),
        progress=job.progress,
        frames=job.frames,
        warnings=list(job.warnings),
        error=None if job.error is None else JobFailure(code=job.error.code, message=job.error.message),
        results=ResultLinks(**links) if job.status == "done" else None,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
