"""``mien serve``: the HTTP service and its page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mien.errors import InputError, MissingExtra

_SHORTEST_TOKEN = 16


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; others than this machine's need a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 8765,
    model: Annotated[
        list[str] | None, typer.Option(help="A model to offer; may be repeated, the first is the default.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Pictures worked on at once; by default the cores.")
    ] = None,
    token_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Holds what callers have to show.")] = None,
    max_upload: Annotated[int, typer.Option(min=1, metavar="MB", help="Largest request.")] = 200,
    cors: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="A site whose pages may call; may be repeated.")
    ] = None,
    compat: Annotated[bool, typer.Option("--compat", help="Also answer like some vendors' services.")] = False,
    allow_urls: Annotated[bool, typer.Option("--allow-urls", help="Fetch pictures from public addresses.")] = False,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="Where video jobs are kept.")] = None,
    keep: Annotated[float, typer.Option(min=0, metavar="HOURS", help="How long results of videos are kept.")] = 24.0,
) -> None:
    """Start the HTTP service and its page."""
    try:
        from mien.service.server import run
        from mien.service.settings import MEGABYTE, Settings, default_state
    except ImportError:
        raise MissingExtra("the service", "serve") from None
    run(
        Settings(
            host=host,
            port=port,
            models=tuple(model or ("mien",)),
            workers=workers or os.cpu_count() or 1,
            token=_read_token(token_file),
            max_upload=max_upload * MEGABYTE,
            cors=tuple(cors or ()),
            compat=compat,
            allow_urls=allow_urls,
            state=state or default_state(),
            keep=3600 * keep,
        )
    )


def _read_token(path: Path | None) -> str | None:
    if path is None:
        return None
    token = path.read_text(encoding="utf-8").strip()
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or any(c.isspace() for c in token):
        raise InputError(
            f"{path}: a token has at least {_SHORTEST_TOKEN} letters and digits without spaces;"
            f" make one with: python3 -c 'import secrets; print(secrets.token_urlsafe())' > {path}"
        )
    return token
