"""The analyzer's station that turns faces to the front."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_frame import BOX, turned_face

from mien import Analyzer
from mien.align import align_faces, warp
from mien.detect import Detections, FakeDetector
from mien.errors import ModelError
from mien.turning import RENDERED_VIEWS, Turner, frame_transforms
from moving_squares import SIZE, picture

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def photo(landmarks: np.ndarray) -> tuple[np.ndarray, Detections]:
    """400 pixels a side, with person 1's square at the left where a generator sees the face."""
    found = Detections(np.array([BOX]), np.array([0.9]), landmarks[None])
    (transform,) = frame_transforms(found, RENDERED_VIEWS, SIZE)
    back = np.linalg.inv(np.vstack([transform, (0, 0, 1)]))[:2]
    return warp(picture(1, 0, 0), back, 400), found


def test_a_turned_face_is_read_from_the_front(generator: Path) -> None:
    """What is read is the square of the view at 0 degrees, cut where a frontal face has its landmarks."""
    image, found = photo(turned_face(85))
    plain, turning = (Analyzer(detector=FakeDetector(found), frontalise=card) for card in (False, generator))
    seen, turned = (analyzer.find(image).crops[0].astype(float) for analyzer in (plain, turning))
    landmarks = np.array([RENDERED_VIEWS.frontal], np.float32) * SIZE
    expected = align_faces(picture(1, 0, 1), landmarks, 48, plain._model.card.input.margin)[0]
    assert np.abs(turned - expected).mean() < min(43, 0.5 * np.abs(seen - expected).mean())  # grey levels

    before, after = plain.analyze(image), turning.analyze(image)
    assert not np.allclose(before.probabilities, after.probabilities, atol=1e-3)
    for name in ("boxes", "detection_scores", "landmarks"):
        assert np.array_equal(getattr(before, name), getattr(after, name))
    assert after[0].pose == before[0].pose
    assert after[0].pose.yaw == pytest.approx(85, abs=8)


@pytest.mark.parametrize("landmarks", [turned_face(-65), np.arange(10).reshape(5, 2) * 20.0], ids=["65", "in a line"])
def test_other_faces_stay_as_they_are(generator: Path, landmarks: np.ndarray) -> None:
    image, found = photo(landmarks)
    plain, turning = (Analyzer(detector=FakeDetector(found), frontalise=card) for card in (False, Turner(generator)))
    assert np.array_equal(plain.find(image).crops, turning.find(image).crops)


def test_among_several_the_turned_ones_are_turned(generator: Path) -> None:
    image, left = photo(turned_face(-85))
    straight, right = turned_face(0), turned_face(85)
    both = np.array([left.landmarks[0], straight, right])
    found = Detections(np.array([BOX] * 3), np.array([0.9, 0.8, 0.7]), both)
    plain, turning = (Analyzer(detector=FakeDetector(found), frontalise=card) for card in (False, generator))
    same = [np.array_equal(a, b) for a, b in zip(plain.find(image).crops, turning.find(image).crops, strict=True)]
    assert same == [False, True, False]


def test_a_card_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="no such model card"):
        Analyzer(frontalise="nothing.json")


def test_without_pytorch(generator: Path) -> None:
    """Turning and reading in a process in which importing torch fails."""
    program = f"""
import sys
sys.modules["torch"] = None
import numpy as np
from mien import Analyzer
from mien.turning import Turner
turner = Turner({str(generator)!r})
assert turner.turn(np.zeros((2, {SIZE}, {SIZE}, 3), np.uint8), 0).shape == (2, {SIZE}, {SIZE}, 3)
(face,) = Analyzer(frontalise=turner).analyze({str(ASTRONAUT)!r})
assert face.label == "happy"
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr
