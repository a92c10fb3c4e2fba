from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from mien.align import TEMPLATE
from mien.detect import get_detector
from mien.faces import Face, Faces
from mien.labels import FIVE
from mien.pose import MEAN_FACE, Pose, estimate_pose

Array = npt.NDArray[np.float64]
SIZE = (1000, 800)
LANDMARK_NOISE = 9
"""Degrees: what landmarks do that are off by the five percent of the eyes' distance by which the detector's are."""


def turn(yaw: float, pitch: float, roll: float) -> Rotation:
    """Nodding, then turning, then tilting, with x to the right, y down and z away from the camera.

    A positive turn about y takes z to x, so it takes a nose, which has negative z, to the left of the picture.
    """
    return Rotation.from_euler("xyz", (-pitch, -yaw, roll), degrees=True)


def project(
    yaw: float,
    pitch: float,
    roll: float,
    focal: float = 1000,
    eyes: float = 100,
    at: tuple[float, float] = (500, 400),
    size: tuple[int, int] = SIZE,
) -> Array:
    """Where a camera shows the landmarks of the average head, whose eyes are about so many pixels apart."""
    points = turn(yaw, pitch, roll).apply(MEAN_FACE - MEAN_FACE.mean(0))
    distance = focal / eyes
    middle = np.array(size) / 2
    sight = np.array([(at[0] - middle[0]) / focal, (at[1] - middle[1]) / focal, 1])
    points = points + distance * sight
    return np.asarray(focal * points[:, :2] / points[:, 2:] + middle, np.float64)


def read(points: Array, size: tuple[int, int] = SIZE) -> Array:
    return estimate_pose(np.float32(points[None]), size)[0].astype(np.float64)


def mirrored(points: Array, width: float) -> Array:
    return (points * (-1, 1) + (width, 0))[[1, 0, 2, 4, 3]]


@pytest.mark.parametrize("yaw", [-60, -25, 0, 25, 60])
@pytest.mark.parametrize("pitch", [-30, 0, 30])
@pytest.mark.parametrize("roll", [-45, 0, 20, 170])
@pytest.mark.parametrize("eyes", [20, 250])
def test_known_turns_are_found(yaw: float, pitch: float, roll: float, eyes: float) -> None:
    assert read(project(yaw, pitch, roll, eyes=eyes)) == pytest.approx((yaw, pitch, roll), abs=0.5)


@pytest.mark.parametrize("size", [(320, 240), (480, 640), (4000, 3000)])
def test_the_focal_length_is_the_longer_side(size: tuple[int, int]) -> None:
    focal = max(size)
    points = project(30, -15, 10, focal=focal, eyes=focal / 5, at=(size[0] / 2, size[1] / 2), size=size)
    assert read(points, size) == pytest.approx((30, -15, 10), abs=0.5)


@pytest.mark.parametrize("factor", [0.5, 2])
@pytest.mark.parametrize(("eyes", "tolerance"), [(50, 1.5), (200, 4.5)])
def test_another_focal_length_costs_little(factor: float, eyes: float, tolerance: float) -> None:
    for yaw in (-50, -20, 0, 20, 50):
        for pitch in (-20, 0, 20):
            points = project(yaw, pitch, 0, focal=1000 * factor, eyes=eyes)
            assert read(points) == pytest.approx((yaw, pitch, 0), abs=tolerance)


def test_signs() -> None:
    """The nose of a face that looks to the right of the picture is right of the middle, and so on."""
    straight = project(0, 0, 0)
    right, up, tilted = straight.copy(), straight.copy(), straight.copy()
    right[2] += (20, 0)
    up[2] -= (0, 15)
    tilted[0] -= (0, 10)  # its right eye, in the left half of the picture, goes up
    tilted[1] += (0, 10)
    assert read(right)[0] > 10
    assert read(up)[1] > 5
    assert read(tilted)[2] > 2


def test_yaw_and_pitch_grow_as_the_head_turns() -> None:
    yaws = [read(project(yaw, 10, 5))[0] for yaw in range(-80, 81, 5)]
    pitches = [read(project(10, pitch, 5))[1] for pitch in range(-50, 51, 5)]
    assert (np.diff(yaws) > 0).all()
    assert (np.diff(pitches) > 0).all()


