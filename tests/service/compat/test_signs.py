"""What the vendors call left, right, up and down: answers of theirs that have landmarks and angles, beside ours.

The numbers are from the documentation of AWS and from answers that public programs quote.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mien.faces import Face
from mien.labels import EKMAN7
from mien.service.compat import azure, baidu, facepp, rekognition

TOLERANCE = np.array((6, 10))
"""Degrees by which our yaw and roll may differ. Pitch is left out: our pose was fitted on noses that end nearer to the
mouth than theirs, and a tenth of the distance of the eyes makes ten degrees and more; so is the roll (NaN) of a head
that is turned far enough for it to go with the pitch."""


def face(landmarks: Any, size: tuple[int, int]) -> Face:
    """With its box where the default detector draws it, as far to the one side as the nose is to the other."""
    points = np.array(landmarks, np.float32)
    middle = (points[:2].mean(0) + points[3:].mean(0)) / 2
    middle -= (points[2] - middle) * (1.3, 0)
    reach = np.ptp(points, axis=0)
    box = np.concatenate([middle - reach, middle + reach])
    return Face(box, 0.9, points, np.full(7, 1 / 7, np.float32), EKMAN7, size)


def check(ours: tuple[float, float, float], theirs: tuple[float, float, float]) -> None:
    off = np.abs(np.subtract(ours, theirs)[::2])
    assert ((off < TOLERANCE) | np.isnan(theirs[::2])).all()


@pytest.mark.parametrize(
    ("landmarks", "size", "theirs"),
    [
        (
            [(0.0686, 0.3084), (0.1040, 0.3006), (0.0967, 0.3408), (0.0752, 0.3811), (0.1074, 0.3741)],
            (1600, 900),
            (20.28, -0.98, -8.81),
        ),
        (
            [(0.3684, 0.4250), (0.5961, 0.4282), (0.4782, 0.5350), (0.3526, 0.5722), (0.5936, 0.5792)],
            (900, 1200),
            (1.85, -10.61, 3.62),
        ),
    ],
)
def test_rekognition(landmarks: Any, size: tuple[int, int], theirs: tuple[float, float, float]) -> None:
    pose = rekognition.describe(face(np.array(landmarks) * size, size), set())["Pose"]
    check((pose["Yaw"], pose["Pitch"], pose["Roll"]), theirs)


@pytest.mark.parametrize(
    ("landmarks", "size", "theirs"),
    [
        (
            [(323.4, 218.4), (392.9, 213.2), (337.6, 259.7), (333.3, 295.5), (396.8, 290.6)],
            (600, 400),
            (-30.9, 0, np.nan),
        ),
        ([(575, 852), (838.5, 863.7), (702.7, 992.1), (585.1, 1093.7), (816.4, 1112.7)], (1400, 1600), (1.4, 0, 2.4)),
    ],
)
def test_azure(landmarks: Any, size: tuple[int, int], theirs: tuple[float, float, float]) -> None:
    pose = azure.describe(face(landmarks, size), {"headPose"})["headPose"]
    check((pose["yaw"], pose["pitch"], pose["roll"]), theirs)


def test_facepp() -> None:
    landmarks = [(72, 121), (107, 119), (89, 143), (78, 159), (107, 157)]
    pose = facepp.describe(face(landmarks, (200, 250)), {"headpose"})["headpose"]
    check((pose["yaw_angle"], pose["pitch_angle"], pose["roll_angle"]), (5.14, 14.16, -6.69))


def test_baidu() -> None:
    # Theirs has the middle of the mouth only; the corners are as far from it as on the average head.
    landmarks = [(259.2, 268.2), (497.9, 266.9), (380.0, 376.4), (285.4, 538.1), (475.4, 538.1)]
    angle = baidu.describe(face(landmarks, (900, 900)), set())["angle"]
    check((angle["yaw"], angle["pitch"], angle["roll"]), (2.55, -4.55, -3.8))
