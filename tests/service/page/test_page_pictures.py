"""What the page does with pictures, in a real browser, with a real service and model."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from page_parts import ASTRONAUT, picture
from PIL import Image, ImageFilter
from serving import Service


def show(page: Any, *files: Any) -> Any:
    """Choose pictures by the button's dialog and wait for the first reading."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(list(files))
    return wait(page)


def wait(page: Any) -> Any:
    page.locator("#panel .bars, #panel .problem, #panel:has-text('No face')").wait_for()
    return page


def readings(page: Any) -> dict[str, float]:
    """The bars beside the picture: expression and percent."""
    names = page.locator(".bars li > span:first-child").all_inner_texts()
    values = page.locator(".bars b").all_inner_texts()
    return {name: float(value.rstrip("%")) for name, value in zip(names, values, strict=True)}


def test_a_portrait_is_read_as_the_service_reads_it(open_page: Callable[..., Any], service: Service) -> None:
    page = show(open_page(), ASTRONAUT)
    (face,) = httpx.post(f"{service.url}/v1/analyze", content=ASTRONAUT.read_bytes()).json()["results"][0]["faces"]
    expected = {name.capitalize(): round(100 * p) for name, p in face["probabilities"].items()}
    assert readings(page) == expected
    assert page.locator("#panel h2").inner_text().split() == ["Happy", f"{expected['Happy']}%"]
    assert page.locator("#status").inner_text() == f"Face 1 of 1: Happy {expected['Happy']}%"
    yaw = f"{abs(round(face['pose']['yaw']))}° {'left' if face['pose']['yaw'] < 0 else 'right'}"
    assert yaw in page.locator(".pose").inner_text()

    drawn = page.locator(".face .box").evaluate("box => box.getBoundingClientRect().toJSON()")
    image = page.locator("#stage img").evaluate("image => image.getBoundingClientRect().toJSON()")
    scale = image["width"] / 512
    # The stroke is drawn half outside the box.
    for side, value in zip(("left", "top", "right", "bottom"), face["box"], strict=True):
        origin = image["left"] if side in ("left", "right") else image["top"]
        assert abs(drawn[side] - origin - value * scale) < 2


def test_a_guess_is_called_one(open_page: Callable[..., Any], head: Image.Image) -> None:
    page = show(open_page(), picture(head, "sharp.png"))
    assert page.get_by_text("Little more than a guess").count() == 0
    page = show(open_page(), picture(head.filter(ImageFilter.GaussianBlur(9)), "blurred.png"))
    assert page.get_by_text("Little more than a guess").count() == 1


def test_plates_of_a_crowd_are_inside_the_picture_and_apart(open_page: Callable[..., Any], crowd: Any) -> None:
    page = show(open_page(), crowd)
    assert page.locator(".overlay [role=option]").count() == 6
    frame = page.locator(".frame").bounding_box()
    plates = [plate.bounding_box() for plate in page.locator(".face:has(.plate) > rect[fill]").all()]
    assert len(plates) == 6
    for plate in plates:
        assert plate["x"] >= frame["x"] - 1
        assert plate["y"] >= frame["y"] - 1
        assert plate["x"] + plate["width"] <= frame["x"] + frame["width"] + 1
        assert plate["y"] + plate["height"] <= frame["y"] + frame["height"] + 1
    for i, one in enumerate(plates):
        for other in plates[:i]:
            beside = one["x"] >= other["x"] + other["width"] or other["x"] >= one["x"] + one["width"]
            above = one["y"] >= other["y"] + other["height"] or other["y"] >= one["y"] + one["height"]
            assert beside or above
    assert page.locator(".legend b").all_inner_texts() == ["6"]


def test_arrow_keys_and_clicks_choose_a_face(open_page: Callable[..., Any], crowd: Any) -> None:
    page = show(open_page(), crowd)
    faces = page.get_by_role("listbox", name="Faces")
    faces.focus()

    def chosen() -> str:
        name = faces.get_by_role("option", selected=True).get_attribute("aria-label")
        assert page.locator("#status").inner_text() == name
        return str(name).partition(":")[0]

    assert chosen() == "Face 1 of 6"
    keys = {"ArrowRight": 2, "ArrowDown": 5, "ArrowLeft": 4, "End": 6, "ArrowUp": 3, "Home": 1}
    for key, expected in keys.items():
        page.keyboard.press(key)
        assert chosen() == f"Face {expected} of 6", key
    page.locator("#face-4 .box").click()
    assert chosen() == "Face 5 of 6"
    page.get_by_role("button", name="Previous face").click()
    assert chosen() == "Face 4 of 6"


