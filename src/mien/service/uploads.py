"""The pictures of a request: files of a form, the body itself, or base64 in JSON."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from mien.service.problems import Problem

MAX_PICTURES = 32
"""In one request."""


@dataclass(frozen=True)
class Picture:
    """What a caller sent.

    Attributes
    ----------
    name : str
        What the caller calls it; never a path to anything here.
    data : bytes
        The file.
    """

    name: str
    data: bytes


async def read_pictures(request: Request) -> list[Picture]:
    """All pictures of a request.

    Raises
    ------
    Problem
        If there is none, there are too many, or the body is not what its type says.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        pictures = await _from_form(request)
    elif kind == "application/json":
        pictures = await _from_json(request)
    elif kind.startswith("image/") or kind in ("application/octet-stream", ""):
        pictures = [Picture("body", await request.body())]
    else:
        raise Problem(
            415, "unsupported_media_type", "send multipart/form-data, an image, application/octet-stream or JSON"
        )
    if not pictures or not any(picture.data for picture in pictures):
        raise Problem(422, "no_picture", "the request holds no picture")
    return pictures


async def _from_form(request: Request) -> list[Picture]:
    parser = MultiPartParser(request.headers, request.stream(), max_files=MAX_PICTURES, max_fields=MAX_PICTURES)
    parser.spool_max_size = request.app.state.settings.max_upload  # never to disk: pictures are not stored
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # the latter where there is no boundary
        why = error.message if isinstance(error, MultiPartException) else "its type names no boundary"
        raise Problem(400, "bad_form", f"the form cannot be read: {why}") from None
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    return [Picture(file.filename or "picture", await file.read()) for file in files]


async def _from_json(request: Request) -> list[Picture]:
    body = await request.body()
    try:
        content = await run_in_threadpool(json.loads, body)
    except (ValueError, RecursionError):
        raise Problem(400, "bad_json", "the body is not JSON") from None
    images = content.get("images") if isinstance(content, dict) else None
    if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
        raise Problem(422, "bad_parameter", 'JSON must be {"images": [...]} with base64 texts')
    if len(images) > MAX_PICTURES:
        raise Problem(422, "too_many_pictures", f"a request may hold {MAX_PICTURES} pictures at most")
    fetch = request.app.state.fetch_url
    return [
        Picture(image, await fetch(image))
        if image.startswith(("http://", "https://"))
        else Picture(f"images[{i}]", await run_in_threadpool(decode_base64, image))
        for i, image in enumerate(images)
    ]


def decode_base64(text: str) -> bytes:
    """Base64, also as a data URL; raises `Problem`."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, "bad_base64", "a picture within JSON must be base64") from None
