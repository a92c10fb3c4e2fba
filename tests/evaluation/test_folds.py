"""Folds against what is known of them, and cross-validation with a classifier worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mien.datasets import FaceData
from mien.errors import DatasetError, InputError
from mien.evaluation.folds import (
    CK_PLUS_COUNTS,
    Fold,
    ck_plus_folds,
    cross_validate,
    leave_one_subject_out,
    stratified_folds,
    subject_folds,
)
from mien.labels import FERPLUS8, FIVE, MICRO3, LabelSet


def faces(labels: npt.ArrayLike, label_set: LabelSet = FIVE, subjects: npt.ArrayLike | None = None) -> FaceData:
    """Pictures that are as grey as their label says."""
    labels = np.asarray(labels)
    images = np.broadcast_to((10 * labels)[:, None, None], (len(labels), 48, 48)).astype(np.uint8)
    return FaceData(images, labels, label_set, subjects=None if subjects is None else np.asarray(subjects))


def check_cover(folds: list[Fold], n: int) -> None:
    """Each row is tested once, and trained on in every other fold."""
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(n))
    for training, test in folds:
        assert sorted(np.concatenate([training, test])) == list(range(n))


@pytest.fixture(scope="module")
def people() -> FaceData:
    rng = np.random.default_rng(0)
    who = np.repeat([f"S{i:03}" for i in range(12)], rng.integers(5, 15, 12))
    return faces(rng.integers(0, 3, len(who)), MICRO3, who)


def test_stratified_folds_hold_each_class_in_its_share() -> None:
    data = faces([0] * 50 + [2] * 20 + [4] * 30)
    folds = stratified_folds(data, 10, seed=3)
    check_cover(folds, 100)
    for _, test in folds:
        assert np.bincount(data.labels[test]).tolist() == [5, 0, 2, 0, 3]
    same, other = stratified_folds(data, 10, seed=3), stratified_folds(data, 10, seed=4)
    assert (folds[0][1] == same[0][1]).all()
    assert (folds[0][1] != other[0][1]).any()


def test_leaving_one_out_tests_one_subject_a_fold(people: FaceData) -> None:
    folds = leave_one_subject_out(people)
    check_cover(folds, len(people))
    assert len(folds) == 12
    for (training, test), name in zip(folds, np.unique(people.subjects), strict=True):
        assert set(people.subjects[test]) == {name}
        assert name not in people.subjects[training]


def test_subject_folds_share_no_subject(people: FaceData) -> None:
    folds = subject_folds(people, 4)
    check_cover(folds, len(people))
    for training, test in folds:
        assert not set(people.subjects[training]) & set(people.subjects[test])
        assert len(set(people.subjects[test])) >= 2


def test_a_class_rarer_than_folds_is_no_warning() -> None:
    # Two subjects show surprise, so it can be learnt in all of the five folds.
    data = faces([0, 1, 2] * 2 + [0, 1] * 8, MICRO3, np.repeat(list("abcdefghijk"), 2))
    check_cover(subject_folds(data, 5), 22)


@pytest.mark.parametrize(
    ("split", "data", "message"),
    [
        (stratified_folds, faces([0] * 30 + [1] * 9), "class 'surprise' has 9 pictures, too few for 10 folds"),
        (subject_folds, faces([0, 1] * 20), "does not say whom its pictures show"),
        (leave_one_subject_out, faces([0, 1] * 20), "does not say whom its pictures show"),
        (subject_folds, faces([0, 1] * 20, subjects=["a", "b", "c", "d"] * 10), "show 4 subjects, too few for 10"),
        (subject_folds, faces([0, 1] * 6, subjects=list("abcdefghijkl")), "no class has as many as 10 pictures"),
        (leave_one_subject_out, faces([0, 1], subjects=["a", "a"]), "the same subject"),
        (
            leave_one_subject_out,
            faces([0, 1, 0, 1, 2], MICRO3, list("aabbb")),
            "all pictures of class 'surprise' are in the test part of fold 2",
        ),
    ],
)
def test_what_cannot_be_folded_is_said(split: Callable[[FaceData], list[Fold]], data: FaceData, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        split(data)


@pytest.fixture(scope="module")
def ck_plus() -> FaceData:
    """As many pictures of each class as CK+48, in the order of FER+."""
    own = {"anger": "anger", "disgust": "disgust", "fear": "fear", "happy": "happiness", "sadness": "sadness"}
    counts = {own.get(label, label): count for label, count in CK_PLUS_COUNTS.items()}
    labels = [i for i, label in enumerate(FERPLUS8.labels) for _ in range(counts.get(label, 0))]
    return faces(labels, FERPLUS8)


def test_ck_plus_folds_are_the_published_ones(ck_plus: FaceData) -> None:
    folds = ck_plus_folds(ck_plus)
    assert len(folds) == 10
    for training, test in folds:
        assert len(set(test)) == 99
        assert sorted([*training, *test]) == list(range(981))
    times = np.bincount(np.concatenate([test for _, test in folds]), minlength=981)
    assert times.sum() == 990
    assert np.bincount(times).tolist() == [24, 924, 33]

    def of(label: str, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Numbers within the class."""
        own = np.flatnonzero(ck_plus.labels == FERPLUS8.index(label))
        return np.flatnonzero(np.isin(own, rows))

    never = np.flatnonzero(times == 0)
    # Published index: anger 108 to 122 from 0, surprise 894 to 902 from 678.
    assert of("anger", never).tolist() == list(range(108, 123))
    assert of("surprise", never).tolist() == list(range(894 - 678, 903 - 678))
    first, ninth, tenth = (folds[i][1] for i in (0, 8, 9))
    counts = {"anger": 12, "disgust": 18, "fear": 9, "happiness": 21, "sadness": 9, "surprise": 24, "contempt": 6}
    for label, count in counts.items():
        assert of(label, first).tolist() == list(range(count))
        assert len(of(label, tenth)) == count
    # Fear has 75: its ninth run of nine, from 72, goes on into happy.
    assert of("fear", ninth).tolist() == [72, 73, 74]
    assert of("happiness", ninth).tolist() == [*range(6), *range(8 * 21, 9 * 21)]


def test_ck_plus_folds_want_ck_plus(ck_plus: FaceData) -> None:
    with pytest.raises(DatasetError, match=r"of CK\+48 .*contempt 54.*not of these pictures .*anger 134"):
        ck_plus_folds(ck_plus.subset(np.flatnonzero(ck_plus.labels == FERPLUS8.index("anger"))[0] != np.arange(981)))


def fit_majority(training: FaceData) -> Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float64]]:
    """Says what most of its training pictures are, whatever it sees."""
    answer = np.eye(len(training.label_set))[np.bincount(training.labels).argmax()]
    return lambda images: np.tile(answer, (len(images), 1))


def test_cross_validation_pools_what_the_folds_say() -> None:
    # Positive 5, negative 3, surprise 1; fold b trains on negative, negative, surprise.
    data = faces([1, 1, 0, 1, 1, 1, 0, 0, 2], MICRO3, list("aaabbbccc"))
    a, b, c = (np.flatnonzero(data.subjects == name) for name in "abc")
    folds = [(np.r_[b, c], a), (np.r_[2, 6:9], b), (np.r_[a, b], c)]
    result = cross_validate(fit_majority, data, folds)
    # Fold a says positive: 2 of 3; fold b negative: 0 of 3; fold c positive: 0 of 3.
    assert result.predicted.tolist() == [1, 1, 1, 0, 0, 0, 1, 1, 1]
    assert result.rows.tolist() == list(range(9))
    assert result.figures["fold_accuracies"] == pytest.approx([2 / 3, 0, 0])
    assert result.figures["accuracy"] == pytest.approx(2 / 9)
    assert result.figures["confusion"] == [[0, 3, 0], [3, 2, 0], [0, 1, 0]]
    # UF1: positive 2 * 2 / (5 + 6), the others 0; UAR: positive 2 / 5.
    assert result.figures["macro_f1"] == pytest.approx(4 / 11 / 3)
    assert result.figures["balanced_accuracy"] == pytest.approx(2 / 5 / 3)


def test_a_reader_of_greys_is_right_in_every_fold(people: FaceData) -> None:
    def fit(training: FaceData) -> Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float64]]:
        greys = [training.images[training.labels == k].mean() for k in range(3)]
        return lambda images: -np.abs(images.mean((1, 2))[:, None] - greys)

    result = cross_validate(fit, people, leave_one_subject_out(people))
    assert result.figures["fold_accuracies"] == [1.0] * 12
    assert (people.labels[result.rows] == result.truth).all()


def test_no_fold_is_an_error(people: FaceData) -> None:
    with pytest.raises(InputError, match="no folds"):
        cross_validate(fit_majority, people, [])
