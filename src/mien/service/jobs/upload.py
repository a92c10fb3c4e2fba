"""A video on its way from the caller to the disk, a piece at a time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from mien.service.problems import Problem

UNNAMED = "video"

_PIECE = 1 << 20  # bytes that are written at once
_LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


async def save_video(request: Request, path: Path) -> str:
    """Write the one video of a request to a file.

    Parameters
    ----------
    request : Request
        A form with one file, or the video as the body.
    path : Path
        The file; made here.

    Returns
    -------
    str
        What the caller calls the video, fit to be shown.

    Raises
    ------
    Problem
        If there is no video in the request, or more than one, or its type is another, or the disk is full.
    ClientDisconnect
        If the caller leaves before the end.
    """
    kind, parameters = parse_options_header(request.headers.get("content-type", ""))
    form = None
    if kind == b"multipart/form-data":
        form = _Form(parameters.get(b"boundary", b""))
    elif not kind.startswith(b"video/") and kind not in (b"application/octet-stream", b"image/gif", b""):
        raise Problem(415, "unsupported_media_type", "send multipart/form-data, a video or application/octet-stream")
    pieces = request.stream() if form is None else form.file_in(request.stream())
    try:
        with path.open("xb") as file:
            size = await _write(pieces, file)
    except OSError as error:
        raise Problem(507, "storage", f"the video cannot be stored ({error.strerror})") from None
    if not size:
        raise Problem(422, "unreadable_video", "the request holds no video")
    return shown_name(form.name if form else "")


def shown_name(name: str) -> str:
    """What a file is called, without folders and without what would confuse a terminal, header or page."""
    text = _CONTROL.sub("", name.encode("utf-8", "replace").decode("utf-8"))
    text = re.split(r"[/\\]", text)[-1].strip()
    if len(text) > _LONGEST_NAME:
        stem, dot, ending = text.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) < 10 else ""
        text = text[: _LONGEST_NAME - len(kept)] + kept
    return UNNAMED if text in ("", ".", "..") else text


async def _write(pieces: AsyncIterator[bytes], file: BinaryIO) -> int:
    """Write in large pieces, off the event loop; the number of bytes."""
    size, gathered = 0, bytearray()
    async for piece in pieces:
        gathered += piece
        if len(gathered) >= _PIECE:
            size += await run_in_threadpool(file.write, gathered)
            gathered = bytearray()
    return size + await run_in_threadpool(file.write, gathered)


class _Form:
    """The file of a form, while the form comes in.

    Attributes
    ----------
    name : str
        What the form calls the file.
    """

    def __init__(self, boundary: bytes) -> None:
        if not boundary:
            raise Problem(400, "bad_form", "the form cannot be read: its boundary is missing")
        self.name = ""
        self._files = 0
        self._whole = False
        self._header, self._value, self._disposition = b"", b"", b""
        self._pieces: list[bytes] = []
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise Problem(400, "bad_form", f"the form cannot be read: {error}") from None

    async def file_in(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The pieces of the file."""
        async for chunk in body:
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise Problem(400, "bad_form", f"the form cannot be read: {error}") from None
            for piece in self._pieces:
                yield piece
            self._pieces.clear()
        if not self._whole:
            raise Problem(400, "bad_form", "the form cannot be read: it is cut short")

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _on_headers_finished(self) -> None:
        _, parameters = parse_options_header(self._disposition)
        self._disposition = b""
        if b"filename" not in parameters:
            raise Problem(422, "bad_parameter", "the form may hold one file only; options go into the address")
        self._files += 1
        if self._files > 1:
            raise Problem(422, "too_many_videos", "a request may hold one video")
        self.name = parameters[b"filename"].decode("utf-8", "replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _on_end(self) -> None:
        self._whole = True
