from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mien.detect import Detections, Detector, FakeDetector, get_detector
from mien.errors import InputError, UnknownName

ONE = Detections(np.ones((1, 4), np.float32), np.ones(1, np.float32), np.ones((1, 5, 2), np.float32))


def test_detections_are_sorted_by_score() -> None:
    boxes = np.arange(12, dtype=np.float32).reshape(3, 4)
    landmarks = np.arange(30, dtype=np.float32).reshape(3, 5, 2)
    found = Detections(boxes, np.array([0.7, 0.9, 0.8], np.float32), landmarks)
    np.testing.assert_array_equal(found.scores, np.float32([0.9, 0.8, 0.7]))
    np.testing.assert_array_equal(found.boxes, boxes[[1, 2, 0]])
    np.testing.assert_array_equal(found.landmarks, landmarks[[1, 2, 0]])


def test_shapes_that_do_not_agree_are_named() -> None:
    with pytest.raises(InputError, match=r"landmarks must have shape \(1, 5, 2\), not \(1, 10\)"):
        Detections(ONE.boxes, ONE.scores, np.zeros((1, 10), np.float32))


def test_empty() -> None:
    assert len(Detections.empty()) == 0
    assert Detections.empty().landmarks.shape == (0, 5, 2)


def test_fake_finds_what_it_was_made_with() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    assert FakeDetector(ONE).detect(image) is ONE
    assert len(FakeDetector().detect(image)) == 0


def test_detector_by_name() -> None:
    fake = FakeDetector()
    assert get_detector(fake) is fake
    for name in ("yunet", "opencv"):
        assert isinstance(get_detector(name), Detector)
    with pytest.raises(UnknownName, match="did you mean 'yunet'"):
        get_detector("yunnet")


def test_backends_are_loaded_when_asked_for() -> None:
    code = "import sys, mien.detect.detector; print('mien.detect.yunet' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
