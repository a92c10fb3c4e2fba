"""What the classifiers here have in common: how data are checked, and that the highest score wins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from mien.errors import InputError

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Classifier(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A scikit-learn classifier whose label is the class of the highest score.

    A subclass gives `fit` and `_scores`. All that it learns are arrays, numbers, lists or other estimators, so that
    it can be stored without pickles.

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        The labels seen in `fit`, in order.
    """

    classes_: Array

    def predict(self, x: npt.ArrayLike) -> Array:
        """The label of each row of `x`, float of shape (n, d); shape (n,)."""
        best = self._scores(self._checked(x)).argmax(1)
        return np.asarray(self.classes_[best])

    @abstractmethod
    def _scores(self, x: FloatArray) -> FloatArray:
        """A number for each row and class, shape (n, k)."""

    def _training_data(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, IntArray]:
        """The features in float64, and for each label its place in `classes_`, which is set here."""
        x, y = validate_data(self, x, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"{type(self).__name__} needs at least two classes, and there is 1 class")
        return np.asarray(x), codes

    def _checked(self, x: npt.ArrayLike) -> FloatArray:
        check_is_fitted(self)
        return np.asarray(validate_data(self, x, dtype=np.float64, reset=False))


class MarginClassifier(Classifier):
    """A classifier whose scores are signed distances, votes or likelihoods on no common scale."""

    def decision_function(self, x: npt.ArrayLike) -> FloatArray:
        """The score of each class for each row of `x`, shape (n, k); the highest wins.

        Of two classes, as everywhere in scikit-learn, the second's score less the first's, shape (n,).
        """
        scores = self._scores(self._checked(x))
        return scores if len(self.classes_) > 2 else scores[:, 1] - scores[:, 0]


class ProbabilisticClassifier(Classifier):
    """A classifier whose scores are log p(x, class)."""

    def predict_proba(self, x: npt.ArrayLike) -> FloatArray:
        """The probability of each class for each row of `x`, shape (n, k); rows sum to 1."""
        joint = self._scores(self._checked(x))
        posterior = np.exp(joint - joint.max(1, keepdims=True))
        return np.asarray(posterior / posterior.sum(1, keepdims=True))
