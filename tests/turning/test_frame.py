"""Frames worked out by hand; mirrored and tilted ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mien.detect import Detections, get_detector
from mien.pose import estimate_pose
from mien.turning.card import Framing
from mien.turning.frame import RENDERED_VIEWS, cut_faces, frame_transforms, without_rim

FRAMING = Framing(side=2.0, across=-0.25, down=-0.1, lean=0.0, frontal=RENDERED_VIEWS.frontal)
MIDDLE = np.array((150.0, 170.0))
BOX = (100, 100, 200, 240)  # 140 high, so a frame is 280 wide
FACE = np.array([(-0.5, 0, 0), (0.5, 0, 0), (0, 0.57, -0.53), (-0.4, 1.07, -0.06), (0.4, 1.07, -0.06)])
"""Landmarks of a head, in distances of the eyes; x to the right, y down, z away from the camera."""
AXIS = (0, 0.5, 0.3)
"""What the head turns about, and where the middle of its box is."""


def turned_face(yaw: float) -> np.ndarray:
    """Landmarks of the head, turned, six eye distances before a camera of focal length 400."""
    angle = np.radians(yaw)
    x, y, z = (FACE - AXIS).T
    seen = (
        np.stack([x * np.cos(angle) - z * np.sin(angle), y], 1) / (z * np.cos(angle) + x * np.sin(angle) + 6)[:, None]
    )
    return 400 * seen + MIDDLE


def tilted(points: np.ndarray, degrees: float) -> np.ndarray:
    """Clockwise as seen, about the box's middle."""
    t = np.radians(degrees)
    return (points - MIDDLE) @ np.array([(np.cos(t), np.sin(t)), (-np.sin(t), np.cos(t))]) + MIDDLE


def one(landmarks: np.ndarray) -> Detections:
    return Detections(np.array([BOX]), np.ones(1), landmarks[None])


def read_yaw(landmarks: np.ndarray) -> float:
    return float(estimate_pose(landmarks[None].astype(np.float32), np.array([BOX], np.float32))[0, 0])


def test_a_straight_face() -> None:
    """A frame of 280 in 28 pixels, its middle 14 above the box's."""
    (transform,) = frame_transforms(one(turned_face(0)), FRAMING, 28)
    np.testing.assert_allclose(transform, [(0.1, 0, 14 - 15.0), (0, 0.1, 14 - 15.6)], atol=0.02)


@pytest.mark.parametrize("turned", [-50, -30, 30, 50])
def test_a_turned_face(turned: float) -> None:
    """Turned by 60 to the right, the frame's middle would be 140 / 4 / 2 to the left of the box's."""
    landmarks = turned_face(turned)
    yaw = read_yaw(landmarks)
    assert yaw == pytest.approx(turned, abs=15)
    (transform,) = frame_transforms(one(landmarks), FRAMING, 28)
    aside = -35 * np.sign(yaw) * (1 - np.cos(np.radians(yaw)))
    middle = MIDDLE + np.array((aside, -14))
    np.testing.assert_allclose(transform @ (*middle, 1), (14, 14), atol=0.2)


def test_the_lean_of_turned_faces() -> None:
    """Turned by 30 to the right, an upright face seems to be tilted anticlockwise by half the lean."""
    landmarks = turned_face(30)
    lean = 8 * np.sin(np.radians(read_yaw(landmarks)))
    down = landmarks[3:].mean(0) - landmarks[:2].mean(0)
    seeming = np.degrees(np.arctan2(-down[0], down[1]))
    (transform,) = frame_transforms(one(landmarks), replace(FRAMING, lean=8.0), 28)
    turned_back = np.degrees(np.arctan2(-transform[1, 0], transform[0, 0]))
    assert turned_back == pytest.approx(seeming + lean, abs=0.2)


@pytest.mark.parametrize("tilt", [-40, 20, 40])
def test_a_tilted_face_is_laid_upright(tilt: float) -> None:
    (transform,) = frame_transforms(one(tilted(turned_face(0), tilt)), FRAMING, 28)
    above = tilted(MIDDLE - np.array((0, 14)), tilt)
    np.testing.assert_allclose(transform @ (*above, 1), (14, 14), atol=0.1)
    chin = tilted(MIDDLE + np.array((0, 70)), tilt)  # 84 below the middle, 8.4 in the frame
    np.testing.assert_allclose(transform @ (*chin, 1), (14, 22.4), atol=0.1)


@pytest.mark.parametrize(
    "landmarks",
    [tilted(turned_face(30), 170), tilted(turned_face(30), -60), MIDDLE + np.arange(5)[:, None] * (1.0, 20.0)],
    ids=["upside down", "too far", "in a line"],
)
def test_landmarks_that_are_not_believed(landmarks: np.ndarray) -> None:
    (transform,) = frame_transforms(one(landmarks), FRAMING, 28)
    np.testing.assert_allclose(transform, [(0.1, 0, -1.0), (0, 0.1, -1.6)], atol=1e-6)


def test_a_frame_without_its_rim_is_the_part_of_the_whole_one(astronaut: np.ndarray) -> None:
    """Of 80 pixels a fifth goes above and a tenth on each side; the middle of the frame falls by 8 of them."""
    found = get_detector("yunet").detect(astronaut)
    framing = RENDERED_VIEWS.without_rim(0.2)
    whole, part = cut_faces(astronaut, found, RENDERED_VIEWS, 80)[0], cut_faces(astronaut, found, framing, 64)[0]
    assert without_rim(whole, 0.2).shape == part.shape
    assert np.abs(whole[16:, 8:72].astype(int) - part).max() <= 2
    assert np.array_equal(without_rim(whole, 0.2), whole[16:, 8:72])
    assert framing.frontal[2] == pytest.approx((0.5, (0.625 - 0.2) / 0.8))
    assert framing.frontal[0] == pytest.approx(((0.379 - 0.1) / 0.8, (0.486 - 0.2) / 0.8))


def test_a_mirrored_photo_gives_a_mirrored_frame(astronaut: np.ndarray) -> None:
    found = get_detector("yunet").detect(astronaut)
    width = astronaut.shape[1]
    boxes = found.boxes[:, [2, 1, 0, 3]] * (-1, 1, -1, 1) + (width, 0, width, 0)
    landmarks = found.landmarks[:, [1, 0, 2, 4, 3]] * (-1, 1) + (width, 0)
    mirrored = cut_faces(astronaut[:, ::-1], Detections(boxes, found.scores, landmarks), RENDERED_VIEWS, 64)
    crop = cut_faces(astronaut, found, RENDERED_VIEWS, 64)
    assert crop.shape == (1, 64, 64, 3)
    assert np.abs(mirrored[:, :, ::-1].astype(int) - crop).max() <= 3
    assert np.abs(mirrored.astype(int) - crop).mean() > 10  # it is not its own mirror image


def test_the_astronaut_is_framed_like_a_rendered_head(astronaut: np.ndarray) -> None:
    """Crown and chin, at about 30 and 180 in the photo, are in the frame and as far from its middle (0.72 to 0.8)."""
    found = get_detector("yunet").detect(astronaut)
    (transform,) = frame_transforms(found, RENDERED_VIEWS, 1)
    crown, chin = transform @ (225, 30, 1), transform @ (222, 180, 1)
    assert 0.03 < crown[1] < 0.22
    assert 0.78 < chin[1] < 0.97


def test_no_faces_no_crops(astronaut: np.ndarray) -> None:
    assert cut_faces(astronaut, Detections.empty(), RENDERED_VIEWS, 64).shape == (0, 64, 64, 3)
