"""A detector for tests."""

from __future__ import annotations

from mien.detect.detector import Detections, Detector, ImageArray


class FakeDetector(Detector):
    """Finds the same faces in every picture.

    Parameters
    ----------
    detections : Detections, optional
        What it finds; by default nothing.
    """

    def __init__(self, detections: Detections | None = None) -> None:
        self._detections = Detections.empty() if detections is None else detections

    def detect(self, image: ImageArray) -> Detections:
        """The faces it was made with, whatever the picture."""
        return self._detections
