"""YuNet through OpenCV's own wrapper: slower than `YuNet`, one pass only; there to check it against."""

from __future__ import annotations

from os import PathLike
from threading import Lock

import cv2
import numpy as np

from mien.detect.detector import Detections, Detector, ImageArray
from mien.detect.yunet import find_weights, resized
from mien.errors import ModelError

_LEAST_SIDE = 64


class OpenCVYuNet(Detector):
    """YuNet in `cv2.FaceDetectorYN` (OpenCV 4), on the whole picture, its long side reduced to 640 pixels.

    Parameters
    ----------
    model_path : path, optional
        As in `YuNet`.
    min_score : float, default 0.6
        Faces with a lower score are dropped.

    Raises
    ------
    ModelError
        If the weights cannot be found, are not the known ones, or are no YuNet.
    """

    def __init__(self, model_path: str | PathLike[str] | None = None, *, min_score: float = 0.6) -> None:
        path = find_weights(model_path)
        try:
            self._network = cv2.FaceDetectorYN.create(str(path), "", (640, 640), min_score)
        except cv2.error as error:
            raise ModelError(f"{path} is not a YuNet face detector: {error}") from error
        self._lock = Lock()  # the wrapper keeps the picture's size and its buffers between calls

    def detect(self, image: ImageArray) -> Detections:
        """Find the faces in an upright RGB picture, shape (h, w, 3)."""
        reduced = resized(image, min(max(image.shape[:2]), 640))
        height, width = reduced.shape[:2]
        # In a picture of 32 pixels, OpenCV sometimes reads memory that it never wrote, and sees enormous faces.
        below, right = max(_LEAST_SIDE - height, 0), max(_LEAST_SIDE - width, 0)
        padded = cv2.copyMakeBorder(cv2.cvtColor(reduced, cv2.COLOR_RGB2BGR), 0, below, 0, right, cv2.BORDER_CONSTANT)
        with self._lock:
            self._network.setInputSize((width + right, height + below))
            _, rows = self._network.detect(padded)
        if rows is None:
            return Detections.empty()
        faces = np.asarray(rows, np.float32)
        points = faces[:, :14].reshape(-1, 7, 2)  # the box's corner and size, then five landmarks
        points[:, 1] += points[:, 0]
        points *= np.divide(image.shape[1::-1], (width, height), dtype=np.float32)
        return Detections(points[:, :2].reshape(-1, 4), faces[:, 14], points[:, 2:])
