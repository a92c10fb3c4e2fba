"""In which labels a model is measured, and what becomes of the data's own."""

from __future__ import annotations

import numpy as np
import pytest

from mien.datasets import FaceData
from mien.errors import DatasetError, InputError
from mien.evaluation.protocol import choose_label_set, evaluate, labelled
from mien.labels import COMPOUND11, EKMAN7, FERPLUS8, FIVE, LabelSet
from mien.models import Model, load_model


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("mien")


def faces(labels: list[int], label_set: LabelSet, votes: list[list[int]] | None = None) -> FaceData:
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 48, 48), np.uint8)
    return FaceData(images, np.array(labels), label_set, None if votes is None else np.array(votes, np.uint8))


SURE_OF_FEAR = [0, 0, 0, 0, 0, 0, 10, 0, 0, 0]
NOT_A_FACE = [0] * 9 + [10]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (faces([0], EKMAN7), EKMAN7),
        (faces([0], EKMAN7, [SURE_OF_FEAR]), EKMAN7),  # the preferred head
        (faces([0], FERPLUS8), FERPLUS8),  # the other one says it exactly
        (faces([0], FIVE), FIVE),  # no head has it, but one can be merged into it
    ],
)
def test_a_model_is_measured_in_labels_that_it_and_the_data_have(
    model: Model, data: FaceData, expected: LabelSet
) -> None:
    assert choose_label_set(model, data) == expected
    result = evaluate(model, data)
    assert result.label_set == expected
    assert result.probabilities.shape == (1, len(expected))


def test_labels_that_no_head_reaches_are_an_error(model: Model) -> None:
    with pytest.raises(InputError, match=r"'mien' says ekman7 and ferplus8, the data compound11"):
        choose_label_set(model, faces([3], COMPOUND11))


def test_labels_are_merged_into_coarser_ones() -> None:
    data = faces([FERPLUS8.index(name) for name in ("contempt", "disgust", "happiness")], FERPLUS8)
    for label_set, names in ((EKMAN7, ("neutral", "disgust", "happy")), (FIVE, ("neutral", "surprise", "happy"))):
        rows, labels = labelled(data, label_set)
        assert rows.tolist() == [0, 1, 2]
        assert [label_set.labels[i] for i in labels] == list(names)


def test_voters_that_agree_are_the_label() -> None:
    data = faces([0, 1, 2], EKMAN7, [SURE_OF_FEAR, NOT_A_FACE, SURE_OF_FEAR])
    rows, labels = labelled(data, FERPLUS8)
    assert rows.tolist() == [0, 2]
    assert labels.tolist() == [FERPLUS8.index("fear")] * 2


@pytest.mark.parametrize(
    ("data", "label_set", "message"),
    [
        (faces([0], EKMAN7), FERPLUS8, "no FER\\+ votes"),
        (faces([0], EKMAN7, [NOT_A_FACE]), FERPLUS8, "no picture has a label in 'ferplus8'"),
        (faces([0], FIVE), EKMAN7, "no labels in 'ekman7'"),
    ],
)
def test_missing_labels_are_an_error(data: FaceData, label_set: LabelSet, message: str) -> None:
    with pytest.raises((InputError, DatasetError), match=message):
        labelled(data, label_set)


def test_pictures_that_training_has_do_not_count_twice(model: Model) -> None:
    data = faces([0, 1, 2, 3, 4, 5], EKMAN7)
    right = evaluate(model, data).predicted == data.labels
    seen = np.array([True, False, False, True, False, False])
    figures = evaluate(model, data, seen=seen).figures
    assert figures["near_duplicates"] == 2
    assert figures["accuracy_without_near_duplicates"] == right[~seen].mean()
    all_seen = evaluate(model, data, seen=np.ones(6, bool)).figures
    assert all_seen["near_duplicates"] == 6
    assert "accuracy_without_near_duplicates" not in all_seen


def test_subjects_make_the_interval_wider(model: Model) -> None:
    rng = np.random.default_rng(0)
    images = np.repeat(rng.integers(0, 256, (10, 48, 48), np.uint8), 30, 0)  # ten people, each all right or all wrong
    predicted = model.probabilities(images, EKMAN7).argmax(1)
    labels = np.where(np.arange(300) < 150, predicted, (predicted + 1) % 7)
    people = np.repeat([f"p{i}" for i in range(10)], 30)
    low, high = evaluate(model, FaceData(images, labels, EKMAN7, subjects=people)).figures["intervals"]["accuracy"]
    assert low <= 0.3  # as uncertain as ten coins, not 300
    assert high >= 0.7
