"""Errors as clients get them: ``application/problem+json`` (RFC 9457) with a code that stays the same.

They never carry a traceback or a path of this machine: what went wrong inside is in the service's log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from mien.errors import ImageTooLarge, InputError, MienError, UnknownName, UnreadableImage, UnreadableVideo

log = logging.getLogger("mien.service")

_CODES: tuple[tuple[type[MienError], str], ...] = (
    (ImageTooLarge, "image_too_large"),
    (UnreadableImage, "unreadable_image"),
    (UnreadableVideo, "unreadable_video"),
    (UnknownName, "unknown_name"),
    (InputError, "bad_input"),
)
_HTTP_CODES = {404: "not_found", 405: "method_not_allowed"}


class ProblemBody(BaseModel):
    """What an error looks like."""

    type: str = Field("about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    code: str = Field(description="Stays the same whatever the sentence says.", examples=["unreadable_image"])
    detail: str = Field(description="One sentence for people.", examples=["the picture is cut short or damaged"])


class Problem(Exception):
    """An error that ends a request with an answer.

    Parameters
    ----------
    status : int
        Of HTTP.
    code : str
        For programs: snake_case, and the same for ever.
    detail : str
        One sentence for people.
    headers : mapping, optional
        More headers of the answer.
    """

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers = status, code, detail, dict(headers or {})

    @classmethod
    def of(cls, error: MienError) -> Problem:
        """What a caller is told of an error of the library."""
        code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
        if code is None:
            log.error("%s", error)
            return cls(500, "internal", "something went wrong inside the service")
        return cls(422, code, reason(error))

    def body(self) -> dict[str, Any]:
        """The answer as JSON holds it."""
        title = HTTPStatus(self.status).phrase
        body = ProblemBody(type="about:blank", title=title, status=self.status, code=self.code, detail=self.detail)
        return body.model_dump()

    def response(self) -> JSONResponse:
        """The answer."""
        return JSONResponse(self.body(), self.status, self.headers, "application/problem+json")


def reason(error: MienError) -> str:
    """Why a picture or video cannot be read, without the name that it has in here."""
    return error.reason if isinstance(error, (UnreadableImage, UnreadableVideo)) else str(error)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's description: which errors it answers with."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Let every error of an application end as a problem, and its description know what that is."""

    def openapi() -> dict[str, Any]:
        document = FastAPI.openapi(app)
        document.setdefault("components", {}).setdefault("schemas", {})["ProblemBody"] = ProblemBody.model_json_schema()
        return document

    app.openapi = openapi  # type: ignore[method-assign]

    @app.exception_handler(Problem)
    async def own(request: Request, error: Problem) -> JSONResponse:
        return error.response()

    @app.exception_handler(MienError)
    async def of_the_library(request: Request, error: MienError) -> JSONResponse:
        return Problem.of(error).response()

    @app.exception_handler(RequestValidationError)
    async def bad_parameter(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return Problem(422, "bad_parameter", f"{where}: {first['msg']}").response()

    @app.exception_handler(HTTPException)
    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        code = _HTTP_CODES.get(error.status_code, "bad_request")
        return Problem(error.status_code, code, str(error.detail), error.headers).response()

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        # The server logs the traceback itself.
        return Problem(500, "internal", "something went wrong inside the service").response()
