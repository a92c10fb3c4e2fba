"""Geometry of boxes ``x1, y1, x2, y2`` in pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.floating]
FloatArray = npt.NDArray[np.float32]


def box_sizes(boxes: Boxes) -> FloatArray:
    """Geometric mean of the sides of boxes, shape (..., 4)."""
    sides = boxes[..., 2:] - boxes[..., :2]
    return np.asarray(np.sqrt(sides[..., 0] * sides[..., 1]), np.float32)


def common_area(box: Boxes, boxes: Boxes) -> Boxes:
    """Area that one box, shape (4,), has in common with others, shape (n, 4)."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    return np.asarray(np.prod(np.maximum(sides, 0), axis=1))


def overlap(box: Boxes, boxes: Boxes) -> Boxes:
    """Intersection over union of one box with others."""
    common = common_area(box, boxes)
    return np.asarray(common / (box_sizes(box) ** 2 + box_sizes(boxes) ** 2 - common))


def share_inside(box: Boxes, boxes: Boxes) -> Boxes:
    """How much of other boxes' area is inside one box, 0 to 1."""
    return np.asarray(common_area(box, boxes) / box_sizes(boxes) ** 2)
