"""The page that the service shows: files that are sent as they are, and what they need to know of the service."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from mien.drawing.palette import colour_of
from mien.labels import LABEL_SETS
from mien.service.settings import Settings

_METHODS = ["GET", "HEAD"]
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# Nothing from elsewhere, nothing inline: a name that turned into markup could still do nothing.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Kept by the browser, and asked for anew: the files have no version in their names.
    "Cache-Control": "no-cache",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class _File:
    """A file as it is sent."""

    content: bytes
    packed: bytes
    type: str
    tag: str

    @classmethod
    def of(cls, content: bytes, media_type: str) -> _File:
        tag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'
        return cls(content, gzip.compress(content, mtime=0), media_type, tag)

    def response(self, request: Request) -> Response:
        headers = {**_HEADERS, "ETag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.content, headers=headers, media_type=self.type)
        return Response(self.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=self.type)


def page_router() -> APIRouter:
    """The routes of the page: ``/`` and its files at ``/static/``.

    Returns
    -------
    APIRouter
        Takes the settings of the service from ``app.state.settings``.
    """
    router = APIRouter(include_in_schema=False)
    found = (file for file in files(__package__).iterdir() if file.is_file())
    static = {
        file.name: _File.of(file.read_bytes(), _TYPES[suffix])
        for file in found
        if (suffix := "." + file.name.rpartition(".")[2]) in _TYPES
    }
    index = static.pop("index.html")

    @router.api_route("/", methods=_METHODS)
    async def page(request: Request) -> Response:
        return index.response(request)

    @router.api_route("/static/service.json", methods=_METHODS)
    async def service(request: Request) -> Response:
        return _about(request.app.state.settings).response(request)

    @router.api_route("/static/{name}", methods=_METHODS)
    async def file(request: Request, name: str) -> Response:
        if name not in static:
            raise HTTPException(404)
        return static[name].response(request)

    return router


def _about(settings: Settings) -> _File:
    """What the page has to know before it asks: the colour of each label, and the limits."""
    labels = {label for label_set in LABEL_SETS.values() for label in label_set.labels}
    colours = {label: "#{:02x}{:02x}{:02x}".format(*colour_of(label)) for label in sorted(labels)}
    about = {"colours": colours, "max_upload": settings.max_upload, "keep": settings.keep}
    return _File.of(json.dumps(about).encode(), "application/json")
