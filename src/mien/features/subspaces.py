"""Faces as points in a learnt subspace: principal, independent and discriminant components."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import PCA, FastICA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline

from mien.features.base import FaceArray, FaceDescriptor, FloatArray, check_faces, even_choice


class Pixels(FaceDescriptor):
    """The grey levels of a face in reading order, brought to zero mean and unit variance against uneven light."""

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        pixels = faces.reshape(len(faces), -1).astype(np.float32)
        pixels -= pixels.mean(1, keepdims=True)
        # A face without any contrast stays zero.
        pixels /= np.maximum(pixels.std(1, keepdims=True), 1)
        return pixels


class PrincipalComponents(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """At most so many principal components, scaled all alike to a mean variance of one.

    Vectors no longer than that pass as they are, but for the scale. Few faces give fewer components, a tenth of their
    number: what so few say of the others is mostly noise.

    Parameters
    ----------
    n_components : int
        Upper bound on the length of the result.
    random_state : int, default 0
        Of the randomised decomposition that large data get.
    """

    def __init__(self, n_components: int, random_state: int = 0) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: FloatArray, y: object = None) -> Self:  # noqa: N803
        """Learn the components from vectors of shape (n, d)."""
        self.pca_ = None
        variances = X.var(0)
        if X.shape[1] > self.n_components:
            kept = max(1, min(self.n_components, len(X) // 10))
            self.pca_ = PCA(kept, random_state=self.random_state).fit(X)
            variances = self.pca_.explained_variance_
        # Vectors that are all alike keep their scale.
        self.scale_ = float(np.sqrt(variances.mean())) or 1.0
        return self

    def transform(self, X: FloatArray) -> FloatArray:  # noqa: N803
        """Vectors of shape (n, at most n_components)."""
        components = X if self.pca_ is None else self.pca_.transform(X)
        return np.asarray(components / self.scale_, np.float32)


class Projection(FaceDescriptor):
    """Principal components of a descriptor that is too long to be held for all faces at once.

    The components are learnt from an even choice of the faces; then each chunk is described and projected in turn.

    Parameters
    ----------
    descriptor : FaceDescriptor
        The descriptor.
    components : PrincipalComponents
        How many components.
    n_faces : int
        From how many faces to learn at most.
    """

    def __init__(self, descriptor: FaceDescriptor, components: PrincipalComponents, n_faces: int = 3000) -> None:
        self.descriptor = descriptor
        self.components = components
        self.n_faces = n_faces

    def fit(self, faces: FaceArray, labels: object = None) -> Self:
        """Learn the components from grey faces, uint8 of shape (n, h, w)."""
        chosen = even_choice(len(check_faces(faces)), self.n_faces)
        self.components_ = clone(self.components).fit(self.descriptor.fit_transform(faces[chosen]))
        return self

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        return np.asarray(self.components_.transform(self.descriptor.transform(faces)))


class SpatialICA(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """How much a face has of each of some statistically independent pictures: architecture I of Bartlett et al.

    The pixels are the samples and the principal pictures the mixtures. (In architecture II the faces are the samples
    and the coefficients independent: that is `FastICA` itself.)

    Parameters
    ----------
    n_components : int, default 100
        Number of pictures.
    random_state : int, default 0
        Where the search for them starts.

    References
    ----------
    M. Bartlett, J. Movellan, T. Sejnowski, "Face recognition by independent component analysis", IEEE Trans. Neural
    Networks 13(6), 2002, section III.
    """

    def __init__(self, n_components: int = 100, random_state: int = 0) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: FloatArray, y: object = None) -> Self:  # noqa: N803
        """Learn the pictures from pixels of shape (n, d)."""
        self.pca_ = PCA(min(self.n_components, *X.shape), random_state=self.random_state).fit(X)
        self.ica_ = _fast_ica(self.random_state).fit(self.pca_.components_.T)
        return self

    def transform(self, X: FloatArray) -> FloatArray:  # noqa: N803
        """Coefficients of shape (n, n_components).

        A face is ``r P`` by its principal components r and pictures P, and ``P = A S`` by the independent pictures S,
        so its coefficients are ``r A``.
        """
        return np.asarray(self.pca_.transform(X) @ self.ica_.mixing_, np.float32)


class IndependentComponents(FastICA):  # type: ignore[misc]
    """FastICA that makes do with what it has after its last round, without a warning.

    Of fewer than some 250 faces the search can go in circles. Whitened components have the same distances however they
    are turned, so few classifiers notice.
    """

    def fit(self, X: FloatArray, y: object = None) -> Self:  # noqa: N803
        """As of scikit-learn."""
        with _settled():
            return super().fit(X)  # type: ignore[no-any-return]

    def fit_transform(self, X: FloatArray, y: object = None) -> FloatArray:  # noqa: N803
        """As of scikit-learn."""
        with _settled():
            return super().fit_transform(X)  # type: ignore[no-any-return]


@contextmanager
def _settled() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _fast_ica(random_state: int = 0) -> IndependentComponents:
    """FastICA with tanh, on whitened data (A. Hyvärinen, "Fast and robust fixed-point algorithms", 1999)."""
    return IndependentComponents(whiten="unit-variance", max_iter=1000, tol=1e-3, random_state=random_state)


def eigenfaces() -> Pipeline:
    """Principal components with 95 % of the energy (M. Turk, A. Pentland, "Eigenfaces for recognition", 1991)."""
    return Pipeline([("pixels", Pixels()), ("pca", PCA(0.95, svd_solver="covariance_eigh"))])


def independent_faces() -> Pipeline:
    """100 independent coefficients: architecture II of Bartlett et al. (see `SpatialICA`)."""
    return Pipeline([("pixels", Pixels()), ("pca", PrincipalComponents(100)), ("ica", _fast_ica())])


def spatially_independent_faces() -> Pipeline:
    """Shares of 100 independent pictures: architecture I of Bartlett et al. (`SpatialICA`)."""
    return Pipeline([("pixels", Pixels()), ("ica", SpatialICA())])


def fisherfaces() -> Pipeline:
    """One dimension less than there are classes (P. Belhumeur et al., "Eigenfaces vs. Fisherfaces", PAMI 1997)."""
    return Pipeline([*eigenfaces().steps, ("lda", LinearDiscriminantAnalysis())])
