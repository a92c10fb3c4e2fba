"""A support vector machine for each face, trained on its nearest neighbours only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors
from sklearn.svm import SVC

from mien.classifiers.base import FloatArray, IntArray, MarginClassifier


class LocalSVM(MarginClassifier):
    """Local SVM (kNN-SVM).

    If the nearest neighbours agree, theirs is the label; else an SVM is trained on them alone. Small problems near
    the border between classes are simple even where the whole is not.

    Parameters
    ----------
    n_neighbors : int, default 50
        How many neighbours; all rows where there are fewer.
    c : float, default 1.0
        Penalty of the SVMs.
    kernel : str, default "linear"
        Their kernel, one of scikit-learn's.

    Attributes
    ----------
    features_ : ndarray of float64, shape (n, d)
        The training features.
    codes_ : ndarray of int64, shape (n,)
        Place of their labels in `classes_`.

    Notes
    -----
    The scores of a mixed neighbourhood are the SVM's, one against the rest; a class that is not in it scores 1 less
    than the lowest. In a neighbourhood that agrees, its class scores 1 and all others 0.

    References
    ----------
    H. Zhang, A. Berg, M. Maire, J. Malik, "SVM-KNN: discriminative nearest neighbor classification for visual
    category recognition", CVPR 2006.
    """

    features_: FloatArray
    codes_: IntArray

    def __init__(self, n_neighbors: int = 50, c: float = 1.0, kernel: str = "linear") -> None:
        self.n_neighbors = n_neighbors
        self.c = c
        self.kernel = kernel

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> LocalSVM:
        """Keep features of shape (n, d) and labels of shape (n,)."""
        self.features_, self.codes_ = self._training_data(x, y)
        return self

    def _scores(self, x: FloatArray) -> FloatArray:
        # Trees do not help in tens of dimensions; without one there is nothing to prepare.
        search = NearestNeighbors(algorithm="brute").fit(self.features_)
        nearest = search.kneighbors(x, min(self.n_neighbors, len(self.features_)), return_distance=False)
        return np.stack([self._local_scores(row, rows) for row, rows in zip(x, nearest, strict=True)])

    def _local_scores(self, row: FloatArray, neighbours: IntArray) -> FloatArray:
        scores = np.zeros(len(self.classes_))
        codes = self.codes_[neighbours]
        present = np.unique(codes)
        if len(present) == 1:
            scores[present] = 1
            return scores
        machine = SVC(C=self.c, kernel=self.kernel).fit(self.features_[neighbours], codes)
        decision = machine.decision_function(row[None])[0]
        local = np.array([-decision, decision]) / 2 if len(present) == 2 else decision
        scores[:] = local.min() - 1
        scores[present] = local
        return scores
