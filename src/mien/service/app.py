"""The service put together: settings in, an ASGI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from mien import __version__
from mien.service import problems
from mien.service.compat import VENDOR_PATHS, compat_router
from mien.service.engine import Engine
from mien.service.fetch import fetch_url
from mien.service.guard import Guard
from mien.service.jobs.runner import Jobs
from mien.service.metrics import Measure
from mien.service.page import page_router
from mien.service.routes import analyze, health, models, stream, videos
from mien.service.settings import Settings

_ABOUT = """
Finds the faces in pictures and videos and says how likely each expression is.

A reading is an estimate of how people would label the face in the picture. It does not say what the person feels.
Pictures are read in memory and forgotten; videos are kept while they are read, their results for a day.
"""


def create_app(settings: Settings) -> FastAPI:
    """The application of a service.

    Parameters
    ----------
    settings : Settings
        How it is set up.

    Returns
    -------
    FastAPI
        Ready for an ASGI server. Models are loaded when that starts it.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = await run_in_threadpool(Engine, settings)
        app.state.engine = engine
        try:
            async with Jobs(settings.state, settings.keep, engine.sources) as jobs:
                app.state.jobs = jobs
                yield
        finally:
            engine.close()

    # The pages of /docs come from this machine, not from the servers that FastAPI would have browsers ask.
    app: FastAPI = FastAPIOffline(
        title="mien", version=__version__, description=_ABOUT, lifespan=lifespan, redoc_url=None
    )
    app.state.settings = settings
    app.state.streams = asyncio.Semaphore(stream.STREAMS_PER_WORKER * settings.workers)
    app.state.fetch_url = partial(_fetch, settings)
    problems.install(app)
    for router in (analyze.router, videos.router, stream.router, models.router, health.router, page_router()):
        app.include_router(router)
    if settings.compat:
        app.include_router(compat_router())
    app.add_middleware(Guard, settings=settings, vendor_paths=VENDOR_PATHS if settings.compat else ())
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors,
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type"],
    )
    app.add_middleware(Measure)
    return app


async def _fetch(settings: Settings, url: str) -> bytes:
    if not settings.allow_urls:
        raise problems.Problem(422, "urls_not_allowed", "this service fetches nothing; send the picture itself")
    return await run_in_threadpool(fetch_url, url, settings.max_upload)