def test_where_in_the_picture_does_not_matter() -> None:
    points = project(20, 10, -5)
    assert read(points + np.array((-400, 300))) == pytest.approx(read(points), abs=1e-3)


def test_a_mirror_changes_the_signs_of_yaw_and_roll() -> None:
    points = project(33, 12, -21)
    yaw, pitch, roll = read(points)
    assert read(mirrored(points, SIZE[0])) == pytest.approx((-yaw, pitch, -roll), abs=0.01)


def test_fer2013_looks_straight_on_average() -> None:
    """The template is the median of thousands of pictures of people, most of whom look into the camera."""
    assert read(TEMPLATE * 48.0 + 300, (648, 648)) == pytest.approx((0, 0, 0), abs=4)


def test_no_landmarks() -> None:
    assert estimate_pose(np.zeros((0, 5, 2), np.float32), SIZE).shape == (0, 3)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((5, 2)),
        np.full((5, 2), 123.4),
        np.linspace((0, 0), (100, 50), 5),
        np.array([(1, 1), (2, 2), (np.nan, 3), (4, 4), (5, 6)]),
        np.array([(1, 1), (2, 9), (np.inf, 3), (4, 4), (5, 6)]),
    ],
    ids=["zero", "one point", "a line", "nan", "infinite"],
)
def test_landmarks_that_tell_nothing(points: Array) -> None:
    poses = estimate_pose(np.float32([points, project(10, 0, 0)]), SIZE)
    assert np.isnan(poses[0]).all()
    assert poses[1] == pytest.approx((10, 0, 0), abs=0.5)


def test_any_landmarks_give_angles_or_nan() -> None:
    random = np.random.default_rng(5)
    poses = estimate_pose(random.uniform(-200, 1200, (100, 5, 2)).astype(np.float32), SIZE)
    angles = poses[~np.isnan(poses).any(1)]
    assert np.isnan(poses).all(1).sum() + len(angles) == 100
    assert (np.abs(angles[:, 0]) <= 90).all()
    assert (np.abs(angles) <= 180).all()


def test_a_face_knows_its_pose() -> None:
    landmarks = np.stack([project(20, -10, 5), np.zeros((5, 2))])
    probabilities = np.full((2, 5), 0.2)
    faces = Faces(np.zeros((2, 4)), np.ones(2), landmarks, probabilities, FIVE, SIZE)
    assert faces.poses.shape == (2, 3)
    assert isinstance(faces[0].pose, Pose)
    assert faces[0].pose == pytest.approx((20, -10, 5), abs=0.5)
    assert faces[1].pose is None
    first, second = json.loads(json.dumps(faces.to_dicts(), allow_nan=False))
    assert first["pose"] == pytest.approx({"yaw": 20, "pitch": -10, "roll": 5}, abs=0.5)
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
    assert other == pytest.approx((-pose.yaw, pose.pitch, -pose.roll), abs=LANDMARK_NOISE)


@pytest.mark.parametrize("angle", [-40, 15, 60])
def test_the_astronaut_turned(astronaut: npt.NDArray[np.uint8], angle: float) -> None:
    straight = find(astronaut)
    x, y = straight.landmarks.mean(0)
    turning = cv2.getRotationMatrix2D((float(x), float(y)), -angle, 1)  # cv2 counts counter-clockwise
    turned = find(np.asarray(cv2.warpAffine(astronaut, turning, astronaut.shape[1::-1]), np.uint8))
    assert straight.pose is not None
    assert turned.pose is not None
    assert turned.pose.roll - straight.pose.roll == pytest.approx(angle, abs=4)
    assert turned.pose[:2] == pytest.approx(straight.pose[:2], abs=LANDMARK_NOISE)


def test_portraits_look_straight_on_average(photos: list[Path]) -> None:
    poses = [pose for photo in photos[::6] if (pose := find(cv2.imread(str(photo))[..., ::-1]).pose)]
    assert len(poses) > 12
    assert np.median(poses, axis=0) == pytest.approx((0, 0, 0), abs=5)
