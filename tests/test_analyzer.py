from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import mien
from mien.analyzer import CHUNK
from mien.detect import Detections, FakeDetector
from mien.errors import BatchError, InputError, ModelError, UnknownName, UnreadableImage
from mien.labels import EKMAN7, FERPLUS8, FIVE

ASTRONAUT = Path(__file__).parents[1] / "examples" / "astronaut.jpg"


@pytest.fixture(scope="module")
def analyzer() -> mien.Analyzer:
    return mien.Analyzer()


def test_the_astronaut_smiles(astronaut: np.ndarray) -> None:
    faces = mien.analyze(ASTRONAUT)
    assert isinstance(faces, mien.Faces)
    assert faces.image_size == (512, 512)
    (face,) = faces
    assert face.label == "happy"
    assert face.probability("happy") > 0.7
    x1, y1, x2, y2 = face.box
    # The face in this portrait spans about x 178-268, y 63-176.
    assert abs(x1 - 178) < 12
    assert abs(y1 - 63) < 12
    assert abs(x2 - 268) < 12
    assert abs(y2 - 176) < 12
    right_eye, left_eye, nose, *mouth = face.landmarks
    assert x1 < right_eye[0] < nose[0] < left_eye[0] < x2
    assert max(right_eye[1], left_eye[1]) < nose[1] < min(corner[1] for corner in mouth)


def test_every_kind_of_source_gives_the_same(analyzer: mien.Analyzer, astronaut: np.ndarray) -> None:
    data = ASTRONAUT.read_bytes()
    expected = analyzer.analyze(astronaut)
    for source in (ASTRONAUT, str(ASTRONAUT), data, io.BytesIO(data), Image.open(ASTRONAUT)):
        np.testing.assert_allclose(analyzer.analyze(source).probabilities, expected.probabilities, atol=1e-5)


def test_a_list_gives_a_list_in_order(analyzer: mien.Analyzer, astronaut: np.ndarray) -> None:
    blank = np.full((90, 120, 3), 200, np.uint8)
    sources = [astronaut if i % 3 == 0 else blank for i in range(CHUNK + 5)]
    results = analyzer.analyze(sources)
    assert [len(faces) for faces in results] == [int(i % 3 == 0) for i in range(CHUNK + 5)]
    alone = analyzer.analyze(astronaut)
    for faces in results[::3]:
        np.testing.assert_allclose(faces.probabilities, alone.probabilities, atol=1e-5)
    assert analyzer.analyze([]) == []


def test_faces_of_many_pictures_go_through_the_network_together(astronaut: np.ndarray) -> None:
    analyzer = mien.Analyzer()
    sizes: list[int] = []
    run = analyzer._model._session.run
    analyzer._model._session.run = lambda names, feed: sizes.append(len(feed["faces"])) or run(names, feed)
    analyzer.analyze([astronaut] * 6)
    assert sizes == [6]


def test_no_face_is_an_empty_result(analyzer: mien.Analyzer) -> None:
    for picture in (np.zeros((1, 1, 3), np.uint8), np.full((480, 640, 3), 127, np.uint8)):
        faces = analyzer.analyze(picture)
        assert len(faces) == 0
        assert faces.probabilities.shape == (0, 7)


def test_a_bad_picture_does_not_spoil_the_batch(analyzer: mien.Analyzer, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text("hello")
    with pytest.raises(BatchError, match=r"1 of 3 pictures could not be read; the first: .*bad\.jpg") as caught:
        analyzer.analyze([ASTRONAUT, bad, ASTRONAUT])
    first, second, third = caught.value.results
    assert first.labels == third.labels == ["happy"]
    assert isinstance(second, UnreadableImage)
    with pytest.raises(UnreadableImage, match=r"bad\.jpg"):
        analyzer.analyze(bad)


@pytest.mark.parametrize(
    "array",
    [np.full((9, 9, 3), np.nan), np.zeros((9, 9, 5), np.uint8), np.zeros(9, np.uint8), np.zeros((0, 9, 3), np.uint8)],
    ids=["nan", "five channels", "one dimension", "no rows"],
)
def test_bad_arrays(analyzer: mien.Analyzer, array: np.ndarray) -> None:
    with pytest.raises(InputError):
        analyzer.analyze(array)


@pytest.mark.parametrize("label_set", [EKMAN7, FERPLUS8, FIVE], ids=lambda s: s.name)
def test_label_sets(label_set: mien.LabelSet) -> None:
    (face,) = mien.Analyzer(label_set=label_set.name).analyze(ASTRONAUT)
    assert face.label_set == label_set
    assert face.label in ("happy", "happiness")
    assert face.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_ten_crops(analyzer: mien.Analyzer) -> None:
    (ten,) = mien.Analyzer(crops=10).analyze(ASTRONAUT)
    (one,) = analyzer.analyze(ASTRONAUT)
    assert ten.label == one.label
    assert not np.array_equal(ten.probabilities, one.probabilities)


def test_min_score_and_detectors_of_ones_own(astronaut: np.ndarray) -> None:
    assert len(mien.Analyzer(min_score=1.0).analyze(astronaut)) == 0
    seen = mien.Analyzer().analyze(astronaut)
    fake = FakeDetector(Detections(seen.boxes, seen.detection_scores, seen.landmarks))
    np.testing.assert_allclose(mien.Analyzer(detector=fake).analyze(astronaut).probabilities, seen.probabilities)
    (face,) = mien.Analyzer(detector="opencv").analyze(astronaut)
    assert face.label == "happy"


def test_shared_between_threads(analyzer: mien.Analyzer, astronaut: np.ndarray) -> None:
    expected = analyzer.analyze(astronaut)
    with ThreadPoolExecutor(4) as pool:
        for faces in pool.map(analyzer.analyze, [astronaut] * 8):
            np.testing.assert_allclose(faces.probabilities, expected.probabilities, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"model": "nobody"}, UnknownName, "no model is named 'nobody'"),
        ({"model": "nowhere.json"}, ModelError, "no such model card"),
        ({"label_set": "eight"}, UnknownName, "no label set is named 'eight'"),
        ({"detector": "haar"}, UnknownName, "no detector is named 'haar'"),
        ({"crops": 3}, InputError, "crops must be 1 or 2 or 5 or 10"),
        ({"threads": 0}, InputError, "threads must be at least 1"),
    ],
)
def test_wrong_settings_are_refused_at_once(arguments: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        mien.Analyzer(**arguments)


def test_faces_found_elsewhere_are_read_in_their_order(analyzer: mien.Analyzer, astronaut: np.ndarray) -> None:
    known = analyzer.analyze(astronaut)
    wide = np.hstack([astronaut[:, ::-1], astronaut])
    shifted = known.landmarks + np.float32([512, 0])
    mirrored = np.float32([512, 0]) + known.landmarks[:, [1, 0, 2, 4, 3]] * np.float32([-1, 1])
    faces = analyzer.read_detected(
        wide,
        Detections(np.zeros((2, 4), np.float32), np.array([0.9, 0.8], np.float32), np.concatenate([shifted, mirrored])),
    )
    assert faces.image_size == (1024, 512)
    np.testing.assert_allclose(faces.probabilities[0], known.probabilities[0], atol=1e-4)
    assert faces.labels == ["happy", "happy"]
    assert np.abs(faces.probabilities[1] - faces.probabilities[0]).max() > 1e-4  # another picture of it
