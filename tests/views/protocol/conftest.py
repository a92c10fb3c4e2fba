"""Views without a renderer: a bright square, as large as the expression says, that moves and is shaded by the view."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mien.views.dataset import PICTURES_FILE, SETTINGS_FILE, Settings, schema, subject_name

YAWS = tuple(range(-90, 91, 15))
EXPRESSIONS = {"neutral": "neutral", "happy": "smile", "sad": None}
SIZE = 64

Rows = list[dict[str, Any]]
MakeViews = Callable[..., Path]


def picture(expression: int, yaw: int) -> np.ndarray:
    image = np.zeros((SIZE, SIZE, 3), np.uint8)
    middle, half = 32 + 24 * yaw // 90, 4 + 4 * expression
    image[32 - half : 32 + half, middle - half : middle] = np.array((250, 200, 150)) * (1 - max(yaw, 0) / 100)
    image[32 - half : 32 + half, middle : middle + half] = np.array((250, 200, 150)) * (1 - max(-yaw, 0) / 100)
    return image


def rows(people: int, views: tuple[int, ...]) -> Rows:
    blank = {name: 0.0 for name in schema().names if name.startswith("AU")}
    return [
        {
            **blank,
            "subject": subject_name(person),
            "expression": expression,
            "ekman7": expression,
            "multipie6": label,
            "view": yaw,
            "yaw": yaw + 0.5,
            "pitch": 0.0,
            "roll": 0.0,
            "landmarks": [0.0] * 136,
            "visible": [True] * 68,
            "seed": 0,
            "image": cv2.imencode(".png", picture(number, yaw)[..., ::-1])[1].tobytes(),
        }
        for person in range(people)
        for number, (expression, label) in enumerate(EXPRESSIONS.items())
        for yaw in views
    ]


@pytest.fixture
def make_views(tmp_path: Path) -> MakeViews:
    """A folder of so many people in these views, its rows changed as told."""

    def make(people: int = 3, views: tuple[int, ...] = YAWS, change: Callable[[Rows], Rows] = list) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = tmp_path / f"views-{people}"
        folder.mkdir()
        settings = Settings(people, views, SIZE, 0, "0" * 64, tuple(EXPRESSIONS))
        (folder / SETTINGS_FILE).write_text(json.dumps(asdict(settings)))
        pq.write_table(pa.Table.from_pylist(change(rows(people, views)), schema=schema()), folder / PICTURES_FILE)
        return folder

    return make
