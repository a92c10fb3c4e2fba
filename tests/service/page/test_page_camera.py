"""The page and the camera, which in these tests is a clip that Chromium plays as one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_camera_is_read_live(open_page: Callable[..., Any], tmp_path: Path) -> None:
    page = open_page(permissions=("camera",))
    page.get_by_role("button", name="Use the camera").click()
    person = page.get_by_role("button", name="Person 1: Happy")
    person.wait_for()
    page.locator("#panel h2", has_text="Happy").wait_for()
    mirror = page.locator("#stage video").evaluate("video => getComputedStyle(video).transform")
    assert mirror == "matrix(-1, 0, 0, 1, 0, 0)"
    page.locator("#caption", has_text="readings a second").wait_for()
    # The curve grows from the right: there it has a colour soon, on the left none yet.
    coloured = """(at) => {
        const canvas = document.querySelector("#curves canvas");
        return canvas.getContext("2d").getImageData(at * (canvas.width - 1), canvas.height / 2, 1, 1).data[3] > 0;
    }"""
    page.wait_for_function(coloured, arg=0.99)
    assert not page.evaluate(coloured, 0)

    with page.expect_download() as download:
        page.get_by_role("button", name="Save JSON").click()
    download.value.save_as(tmp_path / "camera.json")
    answers = json.loads((tmp_path / "camera.json").read_text())
    assert answers[0]["time"] == 0
    assert answers[0]["faces"][0]["track"] == 1

    page.get_by_role("button", name="Stop the camera").click()
    page.get_by_role("button", name="Use the camera").wait_for()
    assert page.locator("#stage video").evaluate("video => video.srcObject") is None


def test_another_label_set_follows_anew(open_page: Callable[..., Any]) -> None:
    page = open_page(permissions=("camera",))
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Person 1: Happy").wait_for()
    page.get_by_label("Expressions").select_option("ferplus8")
    page.get_by_role("button", name="Person 1: Happiness").wait_for()
    assert page.locator(".bars li").count() == 8


def test_a_camera_that_is_refused_is_said(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.get_by_role("button", name="Use the camera").click()
    alert = page.get_by_role("alert")
    alert.get_by_text("The browser was not allowed to use the camera.").wait_for()
    alert.get_by_role("button", name="Close").click()
    assert not alert.is_visible()
    assert page.get_by_role("button", name="Choose pictures").is_visible()
