"""Support vector discriminant analysis: the directions that matter at the borders between classes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from sklearn.utils.validation import check_is_fitted, validate_data

from mien.errors import InputError
from mien.features.subspaces import Pixels

FloatArray = npt.NDArray[np.float64]

# Of the mean variance, added to S_w: support vectors may be fewer than dimensions.
_SHRINKAGE = 1e-3


class SVDA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Linear discriminant analysis whose scatters come from support vector machines.

    A linear SVM is trained for every two classes a, b. Its normal takes the place of the difference of their means,
    and only support vectors count for the scatter within classes::

        S_b = sum_ab w_ab w_ab^T
        S_w = sum_a sum_{x in V_a} (x - m_a)(x - m_a)^T,    m_a the mean of V_a

    V_a are the members of class a that are support vectors of at least one of its SVMs. The transform goes to the
    leading generalised eigenvectors v, with S_b v = l S_w v. There are up to k(k - 1)/2 of them, where LDA has k - 1.

    Parameters
    ----------
    c : float, default 1.0
        Penalty of the SVMs.

    Attributes
    ----------
    components_ : ndarray of float64, shape (min(d, k(k - 1)/2), d)
        The directions, the best first, scaled so that v^T S_w v = 1.
    eigenvalues_ : ndarray of float64, shape (min(d, k(k - 1)/2),)
        How well each separates.
    mean_ : ndarray of float64, shape (d,)
        Mean of the training data, taken off first.

    Notes
    -----
    The SVMs have squared hinge loss, which makes tens of thousands of rows quick. Their support vectors are exactly
    the rows inside the margin, y f(x) < 1. Dimensions should be about equal in scale, as whitened principal
    components are: neither SVMs nor the shrinkage of S_w (by 0.001 of its mean variance) see to that.

    References
    ----------
    S. Gu, Y. Tan, X. He, "Discriminant analysis via support vectors", Neurocomputing 73, 2010.
    """

    components_: FloatArray
    eigenvalues_: FloatArray
    mean_: FloatArray

    def __init__(self, c: float = 1.0) -> None:
        self.c = c

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> SVDA:
        """Learn from features of shape (n, d) and labels of shape (n,)."""
        features, labels = validate_data(self, x, y, dtype=np.float64)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise InputError("SVDA needs at least two classes, and there is 1 class")
        self.mean_ = features.mean(0)
        features = features - self.mean_

        normals = []
        support = np.zeros(len(codes), bool)
        for a, b in combinations(range(len(classes)), 2):
            rows = np.flatnonzero((codes == a) | (codes == b))
            signs = np.where(codes[rows] == b, 1, -1)
            machine = LinearSVC(C=self.c, dual=False).fit(features[rows], signs)
            normals.append(machine.coef_[0])
            support[rows] |= signs * machine.decision_function(features[rows]) < 1

        between = np.stack(normals).T @ np.stack(normals)
        within = np.sum([_scatter(features[support & (codes == c)]) for c in range(len(classes))], 0)
        within += (_SHRINKAGE * np.trace(within) / len(within) or 1.0) * np.eye(len(within))
        values, vectors = eigh(between, within)
        best = np.argsort(-values)[: len(normals)]
        self.eigenvalues_, self.components_ = values[best], vectors[:, best].T
        return self

    def transform(self, x: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """The place of each row of `x`, float of shape (n, d), along each direction; shape (n, components)."""
        check_is_fitted(self)
        features = validate_data(self, x, dtype=np.float64, reset=False)
        return np.asarray((features - self.mean_) @ self.components_.T, np.float32)

    @property
    def _n_features_out(self) -> int:
        return len(self.components_)


def _scatter(x: FloatArray) -> FloatArray:
    if not len(x):
        return np.zeros((x.shape[1], x.shape[1]))
    centred = x - x.mean(0)
    return np.asarray(centred.T @ centred)


def support_vector_faces() -> Pipeline:
    """SVDA of grey levels, in the whitened principal components with 95 % of their energy."""
    pca = PCA(0.95, whiten=True, svd_solver="covariance_eigh")
    return Pipeline([("pixels", Pixels()), ("pca", pca), ("svda", SVDA())])
