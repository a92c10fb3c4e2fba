from __future__ import annotations

import json

import numpy as np
import pytest

from mien.errors import InputError, UnknownName
from mien.faces import Faces
from mien.labels import EKMAN7, FIVE, LabelSet


def two_faces() -> Faces:
    return Faces(
        boxes=np.array([[10, 20, 30, 50], [0, 0, 5, 5]]),
        detection_scores=np.array([0.9, 0.7]),
        landmarks=np.arange(20).reshape(2, 5, 2),
        probabilities=np.array([[0.1, 0.2, 0.3, 0.35, 0.05], [0.6, 0.1, 0.1, 0.1, 0.1]]),
        label_set=FIVE,
        image_size=(640, 480),
    )


def test_a_row_is_a_face() -> None:
    first, second = two_faces()
    assert (first.label, second.label) == ("happy", "angry")
    assert first.probability("sad") == pytest.approx(0.3)
    assert first.box.tolist() == [10, 20, 30, 50]
    assert two_faces()[-1].score == pytest.approx(0.7)
    with pytest.raises(UnknownName, match="contempt"):
        first.probability("contempt")


def test_index_beyond_the_last_face() -> None:
    with pytest.raises(IndexError):
        two_faces()[2]


def test_dicts_are_json() -> None:
    first, _ = json.loads(json.dumps(two_faces().to_dicts()))
    assert first["box"] == [10, 20, 30, 50]
    assert first["landmarks"][1] == [2, 3]
    assert first["label"] == "happy"
    assert list(first["probabilities"]) == list(FIVE.labels)
    assert first["probabilities"]["happy"] == pytest.approx(0.35)


def test_a_guess_is_called_one() -> None:
    probabilities = np.array([[0.55, 0.45], [0.9, 0.1]], np.float32)
    labels = LabelSet("two", ("a", "b"))
    rows = (np.zeros((2, 4)), np.ones(2), np.zeros((2, 5, 2)), probabilities, labels, (10, 10))
    assert [face.unsure for face in Faces(*rows, unsure_below=0.6)] == [True, False]
    assert [face["unsure"] for face in Faces(*rows).to_dicts()] == [False, False]


def test_table_has_columns_of_equal_length() -> None:
    table = two_faces().to_table()
    assert list(table) == ["x1", "y1", "x2", "y2", "score", "label", *FIVE.labels]
    assert table["y2"] == [50, 5]
    assert table["label"] == ["happy", "angry"]
    assert {len(column) for column in table.values()} == {2}


def test_empty() -> None:
    faces = Faces.empty(EKMAN7, (4, 3))
    assert len(faces) == 0
    assert list(faces) == faces.to_dicts() == []
    assert faces.probabilities.shape == (0, 7)


@pytest.mark.parametrize(
    ("field", "wrong", "message"),
    [
        ("detection_scores", np.ones(3), r"detection_scores must have shape \(2,\), not \(3,\)"),
        ("probabilities", np.ones((2, 7)), r"probabilities must have shape \(2, 5\), not \(2, 7\)"),
        ("landmarks", np.ones((2, 10)), r"landmarks must have shape \(2, 5, 2\), not \(2, 10\)"),
        ("boxes", np.ones((2, 5)), r"boxes must have shape \(2, 4\), not \(2, 5\)"),
    ],
)
def test_wrong_shapes_are_named(field: str, wrong: np.ndarray, message: str) -> None:
    values = {**vars(two_faces()), field: wrong}
    with pytest.raises(InputError, match=message):
        Faces(**values)
