from __future__ import annotations

from pathlib import Path

import pytest
from trees import write_picture

from mien.datasets.micro import find_class, frames_in, parse_units
from mien.labels import MICRO3


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("12", {12: None}),
        ("4+L7", {4: None, 7: None}),
        ("R14", {14: None}),
        ("AU12", {12: None}),
        ("AU6B + AU12E", {6: 2.0, 12: 5.0}),
        ("L12A+r15c", {12: 1.0, 15: 3.0}),
        ("4 + 7 D", {4: None, 7: 4.0}),
        ("1, 2", {1: None, 2: None}),
        ("12 or 14", None),
        ("", None),
        ("?", None),
    ],
)
def test_action_units_as_coders_write_them(text: str, units: dict[int, float | None] | None) -> None:
    assert parse_units(text) == units


def test_the_rule_of_the_composite() -> None:
    classes = {
        "positive": ["happiness", "Happiness "],
        "surprise": ["surprise", "Surprise"],
        "negative": ["disgust", "sadness", "fear", "anger", "contempt", "repression", "Anger"],
    }
    for name, emotions in classes.items():
        assert {find_class(emotion) for emotion in emotions} == {MICRO3.index(name)}
    assert find_class("others") is find_class("Other") is find_class("") is None


def test_frames_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("img100.jpg", "img46.jpg", "img9.jpg", "cover.jpg"):
        write_picture(tmp_path / name)
    assert [(number, file.name) for number, file in frames_in(tmp_path).items()] == [
        (9, "img9.jpg"),
        (46, "img46.jpg"),
        (100, "img100.jpg"),
    ]
