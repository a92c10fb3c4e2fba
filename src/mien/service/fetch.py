"""Pictures from addresses that callers name, without becoming their way into this network."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

import urllib3
from urllib3.util import parse_url

from mien.service.problems import Problem

TIMEOUT = 10.0
"""Seconds to connect, and between two pieces of an answer."""

_PIECE = 64 * 1024


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether anybody can reach an address, so that it makes no difference that this service does."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


def fetch_url(url: str, max_bytes: int, allowed: Callable[[IPv4Address | IPv6Address], bool] = is_public) -> bytes:
    """What lies at a public address.

    The name is resolved once, every address it has must be public, and the connection goes to the address that was
    checked: a name that means something else a moment later changes nothing. Redirections are not followed.

    Parameters
    ----------
    url : str
        ``http`` or ``https``.
    max_bytes : int
        More than that is refused.
    allowed : callable
        Whether an address may be connected to.

    Raises
    ------
    Problem
        If it is not allowed, cannot be had, or is too large.
    """
    try:
        parsed = parse_url(url)
        host, port = (parsed.hostname or "").strip("[]"), parsed.port or (443 if parsed.scheme == "https" else 80)
    except (urllib3.exceptions.HTTPError, ValueError):
        raise Problem(422, "bad_url", "this is not an address") from None
    if parsed.scheme not in ("http", "https") or not host or urlsplit(url).username:
        raise Problem(422, "bad_url", "an address has to begin with http:// or https:// and hold no password")
    address = _resolve(host, port, allowed)
    common = {"timeout": urllib3.Timeout(TIMEOUT, TIMEOUT), "retries": False, "maxsize": 1}
    pool = (
        urllib3.HTTPSConnectionPool(address, port, assert_hostname=host, server_hostname=host, **common)  # type: ignore[arg-type]
        if parsed.scheme == "https"
        else urllib3.HTTPConnectionPool(address, port, **common)  # type: ignore[arg-type]
    )
    with pool:
        try:
            answer = pool.urlopen(
                "GET",
                parsed.request_uri,
                headers={"Host": parsed.netloc or host},
                redirect=False,
                preload_content=False,
            )
            with closing(answer):
                body = bytearray()
                for piece in answer.stream(_PIECE):
                    body += piece
                    if len(body) > max_bytes:
                        raise Problem(422, "url_failed", "what lies at the address is too large")
        except urllib3.exceptions.HTTPError:
            raise Problem(422, "url_failed", "the address cannot be reached") from None
        if answer.status != 200:
            raise Problem(422, "url_failed", f"the address answers with status {answer.status}")
    return bytes(body)


def _resolve(host: str, port: int, allowed: Callable[[IPv4Address | IPv6Address], bool]) -> str:
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Problem(422, "url_failed", "the address cannot be reached") from None
    if not all(allowed(ip_address(address.partition("%")[0])) for address in found):
        raise Problem(422, "forbidden_url", "addresses within private networks are not fetched from")
    return min(found, key=lambda address: ":" in address)
