"""A video from the button to the report, in a real browser."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from serving import Service


def test_a_video_is_read_and_its_results_can_be_had(
    open_page: Callable[..., Any], service: Service, clip: Callable[[str, str, str], Path], tmp_path: Path
) -> None:
    page = open_page()
    page.context.set_default_timeout(60_000)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a video").click()
    chooser.value.set_files(clip("film.mp4", "libx264", "yuv420p"))
    page.get_by_role("button", name="Cancel").wait_for()
    page.wait_for_function("location.hash.startsWith('#video=')")
    # The address remembers the video.
    page.reload()
    page.get_by_role("heading", name="film.mp4").wait_for()
    page.get_by_text("20 frames read").wait_for()

    with page.expect_download() as download:
        page.get_by_role("link", name="Save CSV").click()
    assert download.value.suggested_filename == "film.csv"
    download.value.save_as(tmp_path / "film.csv")
    with (tmp_path / "film.csv").open(newline="") as file:
        assert {row["label"] for row in csv.DictReader(file)} == {"happy"}
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Open the report").click()
    report.value.wait_for_function("document.title")  # a new page has none until it has come
    assert "film" in report.value.title()
    report.value.wait_for_load_state()
    assert report.value.locator(".timeline").count() > 0

    job = page.evaluate("location.hash").removeprefix("#video=")
    page.get_by_role("button", name="Delete from the service").click()
    page.locator("#job .state", has_text="The video was deleted from the service.").wait_for()
    assert httpx.get(f"{service.url}/v1/jobs/{job}").status_code == 404


def test_what_is_no_video_is_said_in_one_sentence(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.context.set_default_timeout(60_000)
    page.locator("#video-file").set_input_files({"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"Dear Sir"})
    page.get_by_text("This file cannot be read as a video.").wait_for()
