"""What every request has to pass before a route sees it: who asks, from where, how much and how fast.

A service on this machine alone is still within reach of every page that its user opens: such a page can post to it, or,
with a name that is made to point here, read from it. So the name it is called by and the page that calls are checked.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mien.service.problems import Problem
from mien.service.settings import MEGABYTE, Settings

PATIENCE = 30.0
"""Seconds that a body may take, and more for what has come of it."""

LEAST_RATE = 50_000
"""Bytes a second of a body; who sends slower is hung up on."""

_OPEN = ("/", "/healthz", "/readyz", "/docs", "/openapi.json")
_OPEN_BELOW = ("/static/", "/static-offline-docs/")
_LOCAL_NAMES = ("localhost",)


class Guard:
    """Turns away requests of strangers, of foreign pages, and bodies that are too large or too slow.

    Parameters
    ----------
    app : ASGI application
        What is guarded.
    settings : Settings
        Token, origins and limits.
    vendor_paths : tuple of str
        Paths of the vendors' routes, which ask for the token in the vendor's own way.
    """

    def __init__(self, app: ASGIApp, settings: Settings, vendor_paths: tuple[str, ...] = ()) -> None:
        self.app, self.settings, self.vendor_paths = app, settings, vendor_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_origin(scope, headers)
            self._check_token(scope, headers)
            if scope["type"] == "http":
                receive = self._limited(headers, receive)
        except Problem as problem:
            await _refuse(problem, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        if self.settings.token is not None:
            return  # who has it is no page that was lured here
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if host not in (*_LOCAL_NAMES, self.settings.host) and not _is_loopback(host):
            raise Problem(403, "forbidden", "this service answers only to the names of this machine, as localhost")

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        origin = headers.get("origin")
        if origin is None or scope.get("method") in ("GET", "HEAD", "OPTIONS") or origin in self.settings.cors:
            return
        if urlsplit(origin).netloc != headers.get("host"):
            raise Problem(403, "forbidden", "pages of other sites may not call this service; see --cors")

    def _check_token(self, scope: Scope, headers: Headers) -> None:
        path, token = scope["path"], self.settings.token
        if token is None or scope.get("method") == "OPTIONS" or path.startswith(_OPEN_BELOW):
            return
        if (path in _OPEN and scope.get("method") in ("GET", "HEAD")) or path in self.vendor_paths:
            return
        shown = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if scope["type"] == "websocket" and not shown:  # browsers cannot send headers with these
            shown = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not same_token(shown, token):
            refusal = {"WWW-Authenticate": "Bearer"}
            raise Problem(401, "unauthorized", "show the service's token: Authorization: Bearer TOKEN", refusal)

    def _limited(self, headers: Headers, receive: Receive) -> Receive:
        """`receive`, but for bodies that are too large or come too slowly."""
        limit = self.settings.max_upload
        too_large = Problem(
            413, "too_large", f"a request may have {limit / MEGABYTE:.0f} MB at most", {"Connection": "close"}
        )
        try:
            announced = int(headers.get("content-length", "0"))
        except ValueError:
            raise Problem(400, "bad_request", "Content-Length is not a number") from None
        if announced > limit:
            raise too_large
        clock = asyncio.get_running_loop().time
        started, came, whole = clock(), 0, False

        async def limited() -> Message:
            nonlocal came, whole
            if whole:
                return await receive()  # this waits for the caller to leave
            left = started + PATIENCE + came / LEAST_RATE - clock()
            try:
                message = await asyncio.wait_for(receive(), max(left, 0))
            except TimeoutError:
                raise Problem(408, "too_slow", "the request came too slowly", {"Connection": "close"}) from None
            came += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if came > limit:
                raise too_large
            return message

        return limited


def same_token(shown: str, token: str) -> bool:
    """Whether a token is the right one, in a time that does not tell how much of it is."""
    return secrets.compare_digest(shown.encode(), token.encode())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await problem.response()(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        body = json.dumps(problem.body()).encode()
        headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "websocket.http.response.start", "status": problem.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": problem.code})
