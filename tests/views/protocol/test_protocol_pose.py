"""The pose by landmarks, held against the truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("pyarrow")

from mien.cli.app import app
from mien.errors import BadSample, InputError
from mien.views.protocol.pose import measure_pose

MakeViews = Callable[..., Path]


def test_errors_are_those_of_the_faces_found(make_views: MakeViews, astronaut: np.ndarray) -> None:
    face = cv2.imencode(".png", cv2.resize(astronaut[20:220, 120:320], (128, 128))[..., ::-1])[1].tobytes()

    def show(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # Whatever is read between -40 and 40 degrees, it is 40 from these on average.
        return [row | {"image": face, "yaw": np.sign(row["view"]) * 40} if row["view"] else row for row in rows]

    views = make_views(people=1, views=(-45, 0, 45), change=show)
    front, side = measure_pose(f"views-multipie6:{views}", lambda _: None)
    assert (front.angle, front.pictures, front.found) == (0, 2, 0)  # squares are no faces
    assert np.isnan([front.yaw, front.pitch, front.roll]).all()
    assert (side.angle, side.pictures, side.found) == (45, 4, 4)
    assert side.yaw == pytest.approx(40, abs=1e-3)
    assert side.pitch < 20
    assert side.roll < 20
    done = CliRunner().invoke(app, ["views", "pose", "--data", f"views:{views}"])
    assert done.exit_code == 0, done.output
    assert "40.0" in done.output
    assert "0%" in done.output


def test_bad_data(make_views: MakeViews, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="on rendered views, views:DIR, not on multipie"):
        measure_pose(f"multipie:{tmp_path}", lambda _: None)
    lacking = make_views(people=1, change=lambda rows: rows[1:])
    with pytest.raises(BadSample, match="the view at -90 degrees of p00000, neutral, is missing"):
        measure_pose(f"views:{lacking}", lambda _: None)
