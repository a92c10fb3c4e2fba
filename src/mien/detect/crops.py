"""The face of a data set's crop: it fills its picture, which is more than the detector expects of one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mien.boxes import box_sizes
from mien.detect.detector import Detections, Detector

ImageArray = npt.NDArray[np.uint8]

LARGER = 2
"""As the detector sees the crop, which is smaller than the faces that it finds best."""

ROOM = 0.5
"""On each side of it, in sides, the edge is continued."""


def find_in_crop(crop: ImageArray, detector: Detector) -> tuple[ImageArray, Detections]:
    """Find the largest face.

    Parameters
    ----------
    crop : ndarray of uint8, shape (c, c)
        Grey.
    detector : Detector
        Who looks for it.

    Returns
    -------
    tuple of ndarray and Detections
        The picture with room about it, larger, RGB of shape (p, p, 3); and in its pixels the face, or none.
    """
    side = LARGER * len(crop)
    room = round(ROOM * side)
    larger = cv2.resize(crop, (side, side), interpolation=cv2.INTER_CUBIC)
    wide = cv2.copyMakeBorder(larger, room, room, room, room, cv2.BORDER_REPLICATE)
    picture = np.asarray(cv2.cvtColor(wide, cv2.COLOR_GRAY2RGB), np.uint8)
    found = detector.detect(picture)
    largest = [box_sizes(found.boxes).argmax()] if len(found) else []
    return picture, Detections(found.boxes[largest], found.scores[largest], found.landmarks[largest])
