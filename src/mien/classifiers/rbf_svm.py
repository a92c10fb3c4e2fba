"""A support vector machine with a Gaussian kernel that tens of thousands of faces can be given to."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.kernel_approximation import Nystroem
from sklearn.svm import LinearSVC

from mien.classifiers.base import FloatArray, MarginClassifier


class RBFSVM(MarginClassifier):
    """One-vs-rest SVM with the kernel exp(-g |x - y|²), approximated by Nyström's method.

    Parameters
    ----------
    n_landmarks : int, default 1000
        Training rows to which every row is compared.
    c : float, default 1.0
        Penalty.
    random_state : int, default 0
        Chooses the landmarks.

    Attributes
    ----------
    kernel_ : sklearn.kernel_approximation.Nystroem
        Takes rows to the space of the approximated kernel; g is one over the summed variance of the features.
    machine_ : sklearn.svm.LinearSVC
        Works there.

    Notes
    -----
    The exact machine keeps most of FER2013's faces as support vectors: tens of minutes of training, and a model as
    large as the data set. Here both grow with the number of landmarks only.

    References
    ----------
    C. Williams, M. Seeger, "Using the Nyström method to speed up kernel machines", NIPS 2000.
    """

    def __init__(self, n_landmarks: int = 1000, c: float = 1.0, random_state: int = 0) -> None:
        self.n_landmarks = n_landmarks
        self.c = c
        self.random_state = random_state

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn from features of shape (n, d) and labels of shape (n,)."""
        features, codes = self._training_data(x, y)
        gamma = 1 / max(float(features.var(0).sum()), 1e-12)
        landmarks = min(self.n_landmarks, len(features))
        self.kernel_ = Nystroem(gamma=gamma, n_components=landmarks, random_state=self.random_state)
        self.machine_ = LinearSVC(C=self.c, dual=False).fit(self.kernel_.fit_transform(features), codes)
        return self

    def _scores(self, x: FloatArray) -> FloatArray:
        decision = self.machine_.decision_function(self.kernel_.transform(x))
        return np.stack([-decision / 2, decision / 2], axis=1) if decision.ndim == 1 else np.asarray(decision)
