"""Poses and projections against values worked out by hand and by SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mien.pose import estimate_pose
from mien.views.camera import Camera, rotation

NOSE = np.array([(0.0, 0.0, 10.0)])


def camera(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Camera:
    return Camera(yaw, pitch, roll, np.zeros(3), 100, 2.0)


def test_the_middle_and_a_point_beside_it() -> None:
    points = np.array([(0, 0, 0), (5, 0, 0), (0, 5, 0), (0, 10, 20)], float)
    # Focal length 2 sides of 200 pixels at 100 cm: 4 pixels a centimetre; at 80 cm: 5.
    assert camera().project(points, 200) == pytest.approx(np.array([(100, 100), (120, 100), (100, 80), (100, 50)]))


@pytest.mark.parametrize(
    ("turned", "place"),
    [
        ((90, 0, 0), (140, 100)),  # to its own left: the right side of the picture
        ((-90, 0, 0), (60, 100)),
        ((0, 90, 0), (100, 60)),  # up
        ((30, 0, 0), (100 + 400 * 5 / (100 - 10 * np.sqrt(3) / 2), 100)),
    ],
)
def test_where_the_nose_goes(turned: tuple[float, float, float], place: tuple[float, float]) -> None:
    assert camera(*turned).project(NOSE, 200)[0] == pytest.approx(place)


def test_roll_is_clockwise() -> None:
    crown = np.array([(0.0, 10.0, 0.0)])
    assert camera(roll=90).project(crown, 200)[0] == pytest.approx((140, 100))


def test_rotation_is_that_of_scipy() -> None:
    assert rotation(25, -12, 7) == pytest.approx(Rotation.from_euler("xyz", (12, -25, 7), degrees=True).as_matrix())


def test_a_mirrored_pose_is_the_mirrored_picture() -> None:
    points = np.random.default_rng(0).normal(0, 5, (20, 3))
    there = camera(40, 10, 15).project(points, 128)
    back = camera(-40, 10, -15).project(points * (-1, 1, 1), 128)
    assert back == pytest.approx(there * (-1, 1) + (128, 0), abs=1e-3)


def test_rays_meet_what_is_projected() -> None:
    view = Camera(-50, 8, -20, np.array((1.0, 2.0, 3.0)), 90, 1.7)
    point = np.array((3.0, 6.0, 9.0))
    x, y = view.project(point[None], 64)[0]
    towards = (point - view.position) / np.linalg.norm(point - view.position)
    directions = view.directions(64).reshape(64, 64, 3)
    nearest = np.unravel_index((directions @ towards).argmax(), (64, 64))
    assert nearest == (int(y), int(x))
    assert np.linalg.norm(view.position - view.target) == pytest.approx(90)


def test_the_pose_is_read_back_from_landmarks() -> None:
    """The other half of the package estimates poses by itself; both have the same signs."""
    points = 6 * np.array([(-0.5, 0, 0), (0.5, 0, 0), (0, -0.57, 0.53), (-0.4, -1.07, 0.06), (0.4, -1.07, 0.06)])
    views = [Camera(30, pitch, 15, points.mean(0), 100, 1.0) for pitch in (-20, 0, 20)]
    middle = np.array([(0, -0.35, -0.6)]) * 6  # of the box that a detector draws around the head
    landmarks, middles = (np.stack([view.project(each, 400) for view in views]) for each in (points, middle))
    down, level, up = estimate_pose(landmarks, np.concatenate([middles[:, 0] - 90, middles[:, 0] + 90], 1))
    assert level == pytest.approx((30, 0, 15), abs=6)
    assert down[1] < level[1] - 5
    assert up[1] > level[1] + 5
