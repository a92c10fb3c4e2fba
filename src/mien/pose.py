"""How a head is turned, from the five landmarks of its face.

An average head is turned and moved in front of a pinhole camera until its landmarks fall where they were found
(perspective-n-point). What the angles are worth stands in ``docs/detection.md``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

# Where YuNet sees the landmarks of the average head of ICT-FaceKit (MIT licence), in distances of the eyes; x to the
# right of the picture, y down, z away from the camera. They come from 252 renderings of 36 heads (the mean and 35
# random ones, a quarter smiling, a quarter with open mouth) in known poses: the points whose projections are nearest to
# what YuNet found. The mesh's own landmarks would not do: YuNet's nose lies below the tip, nearer to the mouth by a
# tenth of the distance of the eyes, and with the tip for it a face that looks straight would read 12 degrees down.
MEAN_FACE: npt.NDArray[np.float64] = np.array(
    [(-0.5, 0.0, 0.0), (0.5, 0.0, 0.0), (0.0, 0.572, -0.531), (-0.398, 1.072, -0.063), (0.398, 1.072, -0.063)]
)
"""Landmarks of an average head that looks into the camera: shape (5, 3), in the order of `Face.landmarks`."""

_LEAST_SPREAD = 0.02  # smaller over larger extent of the landmarks; five in a line say nothing


class Pose(NamedTuple):
    """How a head is turned, in degrees; see `estimate_pose` for the signs."""

    yaw: float
    pitch: float
    roll: float


def estimate_pose(landmarks: FloatArray, image_size: tuple[int, int]) -> FloatArray:
    """How heads are turned.

    Parameters
    ----------
    landmarks : ndarray of float32, shape (n, 5, 2)
        ``x, y`` in pixels, in the order of `Face.landmarks`.
    image_size : tuple of int
        Width and height of the whole picture.

    Returns
    -------
    ndarray of float32, shape (n, 3)
        ``yaw, pitch, roll`` in degrees, all 0 for an upright head that looks into the camera. Yaw, -90 to 90, is
        positive when the head turns to its own left, the right side of the picture; pitch is positive when it looks
        up; roll is positive when it tilts clockwise as seen in the picture. NaN where landmarks coincide, lie in a line
        or are not finite.

    Notes
    -----
    The angles are those of nodding, then turning, then tilting: yaw and pitch say where the face looks in a picture
    turned upright by the roll, and turning the picture about its middle changes the roll alone. Mirroring the picture
    changes the signs of yaw and roll.

    The angles are measured from the line between camera and head, wherever in the picture that is, so they hardly
    change when a picture is cropped. The camera's focal length is not known; it is taken to be the longer side of the
    picture, an angle of view of 53 degrees.

    References
    ----------
    G. Terzakis and M. Lourakis, "A consistently fast and globally optimal solution to the perspective-n-point
    problem", ECCV 2020 (SQPnP, as in OpenCV), refined by Levenberg-Marquardt on the distances in the picture.
    """
    poses = np.full((len(landmarks), 3), np.nan, np.float32)
    for pose, points in zip(poses, np.asarray(landmarks, np.float64), strict=True):
        if _spans_a_plane(points):
            pose[:] = _solve(points, image_size)
    return poses


def _spans_a_plane(points: npt.NDArray[np.float64]) -> bool:
    if not np.isfinite(points).all():
        return False
    larger, smaller = np.linalg.svd(points - points.mean(0), compute_uv=False)
    return bool(smaller > _LEAST_SPREAD * larger)


def _solve(points: npt.NDArray[np.float64], image_size: tuple[int, int]) -> tuple[float, float, float]:
    """Yaw, pitch and roll of one face; NaN where OpenCV finds no head in front of the camera."""
    import cv2  # here, because importing mien has to be quick

    focal = max(image_size)
    middle_x, middle_y = points.mean(0)
    camera = np.array([(focal, 0, middle_x), (0, focal, middle_y), (0, 0, 1)], np.float64)
    try:
        found, rotation, shift = cv2.solvePnP(MEAN_FACE, points, camera, None, flags=cv2.SOLVEPNP_SQPNP)
        if found:
            rotation, shift = cv2.solvePnPRefineLM(MEAN_FACE, points, camera, None, rotation, shift)
    except cv2.error:  # the landmarks fit no head
        found = False
    if not found or not shift[2, 0] > 0:
        return np.nan, np.nan, np.nan
    turned = cv2.Rodrigues(rotation)[0]
    yaw = np.arcsin(np.clip(turned[2, 0], -1, 1))
    pitch = np.arctan2(-turned[2, 1], turned[2, 2])
    roll = np.arctan2(turned[1, 0], turned[0, 0])
    yaw, pitch, roll = np.degrees((yaw, pitch, roll))
    return float(yaw), float(pitch), float(roll)
