"""What tests of the page share."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

ASTRONAUT = Path(__file__).parents[3] / "examples" / "astronaut.jpg"
TOKEN = "sesame-open-the-door"


def picture(image: Image.Image, name: str) -> dict[str, Any]:
    """A PNG file as `set_input_files` takes it."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": buffer.getvalue()}


def ready(page: Any) -> Any:
    """The page, once it listens to what is chosen, dropped and pasted.

    Its script first awaits the service's settings, for which the browser's "load" event does not wait, and ends with
    the sentence that says where pictures go.
    """
    page.locator("#where:not(:empty)").wait_for()
    return page
