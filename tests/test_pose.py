from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mien.align import TEMPLATE
from mien.detect import get_detector
from mien.faces import Face, Faces
from mien.labels import FIVE
from mien.pose import Pose, estimate_pose

Array = npt.NDArray[np.float64]
SIZE = (1000, 800)
LANDMARK_NOISE = np.array((9, 12, 6))
"""Degrees: what landmarks do that are off by the five percent of the eyes' distance by which the detector's are."""

STRAIGHT = 100 * np.array([(-0.5, 0.0), (0.5, 0.0), (0.0, 0.53), (-0.41, 0.96), (0.41, 0.96), (0.0, 0.32)])
"""A face that looks into the camera, mirror-symmetric: its landmarks and the middle of its box."""
PROFILE = 100 * np.array([(0.0, 0.0), (0.14, -0.05), (0.45, 0.4), (0.08, 1.03), (0.08, 0.97), (-0.47, 0.31)])
"""A face that looks to the right side of the picture: the eyes lie on each other, as do the mouth's corners, and the
box reaches back to the ear."""


def box(points: Array) -> Array:
    return np.concatenate([points[5] - (60, 80), points[5] + (60, 80)])


def read(points: Array) -> Array:
    points = np.float32(points + 300)
    return estimate_pose(points[None, :5], box(points)[None])[0].astype(np.float64)


def mirrored(points: Array) -> Array:
    return (points * (-1, 1))[[1, 0, 2, 4, 3, 5]]


def tilted(points: Array, degrees: float) -> Array:
    """Turned clockwise as seen."""
    t = np.radians(degrees)
    return points @ np.array([(np.cos(t), np.sin(t)), (-np.sin(t), np.cos(t))])


def turned(degrees: float) -> Array:
    """Halfway and beyond from straight to profile, by so many ninetieths."""
    return STRAIGHT + degrees / 90 * (PROFILE - STRAIGHT)


def test_a_symmetric_face_is_neither_turned_nor_tilted() -> None:
    yaw, pitch, roll = read(STRAIGHT)
    assert (yaw, roll) == pytest.approx((0, 0), abs=1e-4)
    assert abs(pitch) < 10


@pytest.mark.parametrize("points", [STRAIGHT, PROFILE, turned(40)], ids=["straight", "profile", "between"])
def test_a_mirror_changes_the_signs_of_yaw_and_roll(points: Array) -> None:
    """The detector sees turned faces of the two sides differently, so their landmarks are read so."""
    yaw, pitch, roll = read(tilted(points, 21))
    other = read(mirrored(tilted(points, 21)))
    assert other[1:] == pytest.approx((pitch, -roll), abs=1e-3)
    assert np.sign(other[0]) == -np.sign(yaw)
    if points is STRAIGHT:
        assert other[0] == pytest.approx(-yaw, abs=0.1)


@pytest.mark.parametrize("points", [STRAIGHT, PROFILE, turned(40)], ids=["straight", "profile", "between"])
@pytest.mark.parametrize("angle", [-150, -45, -10, 20, 90, 170])
def test_turning_the_picture_changes_the_roll_alone(points: Array, angle: float) -> None:
    yaw, pitch, roll = read(points)
    off = read(tilted(points, angle)) - (yaw, pitch, roll + angle)
    off[2] = (off[2] + 180) % 360 - 180
    assert off == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("points", [STRAIGHT, PROFILE], ids=["straight", "profile"])
def test_place_and_size_do_not_matter(points: Array) -> None:
    assert read(0.1 * points + (700, -200)) == pytest.approx(read(points), abs=0.05)


def test_signs() -> None:
    """The nose of a face that looks to the right of the picture is right of the middle, and so on."""
    right, ear, up, tilt = (STRAIGHT.copy() for _ in range(4))
    right[2] += (20, 0)
    ear[5] -= (20, 0)  # more of the head's side is seen to the left of the face
    up[2] -= (0, 15)
    tilt[0] -= (0, 10)  # its right eye, in the left half of the picture, goes up
    tilt[1] += (0, 10)
    assert read(right)[0] > 10
    assert read(ear)[0] > 5
    assert read(up)[1] > read(STRAIGHT)[1] + 5
    assert read(tilt)[2] > 2


def test_yaw_grows_up_to_profile() -> None:
    """The roll stays that of the upright head, though in profile the line of the eyes points anywhere."""
    poses = np.array([read(turned(degrees)) for degrees in range(0, 91, 10)])
    assert (np.diff(poses[:, 0]) > 0).all()
    assert poses[-1, 0] > 70
    assert np.abs(poses[:, 2]).max() < 9


@pytest.mark.parametrize("points", [STRAIGHT, PROFILE, tilted(STRAIGHT, 180)], ids=["straight", "profile", "downward"])
def test_poses_move_with_landmarks_not_by_leaps(points: Array) -> None:
    """Points that are off by a hundredth of the distance of the eyes turn no face by more than some degrees."""
    there = read(points)
    for offset in np.random.default_rng(2).uniform(-1, 1, (200, 6, 2)):
        off = read(points + offset) - there
        off[2] = (off[2] + 180) % 360 - 180
        assert np.abs(off).max() < 7


