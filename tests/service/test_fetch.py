"""Fetching for others never reaches into this network, and never more than was checked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from mien.service.fetch import fetch_url, is_public
from mien.service.problems import Problem

LIMIT = 1_000_000


class Site(BaseHTTPRequestHandler):
    """Says what it was asked."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/picture?size=2")
            self.end_headers()
            return
        body = b"x" * (3 * LIMIT) if self.path == "/endless" else f"{self.headers['Host']} {self.path}".encode()
        self.send_response(404 if self.path == "/gone" else 200)
        self.end_headers()
        with suppress(OSError):  # hung up on, as it should
            self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing: the tests' output is for them."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def refusal(url: str, **more: object) -> str:
    with pytest.raises(Problem) as caught:
        fetch_url(url, LIMIT, **more)  # type: ignore[arg-type]
    return caught.value.code


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8765/metrics",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://224.0.0.1/",
        "http://2130706433/",  # 127.0.0.1 as one number
        "http://0x7f.1/",
        "https://127.0.0.1/",
    ],
)
def test_private_addresses_are_not_fetched_from(url: str) -> None:
    assert refusal(url) in ("forbidden_url", "url_failed")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/", "http://", "http://me:secret@example.org/", "x"]
)
def test_other_schemes_and_passwords_are_refused(url: str) -> None:
    assert refusal(url) == "bad_url"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_the_rest_of_the_world_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_page_is_fetched_under_its_own_name(site: str) -> None:
    host = site.removeprefix("http://")
    assert fetch_url(f"{site}/picture?size=2", LIMIT, lambda address: True) == f"{host} /picture?size=2".encode()


def test_every_address_of_a_name_is_asked_about(site: str) -> None:
    asked = []
    refusal(site, allowed=lambda address: asked.append(str(address)))
    assert "127.0.0.1" in asked or "::1" in asked


@pytest.mark.parametrize("path", ["/moved", "/gone", "/endless"])
def test_what_is_no_picture_is_refused(site: str, path: str) -> None:
    assert refusal(site + path, allowed=lambda address: True) == "url_failed"


def test_a_service_that_is_not_there(site: str) -> None:
    assert refusal("http://localhost:9/", allowed=lambda address: True) == "url_failed"
    assert refusal("http://no-such-host.invalid/", allowed=lambda address: True) == "url_failed"