def test_a_picture_can_be_pasted(open_page: Callable[..., Any], crowd: Any) -> None:
    page = open_page(permissions=("clipboard-read", "clipboard-write"))
    page.evaluate(
        """async (content) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const picture = new Blob([bytes], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
        }""",
        base64.b64encode(crowd["buffer"]).decode(),
    )
    page.keyboard.press("Control+V")
    assert wait(page).locator(".overlay [role=option]").count() == 6


def test_pictures_can_be_dropped(open_page: Callable[..., Any], landscape: Any) -> None:
    page = open_page()
    page.evaluate(
        """([one, other]) => {
            const transfer = new DataTransfer();
            for (const [name, content] of [one, other]) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
                transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
            }
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
        }""",
        [
            ("a.jpg", base64.b64encode(ASTRONAUT.read_bytes()).decode()),
            ("b.png", base64.b64encode(landscape["buffer"]).decode()),
        ],
    )
    page.get_by_role("button", name="a.jpg: 1 face").wait_for()
    page.get_by_role("button", name="b.png: 0 faces").click()
    page.get_by_role("heading", name="No face found").wait_for()
    page.keyboard.press("ArrowLeft")
    page.locator(".bars").wait_for()
    assert page.get_by_role("button", name="a.jpg").get_attribute("aria-pressed") == "true"


def test_what_is_no_picture_is_said_in_one_sentence(open_page: Callable[..., Any]) -> None:
    page = show(open_page(), {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear Sir"})
    assert page.locator("#panel strong").inner_text() == "This file cannot be read as a picture."
    assert "format" in page.locator("#panel .detail").inner_text()
    page.get_by_role("button", name="中文").click()
    assert page.locator("#panel strong").inner_text() == "无法把此文件作为图片读取。"


def test_a_service_that_is_gone_is_said_and_can_be_tried_again(open_page: Callable[..., Any]) -> None:
    page = open_page()
    page.locator("#model:enabled").wait_for()
    page.context.set_offline(True)
    show(page, ASTRONAUT)
    assert page.locator("#panel strong").inner_text() == "The mien service does not answer."
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.locator(".bars").wait_for()


def test_names_of_files_are_text(open_page: Callable[..., Any], landscape: Any) -> None:
    name = '<img src=x onerror="document.title=1"><b>.png'
    page = show(open_page(), {**landscape, "name": name}, {**landscape, "name": "&lt;i&gt;.png"})
    assert page.locator("#caption").inner_text() == name
    page.get_by_role("button", name=f"{name}: 0 faces").wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "mien"


def test_another_label_set_reads_again(open_page: Callable[..., Any]) -> None:
    page = show(open_page(), ASTRONAUT)
    assert "Contempt" not in readings(page)
    page.get_by_label("Expressions").select_option("ferplus8")
    page.get_by_text("Contempt", exact=True).wait_for()
    assert list(readings(page)) == [
        "Neutral", "Happiness", "Surprise", "Sadness", "Anger", "Disgust", "Fear", "Contempt",
    ]  # fmt: skip
    assert page.locator("#panel h2").inner_text().startswith("Happiness")


def test_what_is_shown_can_be_saved_and_copied(
    open_page: Callable[..., Any], service: Service, crowd: Any, tmp_path: Path
) -> None:
    page = show(open_page(permissions=("clipboard-read", "clipboard-write")), crowd)
    answer = httpx.post(f"{service.url}/v1/analyze", files={"file": ("crowd.png", crowd["buffer"])}).json()["results"]

    def saved(button: str) -> Path:
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    path = saved("Save JSON")
    assert path.name == "crowd.json"
    assert json.loads(path.read_text()) == answer
    with saved("Save CSV").open(newline="") as file:
        rows = list(csv.DictReader(file))
    faces = answer[0]["faces"]
    assert [float(row["happy"]) for row in rows] == [face["probabilities"]["happy"] for face in faces]
    assert [float(row["x1"]) for row in rows] == [face["box"][0] for face in faces]
    assert [float(row["yaw"]) for row in rows] == [face["pose"]["yaw"] for face in faces]
    assert {row["image"] for row in rows} == {"crowd.png"}

    page.get_by_role("button", name="Copy").click()
    page.locator("#status", has_text="Copied").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0].split("\t") == list(rows[0])
    assert len(lines) == 7
