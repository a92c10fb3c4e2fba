"""The square of a photo that a generator knows a face in, and the way back to mien's own crops.

A rendered view (`mien.views`) has the middle between crown and chin, on the axis of the neck, in its middle, and is
1.25 to 1.4 heads high. In a photo neither crown nor neck is known. What is known is the detector's box, whose height
hardly depends on how the head is turned or tilted, and the yaw: the further a head turns, the further its box moves
from the axis of the neck. `RENDERED_VIEWS` says by how much; how good that is stands in ``docs/views.md``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mien.align import warp
from mien.detect import Detections
from mien.pose import estimate_pose
from mien.turning.card import Framing

ImageArray = npt.NDArray[np.uint8]

RENDERED_VIEWS = Framing(
    side=1.456,
    across=-0.304,
    down=-0.108,
    lean=5.3,
    frontal=((0.379, 0.486), (0.621, 0.486), (0.5, 0.625), (0.397, 0.744), (0.603, 0.744)),
)
"""How `mien.views` frames faces, fitted by ``tools/measure_frames.py``."""

RIM = 0.2
"""Where in a rendered view no face is: so much of its height above the brows, and half as much on each side."""

BELIEVED_TILT = 45.0
"""Degrees. Landmarks of profiles are inexact, and photos are much more often upright."""


def without_rim(pictures: npt.NDArray[Any], rim: float) -> npt.NDArray[Any]:
    """What is left of square pictures when a share of their height is cut off above, and half of it on each side.

    Parameters
    ----------
    pictures : ndarray, shape (s, s, ...)
        One picture.
    rim : float
        The share, 0 to 1.

    Returns
    -------
    ndarray, shape (t, t, ...)
        A part of `pictures`, not a copy.
    """
    top = round(rim * len(pictures))
    return pictures[top:, top // 2 : top // 2 + len(pictures) - top]


def cut_faces(image: ImageArray, detections: Detections, framing: Framing, side: int) -> ImageArray:
    """Faces as a generator takes them, upright.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB.
    detections : Detections
        Its faces.
    framing : Framing
        The generator's.
    side : int
        Of its pictures, pixels. Smaller faces are enlarged.

    Returns
    -------
    ndarray of uint8, shape (n, side, side, 3)
        Where a frame reaches over the picture's edge, the edge is continued. What else is in a frame, other people
        too, stays in it.
    """
    crops = np.empty((len(detections), side, side, 3), np.uint8)
    transforms = frame_transforms(detections, framing, side)
    for crop, transform in zip(crops, transforms, strict=True):
        crop[:] = warp(image, transform, side)
    return crops


def frame_transforms(detections: Detections, framing: Framing, side: int) -> npt.NDArray[np.float64]:
    """Similarity transforms from the picture to the faces' frames, shape (n, 2, 3); parameters as in `cut_faces`.

    A face that seems to be tilted by more than `BELIEVED_TILT`, or whose landmarks do not tell how it is turned, is
    framed as one that is upright and looks straight.
    """
    boxes, landmarks = (np.asarray(array, np.float64) for array in (detections.boxes, detections.landmarks))
    yaws = np.radians(estimate_pose(detections.landmarks, detections.boxes)[:, 0].astype(np.float64))
    # From between the eyes to between the mouth's corners: in profile the line of the eyes says nothing.
    down = landmarks[:, 3:].mean(1) - landmarks[:, :2].mean(1)
    tilts = np.arctan2(-down[:, 0], down[:, 1])
    believed = (np.abs(tilts) <= np.radians(BELIEVED_TILT)) & np.isfinite(yaws)
    yaws = np.where(believed, yaws, 0)
    tilts = np.where(believed, tilts, 0) + np.radians(framing.lean) * np.sin(yaws)

    heights = boxes[:, 3] - boxes[:, 1]
    upright = np.stack([np.cos(tilts), np.sin(tilts), -np.sin(tilts), np.cos(tilts)], 1).reshape(-1, 2, 2)
    offsets = np.stack([framing.across * np.sign(yaws) * (1 - np.cos(yaws)), np.full(len(boxes), framing.down)], 1)
    offsets *= heights[:, None]
    # A row vector times `upright` goes from the upright head's axes to the picture's.
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 + (offsets[:, None] @ upright)[:, 0]
    linear = upright * (side / (framing.side * heights))[:, None, None]
    shift = side / 2 - (linear @ middles[..., None])[..., 0]
    return np.concatenate([linear, shift[..., None]], -1)
