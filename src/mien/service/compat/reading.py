"""What all vendors' routes do alike: one picture in, faces out, and every refusal in the vendor's words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from mien.boxes import box_sizes
from mien.errors import MienError
from mien.faces import Face
from mien.service.engine import Engine, Options
from mien.service.problems import Problem
from mien.service.settings import Settings
from mien.service.uploads import decode_base64

Handler = Callable[[Request], Awaitable[Response]]

URL_PROBLEMS = ("urls_not_allowed", "bad_url", "url_failed", "forbidden_url")
"""Codes of what can go wrong with a picture's address."""


def refusing(refuse: Callable[[Request, Problem], Response]) -> Callable[[Handler], Handler]:
    """Decorate a route: whatever it raises becomes the answer that `refuse` makes of it."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Problem as problem:
                return refuse(request, problem)
            except MienError as error:
                return refuse(request, Problem.of(error))

        return handle

    return decorate


async def read_faces(request: Request, picture: bytes, label_set: str | None = None) -> list[Face]:
    """The faces of a picture, the largest first, as all vendors have them; raises `Problem` and `MienError`."""
    if not picture:
        raise Problem(422, "no_picture", "the request holds no picture")
    engine: Engine = request.app.state.engine
    with engine.admit(1):
        faces = await engine.analyze(picture, Options(label_set=label_set))
    return [faces[int(i)] for i in (-box_sizes(faces.boxes)).argsort(kind="stable")]


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of a body; raises `Problem`."""
    try:
        content = await run_in_threadpool(json.loads, await request.body())
    except (ValueError, RecursionError):
        raise Problem(400, "bad_json", "the body is not JSON") from None
    if not isinstance(content, dict):
        raise Problem(400, "bad_json", "the body is not a JSON object")
    return content


async def read_form(request: Request) -> dict[str, str | bytes]:
    """The fields of a form, text as text and files as bytes; raises `Problem`."""
    settings: Settings = request.app.state.settings
    try:
        async with request.form(max_files=8, max_fields=100, max_part_size=settings.max_upload) as form:
            return {
                name: await value.read() if isinstance(value, UploadFile) else value
                for name, value in form.multi_items()
            }
    except (MultiPartException, HTTPException):
        raise Problem(400, "bad_form", "the form cannot be read") from None


async def from_base64(text: object) -> bytes:
    """The bytes of a base64 text; raises `Problem`."""
    if not isinstance(text, str):
        raise Problem(422, "bad_base64", "a picture within JSON must be base64")
    return await run_in_threadpool(decode_base64, text)


async def from_url(request: Request, url: object) -> bytes:
    """What lies at an address; raises `Problem`, also where the service fetches nothing."""
    if not isinstance(url, str):
        raise Problem(422, "bad_url", "an address must be text")
    picture: bytes = await request.app.state.fetch_url(url)
    return picture


def corner_and_size(face: Face) -> tuple[int, int, int, int]:
    """Left, top, width and height of a face in whole pixels."""
    left, top, right, bottom = (round(edge) for edge in face.box.tolist())
    return left, top, right - left, bottom - top


def face_token(picture: bytes, index: int) -> str:
    """32 hexadecimal digits that name a face of a picture; the same whenever the same picture is sent."""
    return hashlib.sha256(hashlib.sha256(picture).digest() + index.to_bytes(4)).hexdigest()[:32]
