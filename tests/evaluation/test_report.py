"""The page is whole HTML, needs nothing from outside and says what was measured."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from mien.evaluation.lighting import LightingRow
from mien.evaluation.protocol import Evaluation, summarise
from mien.evaluation.report import write_report
from mien.evaluation.robustness import CORRUPTIONS, RobustnessRow
from mien.labels import FIVE

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """What is on it; fails where an element is closed that is not open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.alts: list[str] = []
        self.words: list[str] = []
        self.headings: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attributes)
        assert tag not in ("script", "link", "iframe")
        self.links += [found[name] for name in ("src", "href", "srcset") if found.get(name)]
        if tag == "img":
            self.alts.append(found["alt"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style" and data.strip():
            self.words.append(data.strip())
            if self.open[-1] in ("h1", "h2"):
                self.headings.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(self.words)


# angry read as angry, angry, sad (0.9); sad as angry (0.8) and sad; happy as sad (0.7).
TRUTH = [0, 0, 0, 2, 2, 3]
SAID = [(0, 0.6), (0, 0.6), (2, 0.9), (0, 0.8), (2, 0.6), (2, 0.7)]


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (10, 48, 48), np.uint8)


@pytest.fixture
def result() -> Evaluation:
    probabilities = np.full((6, 5), 0.0, np.float32)
    for row, (label, confidence) in zip(probabilities, SAID, strict=True):
        row[:] = (1 - confidence) / 4
        row[label] = confidence
    return summarise(probabilities, np.array(TRUTH), FIVE, np.array([0, 2, 4, 5, 7, 9]))


SETTINGS = {"Model": "mien <b>&</b> co", "Command": "mien evaluate --data fer2013:'my data.csv'", "Date": "2026-11-22"}


def test_page_is_whole_and_stands_alone(result: Evaluation, images: np.ndarray, tmp_path: Path) -> None:
    rows = [RobustnessRow("none", 0, "", 0.5, 0.4)]
    rows += [RobustnessRow(c.name, s, c.unit.format(s), 0.25, 0.2) for c in CORRUPTIONS for s in c.severities]
    light = [LightingRow("brightness", 1, 11, 43, 6, 0.125, [0.1, 0.2])]
    path = write_report(tmp_path / "r", "mien on five", result, images, {"accuracy": 0.5}, SETTINGS, light, rows)
    assert path == tmp_path / "r" / "index.html"
    html = path.read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert page.headings == [
        "mien on five",
        "Headline figures",
        "Classes",
        "Confusion and calibration",
        "Light",
        "Robustness",
        "Most confident mistakes",
        "Most confused pairs",
        "Protocol",
    ]
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert "@import" not in html
    assert "url(" not in html
    assert all(page.alts)
    # Two plots, 32 worsened faces, three mistakes, and the same three in their pairs.
    assert len(page.links) == 2 + 32 + 3 + 3
    for name in ("blur", "lower face covered", "20% of area", "-25.0", "11 to 43", "12.5%"):
        assert name in page.text
    assert "mien <b>&</b> co" in page.text  # escaped, so text
    assert "private use" in page.words[-1]
    assert json.loads((tmp_path / "r" / "figures.json").read_text()) == {"accuracy": 0.5}
    for name in ("confusion.png", "reliability.png"):
        assert (tmp_path / "r" / name).read_bytes().startswith(b"\x89PNG")


def test_figures_are_those_of_the_evaluation(result: Evaluation, images: np.ndarray, tmp_path: Path) -> None:
    page = Page(write_report(tmp_path, "t", result, images, {}, SETTINGS).read_text(encoding="utf-8"))
    low, high = result.figures["intervals"]["accuracy"]
    assert f"Accuracy 50.0% {100 * low:.1f} to {high:.1%}" in page.text
    assert "Robustness" not in page.headings
    # Of three angry faces two were found, and of three faces read as angry two were.
    assert "angry 66.7% 66.7% 66.7% 3 sad 33%" in page.text


def test_mistakes_come_surest_first_with_their_own_picture(
    result: Evaluation, images: np.ndarray, tmp_path: Path
) -> None:
    html = write_report(tmp_path, "t", result, images, {}, SETTINGS).read_text(encoding="utf-8")
    part = html[html.index("Most confident mistakes") : html.index("Most confused pairs")]
    assert re.findall(r"(\d+)% sure<br>true: (\w+)<br>.*?row (\d+)", part) == [
        ("90", "angry", "4"),
        ("80", "sad", "5"),
        ("70", "happy", "9"),
    ]
    pictures = [base64.b64decode(data) for data in re.findall(r"base64,([^\"]+)", part)]
    for data, row in zip(pictures, (4, 5, 9), strict=True):
        assert (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) == images[row]).all()


def test_pairs_are_counted(result: Evaluation, images: np.ndarray, tmp_path: Path) -> None:
    page = Page(write_report(tmp_path, "t", result, images, {}, SETTINGS).read_text(encoding="utf-8"))
    text = page.text[page.text.index("Most confused pairs") :]
    assert re.findall(r"(\w+) → (\w+) (\d of \d faces, [\d.]+%)", text) == [
        ("angry", "sad", "1 of 3 faces, 33.3%"),
        ("sad", "angry", "1 of 2 faces, 50.0%"),
        ("happy", "sad", "1 of 1 faces, 100.0%"),
    ]


def test_a_faultless_model_has_a_page_too(images: np.ndarray, tmp_path: Path) -> None:
    sure = summarise(np.eye(5, dtype=np.float32), np.arange(5), FIVE, np.arange(5))
    page = Page(write_report(tmp_path, "t", sure, images, {}, SETTINGS).read_text(encoding="utf-8"))
    assert page.words.count("There are none.") == 2
