"""Cutting photos to the frame of rendered views, whose middle is that of the head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mien.datasets import Sample
from mien.detect import get_detector
from mien.errors import DatasetError
from mien.turning.frame import RENDERED_VIEWS

FloatArray = npt.NDArray[np.float32]


class Square(NamedTuple):
    """Middle and side of a frame, pixels of the photo; it may reach over the edge."""

    x: float
    y: float
    side: float


def find_squares(samples: Sequence[Sample]) -> Iterator[Square]:
    """The frame of each photo, by the largest face that the detector finds.

    Where it finds none, as in many profiles, the frame is the median of those found with the same camera
    (``details["camera"]``), which stands still.

    Raises
    ------
    DatasetError
        If no face is found with a camera.
    """
    detector = get_detector("yunet")
    found: dict[int, Square] = {}
    cameras = defaultdict(list)
    for number, sample in enumerate(samples):
        assert sample.pose is not None
        boxes = detector.detect(sample.image()).boxes
        if len(boxes):
            largest = boxes[np.ptp(boxes.reshape(-1, 2, 2), axis=1).prod(1).argmax()]
            found[number] = frame_about(largest, sample.pose.yaw)
            cameras[sample.details["camera"]].append(found[number])
    for number, sample in enumerate(samples):
        camera = sample.details["camera"]
        if not cameras[camera]:
            raise DatasetError(f"{sample.name}: no face was found in this or any other picture of camera {camera}")
        yield found.get(number) or Square(*map(float, np.median(cameras[camera], 0)))


def frame_about(box: FloatArray, yaw: float) -> Square:
    """The frame in which a rendered head with such a box would be (`RENDERED_VIEWS`), for a yaw that is known.

    Parameters
    ----------
    box : ndarray of float32, shape (4,)
        ``x1, y1, x2, y2`` as the detector finds it.
    yaw : float
        Of the face, degrees.
    """
    x1, y1, x2, y2 = map(float, box)
    height = y2 - y1
    aside = RENDERED_VIEWS.across * np.sign(yaw) * (1 - np.cos(np.radians(yaw)))
    middle_x, middle_y = (x1 + x2) / 2 + aside * height, (y1 + y2) / 2 + RENDERED_VIEWS.down * height
    return Square(float(middle_x), middle_y, RENDERED_VIEWS.side * height)


def cut(image: npt.NDArray[np.uint8], square: Square) -> npt.NDArray[np.uint8]:
    """A square out of a photo, to whole pixels; what lies outside of the photo is its edge continued."""
    side = max(round(square.side), 1)
    left, top = round(square.x - side / 2), round(square.y - side / 2)
    room = max(-left, -top, left + side - image.shape[1], top + side - image.shape[0], 0)
    wide = cv2.copyMakeBorder(image, room, room, room, room, cv2.BORDER_REPLICATE)
    return np.asarray(wide[top + room : top + room + side, left + room : left + room + side], np.uint8)
