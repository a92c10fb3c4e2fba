"""Classical classifiers and the pipelines that they make with the descriptors of `mien.features`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mien.errors import MissingExtra, UnknownName

try:
    import sklearn  # noqa: F401
except ImportError:
    raise MissingExtra("the classical road", "classic") from None

from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from mien.classifiers.boosting import AdaBoost
from mien.classifiers.hmm import SequenceHMM
from mien.classifiers.linear_svm import LinearSVM
from mien.classifiers.local_svm import LocalSVM
from mien.classifiers.naive_bayes import CauchyNaiveBayes
from mien.classifiers.rbf_svm import RBFSVM
from mien.classifiers.tan import TreeAugmentedNaiveBayes
from mien.classifiers.tree_svm import TreeSVM

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin

CLASSIFIERS: dict[str, Callable[[], ClassifierMixin]] = {
    # Brute force: search trees do not help in tens of dimensions and cannot be stored.
    "knn": lambda: KNeighborsClassifier(15, weights="distance", algorithm="brute"),
    "svm": LinearSVM,
    "svm-rbf": RBFSVM,
    "nb": GaussianNB,
    "nb-cauchy": CauchyNaiveBayes,
    "tan": TreeAugmentedNaiveBayes,
    "adaboost": AdaBoost,
    "svm-local": LocalSVM,
    "svm-tree": TreeSVM,
    "hmm": SequenceHMM,
}
"""What makes each classifier, by name; *hmm* takes the frames of clips, (n, frames, d), all others vectors (n, d)."""

COMPONENTS: dict[str, int] = {
    "knn": 100,
    "nb": 100,
    "nb-cauchy": 100,
    "tan": 50,
    "adaboost": 100,
    "svm-rbf": 100,
    "svm-local": 100,
    "svm-tree": 100,
    # A model a class, and in it a mean and a variance a state, from the few clips of that class.
    "hmm": 20,
}
"""Classifiers that see at most so many principal components of a longer descriptor, and why in `pipeline`."""

__all__ = ["CLASSIFIERS", "COMPONENTS", "get_classifier"]


def get_classifier(name: str) -> ClassifierMixin:
    """A new classifier, not fitted; raises `UnknownName` if there is none of this name."""
    if name not in CLASSIFIERS:
        raise UnknownName("classifier", name, CLASSIFIERS)
    return CLASSIFIERS[name]()
