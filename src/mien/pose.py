"""How a head is turned, from the five landmarks of its face and the middle of its box.

These six points are laid upright by the line from eyes to mouth and scaled. Small networks that were fitted on rendered
heads (``tools/fit_pose.py``) read the angles of what is left. An average head brought onto the landmarks would be the
textbook's way, but a detector's landmarks are no fixed points of a head: they move over it as it turns, and the box
around the face tells more of small turns than they do. What the angles are worth stands in ``docs/detection.md``.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

WEIGHTS_FILE = Path(__file__).with_suffix(".json")
"""What `Reader` holds, in JSON."""

MIRRORED_SHAPE = np.array((-1, -1, -1, -1, 1, 1, 1, 1, 1))
"""What the mirror image of a face makes of the numbers of `lay_upright`."""

MIRRORED_POSE = np.array((-1, 1, -1))
"""What the mirror image of a face makes of yaw, pitch and roll."""

_TURNED = 45.0  # degrees of yaw from which on each side is read by itself
_LEAST_SPREAD = 0.02  # smaller over larger extent of the landmarks; five in a line say nothing. A profile has 0.25


class Pose(NamedTuple):
    """How a head is turned, in degrees; see `estimate_pose` for the signs."""

    yaw: float
    pitch: float
    roll: float


class Network(NamedTuple):
    """Hidden units with a hyperbolic tangent, then degrees, linear in them.

    Attributes
    ----------
    hidden, hidden_bias : ndarray of float64, shapes (9, h) and (h,)
        From the numbers of `lay_upright`.
    output, output_bias : ndarray of float64, shapes (h, k) and (k,)
        To the angles.
    """

    hidden: Array
    hidden_bias: Array
    output: Array
    output_bias: Array

    def angles(self, shapes: Array) -> Array:
        """Of shapes (n, 9), degrees of shape (n, k)."""
        return np.asarray(np.tanh(shapes @ self.hidden + self.hidden_bias) @ self.output + self.output_bias)


class Reader(NamedTuple):
    """What reads angles of shapes as `lay_upright` gives them.

    Attributes
    ----------
    even : Network
        Yaw, pitch and roll, to be read of a face and of its mirror image.
    sides : Network
        Yaw alone, learnt of either side by itself: the detector finds landmarks of faces that look to the left
        otherwise than of their mirror images. From the front, where it would only read chance into faces, it counts
        nothing, and all the more the further the head is turned.
    """

    even: Network
    sides: Network

    def read(self, shapes: Array) -> Array:
        """Yaw, pitch and roll, degrees of shape (n, 3), without limits."""
        seen, mirrored = (self.even.angles(side) for side in (shapes, shapes * MIRRORED_SHAPE))
        poses = (seen + mirrored * MIRRORED_POSE) / 2
        turned = np.minimum(np.abs(poses[:, 0]) / _TURNED, 1)
        poses[:, 0] += turned * (self.sides.angles(shapes)[:, 0] - poses[:, 0])
        return np.asarray(poses)


def estimate_pose(landmarks: FloatArray, boxes: FloatArray) -> FloatArray:
    """How heads are turned.

    Parameters
    ----------
    landmarks : ndarray of float32, shape (n, 5, 2)
        ``x, y`` in pixels, in the order of `Face.landmarks`.
    boxes : ndarray of float32, shape (n, 4)
        ``x1, y1, x2, y2`` in pixels, of the same faces.

    Returns
    -------
    ndarray of float32, shape (n, 3)
        ``yaw, pitch, roll`` in degrees, all 0 for an upright head that looks into the camera. Yaw, -90 to 90, is
        positive when the head turns to its own left, the right side of the picture; pitch, -90 to 90, is positive when
        it looks up; roll, -180 to 180, is positive when it tilts clockwise as seen in the picture. NaN where landmarks
        coincide, lie in a line or are not finite, or the eyes' middle is the mouth's, or the box is not finite.

    Notes
    -----
    The angles are those of nodding, then turning, then tilting: yaw and pitch say where the face looks in a picture
    turned upright by the roll, and turning the picture, with the box's middle, changes the roll alone. Mirrored
    pictures change the signs of yaw and roll, but for the detector's errors; so do mirrored points of heads that look
    straight. In profile nodding and tilting turn the picture alike; there the roll has nearly all of both.

    The angles are measured from the line between camera and head, wherever in the picture that is.
    """
    points = six_points(np.asarray(landmarks, np.float64), np.asarray(boxes, np.float64))
    poses = np.full((len(points), 3), np.nan, np.float32)
    told = np.flatnonzero([_tells(face) for face in points])
    shapes, tilts = lay_upright(points[told])
    yaws, pitches, rolls = _reader().read(shapes).T
    poses[told] = np.stack([yaws.clip(-90, 90), pitches.clip(-90, 90), (rolls + tilts + 180) % 360 - 180], 1)
    return poses


def six_points(landmarks: Array, boxes: Array) -> Array:
    """The landmarks of faces and the middles of their boxes, shape (n, 6, 2); parameters as in `estimate_pose`."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([landmarks, middles[:, None]], 1)


def lay_upright(points: Array) -> tuple[Array, Array]:
    """The shapes that faces make, whatever their place, size and tilt, and the tilt.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 6, 2)
        Of `six_points`; none that tell nothing.

    Returns
    -------
    shapes : ndarray of float64, shape (n, 9)
        Of the face with its mouth's middle straight below its eyes', in root mean squares of the landmarks' distances
        from their middle. First what the mirror image has with the other sign: how far to the right of the line from
        eyes to mouth the nose is, and the box's middle, how far down the left eye is from the right one, and the left
        corner of the mouth from the other. Then how far to the right these two are, how far below the middle of that
        line the nose is, and the box's middle, and how long the line is.
    tilts : ndarray of float64, shape (n,)
        Degrees by which the line from the eyes' middle to the mouth's is turned, clockwise.
    """
    places = points[..., 0] + 1j * points[..., 1]
    landmarks = places[:, :5]
    eyes, mouth = landmarks[:, :2].mean(1), landmarks[:, 3:].mean(1)
    down = (mouth - eyes) / 1j
    size = np.sqrt((np.abs(landmarks - landmarks.mean(1, keepdims=True)) ** 2).mean(1))
    upright = np.abs(down) / down / size
    nose, box = ((place - (eyes + mouth) / 2) * upright for place in (places[:, 2], places[:, 5]))
    across_eyes, across_mouth = (places[:, 1] - places[:, 0]) * upright, (places[:, 4] - places[:, 3]) * upright
    odd = (nose.real, box.real, across_eyes.imag, across_mouth.imag)
    even = (across_eyes.real, across_mouth.real, nose.imag, box.imag, np.abs(down) / size)
    return np.stack([*odd, *even], 1), np.degrees(np.angle(down))


def _tells(points: Array) -> bool:
    """Whether the points of one face are somewhere, and its landmarks span a plane and say where up is."""
    if not np.isfinite(points).all():
        return False
    landmarks = points[:5]
    larger, smaller = np.linalg.svd(landmarks - landmarks.mean(0), compute_uv=False)
    down = np.hypot(*(landmarks[3:].mean(0) - landmarks[:2].mean(0)))
    return bool(min(smaller, down) > _LEAST_SPREAD * larger)


@cache
def _reader() -> Reader:
    networks = json.loads(WEIGHTS_FILE.read_text())
    return Reader(
        *(Network(**{name: np.array(of[name]) for name in of}) for of in (networks["even"], networks["sides"]))
    )