def test_fer2013_looks_straight_on_average() -> None:
    """The template is the median of thousands of pictures of people, most of whom look into the camera."""
    x, y = TEMPLATE[:2].mean(0) + 0.33 * (TEMPLATE[3:].mean(0) - TEMPLATE[:2].mean(0))  # as of a straight face
    assert read(48 * np.concatenate([TEMPLATE, [(x, y)]])) == pytest.approx((0, 0, 0), abs=5)


def test_no_landmarks() -> None:
    assert estimate_pose(np.zeros((0, 5, 2), np.float32), np.zeros((0, 4), np.float32)).shape == (0, 3)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((5, 2)),
        np.full((5, 2), 123.4),
        np.linspace((0, 0), (100, 50), 5),
        np.array([(-1, 0), (1, 0), (0, 1), (-2, 0), (2, 0)]),
        np.array([(1, 1), (2, 2), (np.nan, 3), (4, 4), (5, 6)]),
        np.array([(1, 1), (2, 9), (np.inf, 3), (4, 4), (5, 6)]),
    ],
    ids=["zero", "one point", "a line", "mouth between the eyes", "nan", "infinite"],
)
def test_landmarks_that_tell_nothing(points: Array) -> None:
    poses = estimate_pose(np.float32([points, STRAIGHT[:5]]), np.float32([box(STRAIGHT)] * 2))
    assert np.isnan(poses[0]).all()
    assert poses[1] == pytest.approx(read(STRAIGHT), abs=1e-3)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_box_that_is_nowhere(value: float) -> None:
    boxes = np.float32([(0, 0, value, 100), box(STRAIGHT)])
    poses = estimate_pose(np.float32([STRAIGHT[:5]] * 2), boxes)
    assert np.isnan(poses[0]).all()
    assert poses[1] == pytest.approx(read(STRAIGHT), abs=1e-3)


def test_only_the_middle_of_a_box_counts() -> None:
    """Its size hangs on hair and on how the head is tilted."""
    x, y = STRAIGHT[5]
    poses = estimate_pose(
        np.float32([STRAIGHT[:5]] * 2), np.float32([(x - 1, y - 1, x + 1, y + 1), (x - 200, y - 90, x + 200, y + 90)])
    )
    assert poses[0] == pytest.approx(poses[1], abs=1e-3)


def test_any_other_landmarks_give_angles() -> None:
    points = np.random.default_rng(5).uniform(-200, 1200, (1000, 7, 2)).astype(np.float32)
    poses = estimate_pose(points[:, :5], points[:, 5:].reshape(-1, 4))
    assert (np.abs(poses) <= (90, 90, 180)).all(1).sum() > 970
    assert (np.isnan(poses).all(1) | np.isfinite(poses).all(1)).all()


def test_a_face_knows_its_pose() -> None:
    points = turned(30) + 300
    landmarks, boxes = np.stack([points[:5], np.zeros((5, 2))]), np.stack([box(points)] * 2)
    faces = Faces(boxes, np.ones(2), landmarks, np.full((2, 5), 0.2), FIVE, SIZE)
    assert faces.poses.shape == (2, 3)
    assert isinstance(faces[0].pose, Pose)
    assert faces[0].pose == pytest.approx(read(turned(30)), abs=1e-3)
    assert faces[1].pose is None
    first, second = json.loads(json.dumps(faces.to_dicts(), allow_nan=False))
    assert first["pose"] == pytest.approx(faces[0].pose._asdict(), abs=0.1)
    assert second["pose"] is None


def find(image: npt.NDArray[np.uint8]) -> Face:
    found = get_detector("yunet").detect(image)
    height, width = image.shape[:2]
    return Face(found.boxes[0], 1, found.landmarks[0], np.ones(5, np.float32), FIVE, (width, height))


def test_the_astronaut_and_her_mirror_image(astronaut: npt.NDArray[np.uint8]) -> None:
    pose, other = find(astronaut).pose, find(np.ascontiguousarray(astronaut[:, ::-1])).pose
    assert pose is not None
    assert other is not None
    assert abs(pose.yaw) < 10
    assert abs(pose.pitch) < 15
    assert (np.abs(np.subtract(other, (-pose.yaw, pose.pitch, -pose.roll))) < LANDMARK_NOISE).all()


@pytest.mark.parametrize("angle", [-40, 15, 60])
def test_the_astronaut_turned(astronaut: npt.NDArray[np.uint8], angle: float) -> None:
    straight = find(astronaut)
    x, y = straight.landmarks.mean(0)
    turning = cv2.getRotationMatrix2D((float(x), float(y)), -angle, 1)  # cv2 counts counter-clockwise
    turned = find(np.asarray(cv2.warpAffine(astronaut, turning, astronaut.shape[1::-1]), np.uint8))
    assert straight.pose is not None
    assert turned.pose is not None
    assert (np.abs(np.subtract(turned.pose, straight.pose) - (0, 0, angle)) < LANDMARK_NOISE).all()


def test_portraits_look_straight_on_average(photos: list[Path]) -> None:
    poses = [pose for photo in photos[::4] if (pose := find(cv2.imread(str(photo))[..., ::-1]).pose)]
    assert len(poses) > 20
    assert np.median(poses, axis=0) == pytest.approx((0, 0, 0), abs=5)
