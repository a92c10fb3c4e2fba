"""The table for the terminal."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from mien.drawing.table import faces_table
from mien.errors import MienError, ModelError, UnreadableImage
from mien.faces import Faces
from mien.labels import FERPLUS8

FACES = Faces(
    np.array([[40, 60, 138, 180], [1000, 1200, 2100, 2345]], np.float32),
    np.ones(2, np.float32),
    np.zeros((2, 5, 2), np.float32),
    np.array([[0.1, 0.87, 0.03, 0, 0, 0, 0, 0], [0, 0, 0, 0.55, 0, 0, 0, 0.45]], np.float32),
    FERPLUS8,
    (4000, 3000),
)

RESULTS: list[tuple[str, Faces | MienError]] = [
    ("holidays/2024/[red]a-rather-long-name.jpg", FACES),
    ("wall.png", Faces.empty(FERPLUS8, (10, 10))),
    ("broken.jpg", UnreadableImage("broken.jpg", "not a picture")),
]


def printed(results: list[tuple[str, Faces | MienError]], terminal: bool = False, width: int = 80) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
    )
    console.print(faces_table(results))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_face_has_a_row() -> None:
    lines = printed(RESULTS).splitlines()
    (first,) = [line.split() for line in lines if "happiness" in line]
    assert first[1:6] == ["1", "98x120", "at", "40,60", "happiness"]
    assert first[-3:] == ["87%", "neutral", "10%"]
    (second,) = [line.split() for line in lines if "sadness" in line]
    assert second[-8:-4] == ["1100x1145", "at", "1000,1200", "sadness"]
    assert second[-3:] == ["55%", "contempt", "45%"]


def test_the_bar_is_as_long_as_the_face_is_probable() -> None:
    long, short = (line.count("━") for line in printed(RESULTS).splitlines() if "%" in line)
    assert long > short > 0


def test_pictures_without_faces_and_failed_ones_say_so() -> None:
    text = printed(RESULTS)
    assert any(line.split() == ["wall.png", "no", "face", "found"] for line in text.splitlines())
    assert any(line.split() == ["broken.jpg", "not", "a", "picture"] for line in text.splitlines())
    assert "the card is damaged" in printed([("a.jpg", ModelError("the card is damaged"))])


def test_a_failed_picture_is_red_in_a_terminal_and_plain_in_a_file() -> None:
    assert "\x1b[31mbroken.jpg" in printed(RESULTS, terminal=True)
    assert "\x1b" not in printed(RESULTS)


def test_it_fits_into_80_columns_and_keeps_names_whole() -> None:
    lines = printed(RESULTS).splitlines()
    assert max(map(len, lines)) <= 80
    names = "".join(line.split()[0] for line in lines[2:6] if not line.startswith(" "))
    assert "holidays/2024/[red]a-rather-long-name.jpg" in names


def test_a_terminal_that_knows_only_ascii_gets_ascii() -> None:
    file = io.TextIOWrapper(io.BytesIO(), "ascii")
    Console(file=file, width=80).print(faces_table(RESULTS))


@pytest.mark.parametrize("width", [72, 200])
def test_other_widths_work(width: int) -> None:
    text = printed(RESULTS, width=width)
    assert "wall.png" in text
    assert "98x120" in text


def test_no_picture_gives_only_the_heading() -> None:
    assert "expression" in printed([])
