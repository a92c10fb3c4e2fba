"""Folders of views without a renderer."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from mien.views.dataset import PICTURES_FILE, SETTINGS_FILE, Settings
from moving_squares import EXPRESSIONS, SIZE, VIEWS, Row, rows


@pytest.fixture
def make_views(tmp_path: Path) -> Callable[..., Path]:
    """A folder of these rows; of so many people, by default."""

    def make(people: int = 3, change: Callable[[list[Row]], list[Row]] = list) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        folder = tmp_path / "views"
        folder.mkdir()
        settings = Settings(people, VIEWS, SIZE, 0, "0" * 64, EXPRESSIONS)
        (folder / SETTINGS_FILE).write_text(json.dumps(asdict(settings)))
        pq.write_table(pa.Table.from_pylist(change(rows(people))), folder / PICTURES_FILE)
        return folder

    return make
