"""Turns of an average head: geometry that the camera and mirrors say without rays."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("embreex")

from mien.turning import Turns
from mien.views.model import HeadModel
from mien.views.profiling import make_turns
from mien.views.recording import aim

VIEWS, SIZE = (-60, 0, 60), 48


@pytest.fixture(scope="module")
def turns(ellipsoid: HeadModel) -> Turns:
    return make_turns(ellipsoid, VIEWS, SIZE)


def centres(size: int) -> np.ndarray:
    """Where the middles of pixels are, -1 to 1 from edge to edge; x, y."""
    x, y = np.meshgrid(*[(np.arange(size) + 0.5) / size * 2 - 1] * 2)
    return np.stack([x, y], -1)


def test_a_view_is_not_moved_into_itself(turns: Turns) -> None:
    for view in range(3):
        seen = turns.seen[view, view] > 0
        assert seen.mean() > 0.05
        np.testing.assert_allclose(turns.places[view, view][seen], centres(SIZE)[seen], atol=1e-4)


def test_a_point_of_the_head_is_found_where_the_other_camera_sees_it(turns: Turns, ellipsoid: HeadModel) -> None:
    """The nose's bridge, turned from the front to the right side of the picture."""
    front, right = (aim(ellipsoid, ellipsoid.neutral, 120, 0.76, yaw) for yaw in (0, 60))
    bridge = ellipsoid.neutral[ellipsoid.landmarks[27], None]
    column, row = np.floor(right.project(bridge, SIZE)[0]).astype(int)
    assert column > SIZE / 2 + 3
    assert turns.seen[1, 2, row, column] > 0
    place = (turns.places[1, 2, row, column] + 1) / 2 * SIZE
    np.testing.assert_allclose(place, front.project(bridge, SIZE)[0], atol=1.5)  # the pixel's middle is another point


def test_left_is_right_in_a_mirror(turns: Turns) -> None:
    """The ellipsoid's triangles are not symmetric, so to a twentieth of its pixels."""
    for one, other in (((1, 2), (1, 0)), ((0, 2), (2, 0))):
        seen, mirrored = turns.seen[one] > 0, turns.seen[other][:, ::-1] > 0
        assert (seen != mirrored).mean() < 0.05
        both = seen & mirrored
        if both.any():
            flipped = turns.places[other][:, ::-1] * (-1, 1)
            np.testing.assert_allclose(turns.places[one][both], flipped[both], atol=0.02)


def test_what_is_turned_away_is_not_seen(turns: Turns) -> None:
    """The cheek that looks to the side at 60 degrees is plain there and grazing or hidden in the other profile."""
    assert turns.seen[0, 0].sum() > 5 * turns.seen[0, 2].sum()
    assert turns.seen.max() == 1
    assert turns.seen.min() == 0
