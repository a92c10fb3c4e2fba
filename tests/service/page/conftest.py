"""A real browser, which all tests of the page share, and a tab of its own for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from page_parts import ASTRONAUT, TOKEN, picture, ready
from PIL import Image
from serving import Service, running

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def head() -> Image.Image:
    """The astronaut's."""
    return Image.open(ASTRONAUT).convert("RGB").crop((90, 0, 390, 300))


@pytest.fixture(scope="session")
def portrait(head: Image.Image) -> dict[str, Any]:
    """A picture with one face."""
    return picture(head, "portrait.png")


@pytest.fixture(scope="session")
def crowd(head: Image.Image) -> dict[str, Any]:
    """Two rows of three faces."""
    sheet = Image.new("RGB", (900, 600))
    for i in range(6):
        sheet.paste(head, (300 * (i % 3), 300 * (i // 3)))
    return picture(sheet, "crowd.png")


@pytest.fixture(scope="session")
def landscape() -> dict[str, Any]:
    """A picture without a face."""
    return picture(Image.fromarray(np.tile(np.linspace(0, 255, 320).astype(np.uint8), (240, 1))), "landscape.png")


@pytest.fixture(scope="session")
def clip(head: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Path]:
    """``clip("film.mp4", "libx264", "yuv420p")``: two seconds of the head, which sways."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str, codec: str, pixels: str) -> Path:
        with av.open(str(folder / name), "w") as file:
            stream = file.add_stream(codec, rate=10, width=320, height=300, pix_fmt=pixels)
            for i in range(20):
                frame = Image.new("RGB", (320, 300))
                frame.paste(head, (round(10 + 10 * np.sin(i / 3)), 0))
                file.mux(stream.encode(av.VideoFrame.from_image(frame)))
            file.mux(stream.encode(None))
        return folder / name

    return make


@pytest.fixture(scope="module")  # of a session, its event loop would run on under other modules' tests
def browser(clip: Callable[[str, str, str], Path]) -> Iterator[Any]:
    """Chromium, whose camera shows a clip."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium here")
    film = clip("camera.mjpeg", "mjpeg", "yuvj420p")
    camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with playwright.sync_playwright() as api:
        started = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *camera])
        yield started
        started.close()


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that asks for a token and takes one megabyte at most."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "token").write_text(TOKEN)
    with running(folder, "--token-file", str(folder / "token"), "--max-upload", "1") as started:
        yield started


@pytest.fixture
def open_page(browser: Any, service: Service) -> Iterator[Callable[..., Any]]:
    """``open_page(locale="zh-CN")``: the page in a fresh window.

    At the end of the test no window may have asked anybody but the service, nor have written an error to its console;
    that Chromium notes every refusal of the service there is no error of the page.
    """
    contexts: list[Any] = []
    faults: list[str] = []

    def open_one(url: str = service.url, permissions: tuple[str, ...] = (), **options: Any) -> Any:
        context = browser.new_context(locale=options.pop("locale", "en-GB"), permissions=permissions, **options)
        contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()

        def requested(request: Any) -> None:
            if not request.url.startswith((url, url.replace("http", "ws"), "blob:", "data:")):
                faults.append(f"asked for {request.url}")

        def answered(response: Any) -> None:
            if response.status >= 400 and "/v1/" not in response.url:
                faults.append(f"{response.status} for {response.url}")

        def said(message: Any) -> None:
            if message.type == "error" and not message.text.startswith("Failed to load resource"):
                faults.append(message.text)

        context.on("request", requested)
        context.on("response", answered)
        page.on("console", said)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("websocket", requested)
        page.goto(url)
        return ready(page)

    yield open_one
    for context in contexts:
        context.close()
    assert not faults
