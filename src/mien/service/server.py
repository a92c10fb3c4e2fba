"""The application behind a server."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import uvicorn

from mien.service.app import create_app
from mien.service.settings import Settings


def run(settings: Settings) -> None:
    """Serve until somebody ends it.

    Raises
    ------
    MienError
        If a model cannot be loaded, or the folder of jobs be used.
    """
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        lifespan="off",
        http="h11",  # the faster httptools takes headers of any size
        access_log=False,  # addresses of WebSockets hold the token
        server_header=False,
        limit_concurrency=1000,
        timeout_keep_alive=15,
        ws_max_size=settings.max_upload,
        ws_max_queue=2,
    )

    async def live() -> None:
        # Uvicorn would log a traceback of what keeps an application from starting; so it is told like any other error.
        async with app.router.lifespan_context(app):
            await uvicorn.Server(config).serve()

    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner, suppress(KeyboardInterrupt):
        runner.run(live())
