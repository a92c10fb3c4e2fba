"""Finding faces: the `Detector` protocol and its backends, each loaded when it is first asked for."""

from __future__ import annotations

from mien.detect.detector import Detections, Detector
from mien.detect.fake import FakeDetector
from mien.errors import UnknownName

__all__ = ["DETECTORS", "Detections", "Detector", "FakeDetector", "get_detector"]

DETECTORS = ("yunet", "opencv")


def get_detector(detector: str | Detector, *, min_score: float = 0.6) -> Detector:
    """A detector by name; one that is already a detector is returned as it is.

    Parameters
    ----------
    detector : str or Detector
        ``"yunet"`` (the default of mien) or ``"opencv"`` (the same network in OpenCV, to check against).
    min_score : float, default 0.6
        Faces with a lower score, 0 to 1, are dropped.

    Raises
    ------
    UnknownName
        If there is no detector of that name.
    ModelError
        If its weights cannot be found or are not the known ones.
    """
    if not isinstance(detector, str):
        return detector
    if detector == "yunet":
        from mien.detect.yunet import YuNet

        return YuNet(min_score=min_score)
    if detector == "opencv":
        from mien.detect.opencv import OpenCVYuNet

        return OpenCVYuNet(min_score=min_score)
    raise UnknownName("detector", detector, DETECTORS)
