"""A video on its way from the caller to the disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from mien.service.jobs.upload import save_video, shown_name
from mien.service.problems import Problem


def send(path: Path, kind: str, body: bytes, piece: int = 1 << 16, whole: bool = True) -> str:
    """What comes of a request whose body arrives in pieces; the caller leaves early if it is not whole."""
    pieces = [body[i : i + piece] for i in range(0, len(body), piece)]
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in pieces]
    messages.append({"type": "http.request", "body": b""} if whole else {"type": "http.disconnect"})

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-type", kind.encode("latin-1"))] if kind else []
    return asyncio.run(save_video(Request({"type": "http", "headers": headers}, receive), path))


def form(*parts: tuple[str, bytes], boundary: str = "XX", end: str = "--") -> bytes:
    """A form of these parts, each a Content-Disposition and its content."""
    texts = [
        f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: video/mp4\r\n\r\n".encode()
        + data
        + b"\r\n"
        for disposition, data in parts
    ]
    return b"".join(texts) + f"--{boundary}{end}\r\n".encode()


# What looks like the end of a part, and is not.
TRICKY = b"\r\n--X\r\n--XY\r\n-\r\n\r\n--\x00\xff" * 3 + b"\r\n--X"
FORM = "multipart/form-data; boundary=XX"


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 64, 1 << 16])
def test_a_form_comes_in_pieces_of_any_size(piece: int, tmp_path: Path) -> None:
    body = form(('form-data; name="file"; filename="talk.mp4"', TRICKY))
    assert send(tmp_path / "upload", FORM, body, piece) == "talk.mp4"
    assert (tmp_path / "upload").read_bytes() == TRICKY


@pytest.mark.parametrize("kind", ["video/mp4", "application/octet-stream", "image/gif", "VIDEO/MP4; codecs=x", ""])
def test_the_body_itself(kind: str, tmp_path: Path) -> None:
    video = bytes(range(256)) * 20_000  # more than is written at once
    assert send(tmp_path / "upload", kind, video) == "video"
    assert (tmp_path / "upload").read_bytes() == video


FILE = 'form-data; name="a"; filename="a.mp4"'


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("text/plain", b"hello", 415, "unsupported_media_type"),
        ("application/json", b"{}", 415, "unsupported_media_type"),
        ("video/mp4", b"", 422, "unreadable_video"),
        (FORM, form((FILE, b"")), 422, "unreadable_video"),
        (FORM, b"--XX--\r\n", 422, "unreadable_video"),
        (FORM, form((FILE, b"1"), (FILE, b"2")), 422, "too_many_videos"),
        (FORM, form(('form-data; name="model"', b"mien"), (FILE, b"1")), 422, "bad_parameter"),
        (FORM, form((FILE, b"1"), end=""), 400, "bad_form"),
        (FORM, b"no form at all", 400, "bad_form"),
        (FORM, b"", 400, "bad_form"),
        ("multipart/form-data", form((FILE, b"1")), 400, "bad_form"),
        (f"multipart/form-data; boundary={'X' * 5000}", b"--", 400, "bad_form"),
    ],
)
def test_what_is_refused(kind: str, body: bytes, status: int, code: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refusal:
        send(tmp_path / "upload", kind, body)
    assert (refusal.value.status, refusal.value.code) == (status, code)


def test_a_caller_who_leaves(tmp_path: Path) -> None:
    with pytest.raises(ClientDisconnect):
        send(tmp_path / "upload", FORM, form((FILE, b"1")), whole=False)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refusal:
        send(tmp_path / "nowhere" / "upload", "video/mp4", b"1")
    assert (refusal.value.status, refusal.value.code) == (507, "storage")
    assert str(tmp_path) not in refusal.value.detail


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("talk.mp4", "talk.mp4"),
        ("../../etc/x.mp4", "x.mp4"),
        (r"C:\Users\me\x.mp4", "x.mp4"),
        ("/etc/passwd", "passwd"),
        ("a\x00b\r\nSet-Cookie: c.mp4", "abSet-Cookie: c.mp4"),
        ('say "hi".mp4', 'say "hi".mp4'),
        ("вид\u00e9o 视频.mp4", "вид\u00e9o 视频.mp4"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\ud800.mp4", "?.mp4"),
        ("x" * 1000 + ".mp4", "x" * 196 + ".mp4"),
        ("." * 1000, "." * 200),
        ("..", "video"),
        ("  ", "video"),
        ("folder/", "video"),
        ("", "video"),
    ],
)
def test_names_are_made_harmless(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown
