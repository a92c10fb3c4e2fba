"""Cross-validation: how a data set without official parts is cut into training and test, fold by fold.

Each splitter gives a list of folds, pairs of the row numbers to train on and to test on; `cross_validate` runs them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.errors import DatasetError, InputError, MissingExtra
from mien.evaluation.protocol import Evaluation, summarise

Rows = npt.NDArray[np.intp]
Fold = tuple[Rows, Rows]
"""Row numbers to train on, and to test on."""

Predict = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.floating]]
"""From faces, uint8 of shape (n, h, w), to probabilities of shape (n, k)."""

CK_PLUS_COUNTS = {
    "anger": 135,
    "disgust": 177,
    "fear": 75,
    "happy": 207,
    "sadness": 84,
    "surprise": 249,
    "contempt": 54,
}
"""Pictures of each class in CK+48, in the order of the published index."""

CK_PLUS_TESTED = (12, 18, 9, 21, 9, 24, 6)
"""Pictures of each class in the test part of a published fold."""


def stratified_folds(data: FaceData, folds: int = 10, seed: int = 0) -> list[Fold]:
    """Folds with the same share of each class; people are in training and in test at once.

    Parameters
    ----------
    data : FaceData
        Each class with at least as many pictures as there are folds.
    folds : int
        How many, from 2.
    seed : int
        Of the shuffle.

    Raises
    ------
    DatasetError
        If a class has fewer pictures than there are folds.
    MissingExtra
        If scikit-learn is not installed.
    """
    counts = np.bincount(data.labels, minlength=len(data.label_set))
    for label, count in zip(data.label_set.labels, counts, strict=True):
        if 0 < count < folds:
            raise DatasetError(f"class {label!r} has {count} pictures, too few for {folds} folds")
    splitter = _splitters().StratifiedKFold(folds, shuffle=True, random_state=seed)
    return list(splitter.split(data.labels, data.labels))


def subject_folds(data: FaceData, folds: int = 10, seed: int = 0) -> list[Fold]:
    """Folds that share no person, as alike in their classes as that allows.

    Parameters
    ----------
    data : FaceData
        With subjects, at least as many as there are folds.
    folds : int
        How many, from 2.
    seed : int
        Of the shuffle.

    Raises
    ------
    DatasetError
        If subjects or pictures are missing or too few, or all pictures of a class would be in one fold.
    MissingExtra
        If scikit-learn is not installed.
    """
    subjects = _subjects(data)
    people = len(np.unique(subjects))
    if people < folds:
        raise DatasetError(f"the pictures show {people} subjects, too few for {folds} folds without a common one")
    if np.bincount(data.labels).max() < folds:
        raise DatasetError(f"no class has as many as {folds} pictures, too few for {folds} folds")
    splitter = _splitters().StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # That a fold has nothing of a rare class to test is no defect here.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return _whole(data, splitter.split(data.labels, data.labels, subjects))


def leave_one_subject_out(data: FaceData) -> list[Fold]:
    """A fold for each subject (LOSO): tested on this one, trained on all others. The order is that of their names.

    Raises
    ------
    DatasetError
        If subjects are missing, there is only one, or all pictures of a class show the same.
    MissingExtra
        If scikit-learn is not installed.
    """
    subjects = _subjects(data)
    if len(np.unique(subjects)) < 2:
        raise DatasetError("all pictures show the same subject: nobody is left to train on")
    return _whole(data, _splitters().LeaveOneGroupOut().split(data.labels, data.labels, subjects))


def ck_plus_folds(data: FaceData) -> list[Fold]:
    """The ten folds on CK+48 by which Wu's PyTorch reproductions, and many after them, report.

    CK+48 is the last three frames of each of the 327 labelled sequences of CK+ (Lucey et al. 2010). A fold tests a run
    of pictures of each class (so many as `CK_PLUS_TESTED` says), 99 in all, and trains on the other 882. The runs of
    fold f start f - 1 lengths after the start of the class, those of fold 10 end where it ends. The folds are here to
    compare with what was published, with their flaws:

    - No sequence is split, but people are: 6 to 22 of the 13 to 26 people of a test part are in training too.
    - 24 pictures are never tested (15 of anger, 9 of surprise), and 33 are tested twice.
    - Nine runs of fear are longer than fear: the ninth takes 6 pictures of happy.

    Parameters
    ----------
    data : FaceData
        The 981 pictures; those of each class in the order of their file names. Classes are known by their counts, which
        all differ, so their order and spelling do not matter.

    Raises
    ------
    DatasetError
        If the counts are not those of CK+48.
    """
    counts = np.bincount(data.labels, minlength=len(data.label_set)).tolist()
    if sorted(filter(None, counts)) != sorted(CK_PLUS_COUNTS.values()):
        published = ", ".join(f"{label} {count}" for label, count in CK_PLUS_COUNTS.items())
        found = ", ".join(f"{label} {count}" for label, count in zip(data.label_set.labels, counts, strict=True))
        raise DatasetError(f"the published folds are of CK+48 ({published}), not of these pictures ({found})")
    lengths = list(CK_PLUS_COUNTS.values())
    index = np.concatenate([np.flatnonzero(data.labels == counts.index(length)) for length in lengths])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    folds = []
    for fold in range(10):
        firsts = starts + fold * np.array(CK_PLUS_TESTED) if fold < 9 else ends - CK_PLUS_TESTED
        tested = np.concatenate([first + np.arange(n) for first, n in zip(firsts, CK_PLUS_TESTED, strict=True)])
        folds.append((index[np.setdiff1d(np.arange(len(index)), tested)], index[tested]))
    return folds


def cross_validate(fit: Callable[[FaceData], Predict], data: FaceData, folds: Iterable[Fold]) -> Evaluation:
    """Train and test fold by fold; the answers of all folds are counted together.

    Parameters
    ----------
    fit : callable
        ``fit(training)`` learns from these faces and gives the function that reads others: uint8 images of shape
        (n, h, w) to probabilities of shape (n, k) over ``training.label_set``.
    data : FaceData
        All faces.
    folds : iterable of (ndarray of int, ndarray of int)
        From one of the splitters of this module.

    Returns
    -------
    Evaluation
        One answer for each test row of each fold, in their order, with ``fold_accuracies`` among its figures. As the
        counts of all folds are pooled, ``macro_f1`` is the UF1 and ``balanced_accuracy`` the UAR of the MEGC
        protocols (See et al. 2019), where every class occurs.
    """
    rows: list[Rows] = []
    answers: list[npt.NDArray[np.float32]] = []
    accuracies: list[float] = []
    for training, test in folds:
        predict = fit(data.subset(training))
        answers.append(np.asarray(predict(data.images[test]), np.float32))
        rows.append(test)
        accuracies.append(float((answers[-1].argmax(1) == data.labels[test]).mean()))
    if not rows:
        raise InputError("there are no folds to cross-validate over")
    pooled = np.concatenate(rows)
    result = summarise(np.concatenate(answers), data.labels[pooled], data.label_set, pooled, data.subjects)
    result.figures["fold_accuracies"] = accuracies
    return result


def _splitters() -> Any:
    try:
        import sklearn.model_selection as splitters
    except ImportError:
        raise MissingExtra("cross-validation", "classic") from None
    return splitters


def _subjects(data: FaceData) -> npt.NDArray[np.str_]:
    if data.subjects is None:
        raise DatasetError("this data set does not say whom its pictures show, so no folds can be made by subject")
    return data.subjects


def _whole(data: FaceData, folds: Iterable[Fold]) -> list[Fold]:
    """The folds, if every class can be learnt in each."""
    checked = list(folds)
    for number, (training, test) in enumerate(checked, 1):
        for unlearnt in np.setdiff1d(data.labels[test], data.labels[training]):
            label = data.label_set.labels[unlearnt]
            raise DatasetError(
                f"all pictures of class {label!r} are in the test part of fold {number}: too few subjects show it"
            )
    return checked
