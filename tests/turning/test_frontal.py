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
from mien.turning.frontal import hear_both
from moving_squares import SIZE, picture

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def photo(landmarks: np.ndarray) -> tuple[np.ndarray, Detections]:
    """400 pixels a side, with person 1's square at the left where a generator sees the face."""
    found = Detections(np.array([BOX]), np.array([0.9]), landmarks[None])
    (transform,) = frame_transforms(found, RENDERED_VIEWS, SIZE)
    back = np.linalg.inv(np.vstack([transform, (0, 0, 1)]))[:2]
    return warp(picture(1, 0, 0), back, 400), found


def analyzers(found: Detections, generator: Path | Turner) -> tuple[Analyzer, Analyzer]:
    """One that reads faces as they are, and one that reads them from the front, too."""
    plain, turning = (Analyzer(detector=FakeDetector(found), frontalise=card) for card in (False, generator))
    return plain, turning


def test_a_turned_face_is_read_from_the_front_too(generator: Path) -> None:
    """The front is the square of the view at 0 degrees, cut where a frontal face has its landmarks."""
    image, found = photo(turned_face(85))
    plain, turning = analyzers(found, generator)
    seen = turning.find(image)
    assert np.array_equal(seen.crops, plain.find(image).crops)
    assert seen.fronts is not None
    assert seen.fronts.rows.tolist() == [0]
    landmarks = np.array([RENDERED_VIEWS.frontal], np.float32) * SIZE
    expected = align_faces(picture(1, 0, 1), landmarks, 48, plain._model.card.input.margin)[0].astype(float)
    difference = np.abs(seen.fronts.crops[0] - expected).mean()
    assert difference < min(43, 0.5 * np.abs(seen.crops[0] - expected).mean())  # grey levels

    before, after = plain.analyze(image), turning.analyze(image)
    front = plain._model.probabilities(seen.fronts.crops, plain.label_set)
    both = np.exp((2 * np.log(before.probabilities) + np.log(front)) / 3)
    assert after.probabilities == pytest.approx(both / both.sum(), abs=1e-5)
    assert np.abs(after.probabilities - before.probabilities).max() > 1e-3
    for name in ("boxes", "detection_scores", "landmarks"):
        assert np.array_equal(getattr(before, name), getattr(after, name))
    assert after[0].pose == before[0].pose
    assert after[0].pose.yaw == pytest.approx(85, abs=8)


@pytest.mark.parametrize("landmarks", [turned_face(-20), np.arange(10).reshape(5, 2) * 20.0], ids=["20", "in a line"])
def test_other_faces_are_read_as_they_are(generator: Path, landmarks: np.ndarray) -> None:
    image, found = photo(landmarks)
    plain, turning = analyzers(found, Turner(generator))
    fronts = turning.find(image).fronts
    assert fronts is not None
    assert len(fronts.rows) == len(fronts.crops) == 0
    assert np.array_equal(plain.analyze(image).probabilities, turning.analyze(image).probabilities)


def test_among_several_faces_and_pictures_each_has_its_own_front(generator: Path) -> None:
    image, left = photo(turned_face(-85))
    faces = np.array([left.landmarks[0], turned_face(0), turned_face(85)])
    plain, turning = analyzers(Detections(np.array([BOX] * 3), np.array([0.9, 0.8, 0.7]), faces), generator)
    alone = plain.analyze(image).probabilities
    first, second = turning.analyze([image, image])
    assert np.array_equal(first.probabilities, second.probabilities)
    assert [np.array_equal(a, b) for a, b in zip(alone, first.probabilities, strict=True)] == [False, True, False]


def test_two_parts_as_it_is_and_one_from_the_front() -> None:
    """0.8 and 0.2 raised to two thirds are 0.8618 and 0.3420; the even front changes nothing but their sharpness."""
    heard = hear_both(np.array([[0.8, 0.2]], np.float32), np.array([[0.5, 0.5]], np.float32))
    assert heard[0] == pytest.approx([0.7159, 0.2841], abs=1e-4)


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
