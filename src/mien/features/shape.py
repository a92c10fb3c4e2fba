"""How the landmarks of faces vary together, the half that active shape and appearance models share.

`menpofit`, which had both models, no longer imports beside today's SciPy; these are compact fits of our own.
Coordinates are continuous, as in `mien.align`: pixel ``i`` has its centre at ``i + 0.5``.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA

from mien.align import similarity_transform
from mien.errors import InputError
from mien.features.base import FaceArray, check_faces

FloatArray = npt.NDArray[np.float64]
Landmarks = npt.NDArray[np.floating]

_ENERGY = 0.98
_LIMIT = 3.0
_ITERATIONS = 50


class PointDistributionModel(BaseEstimator):  # type: ignore[misc]
    """The mean shape and its principal modes of variation, after place, size and roll are taken out.

    Modes are kept that explain 98 % of the variance. A shape is `mean_` + b * `modes_` with every parameter b within
    3 standard deviations, moved by any similarity transform.

    Attributes
    ----------
    mean_ : ndarray of float64, shape (p, 2)
        Mean shape about the origin, upright and as large as the training shapes on average.
    modes_ : ndarray of float64, shape (k, p, 2)
        Orthonormal, the strongest first.
    variances_ : ndarray of float64, shape (k,)
        Variance of each parameter.

    References
    ----------
    T. Cootes, C. Taylor, D. Cooper, J. Graham, "Active shape models: their training and application", CVIU 61, 1995.
    """

    mean_: FloatArray
    modes_: FloatArray
    variances_: FloatArray

    def fit(self, shapes: Landmarks, labels: object = None) -> PointDistributionModel:
        """Learn from landmarks of shape (n, p, 2), at least two faces; generalised Procrustes analysis, then PCA."""
        if shapes.ndim != 3 or shapes.shape[2] != 2 or len(shapes) < 2:
            raise InputError(f"a shape model needs landmarks of shape (n, p, 2) of two faces or more: {shapes.shape}")
        centred = np.asarray(shapes - shapes.mean(1, keepdims=True), np.float64)
        size = np.linalg.norm(centred, axis=(1, 2)).mean()
        mean = centred.mean(0)
        for _ in range(_ITERATIONS):
            mean *= size / np.linalg.norm(mean)
            aligned = apply(similarity_transform(centred, mean), centred)
            # Mean of shapes laid on the old one: its roll cannot drift.
            change = np.abs(aligned.mean(0) - mean).max()
            mean = aligned.mean(0)
            if change < 1e-6 * size:
                break
        self.mean_ = mean * (size / np.linalg.norm(mean))
        residuals = self._tangent(apply(similarity_transform(centred, self.mean_), centred)) - self.mean_
        pca = PCA(_ENERGY, svd_solver="full").fit(residuals.reshape(len(shapes), -1))
        self.modes_ = pca.components_.reshape(-1, *mean.shape)
        self.variances_ = pca.explained_variance_
        return self

    def parameters(self, points: Landmarks) -> FloatArray:
        """The parameters b, within their limits, of the shapes nearest to landmarks (n, p, 2); shape (n, k)."""
        limits = _LIMIT * np.sqrt(self.variances_)
        b = np.zeros((len(points), len(limits)))
        going = np.arange(len(points))
        for _ in range(_ITERATIONS):
            laid = apply(similarity_transform(points[going], self.shape(b[going])), points[going])
            residuals = self._tangent(laid) - self.mean_
            new = np.clip(np.tensordot(residuals, self.modes_, ([1, 2], [1, 2])), -limits, limits)
            moved = (np.abs(new - b[going]) > 1e-3 * limits).any(1)
            b[going] = new
            going = going[moved]
            if not len(going):
                break
        return b

    def shape(self, b: FloatArray) -> FloatArray:
        """The shapes of parameters (n, k), about the origin; shape (n, p, 2)."""
        return np.asarray(self.mean_ + np.tensordot(b, self.modes_, 1))

    def nearest(self, points: Landmarks) -> FloatArray:
        """The landmarks that the model allows and that are nearest to `points`, in the same place; (n, p, 2)."""
        shapes = self.shape(self.parameters(points))
        return apply(similarity_transform(shapes, points), shapes)

    def _tangent(self, laid: FloatArray) -> FloatArray:
        """Shapes scaled onto the plane that touches the mean: else size would vary a little with every mode."""
        along = (laid * self.mean_).sum((-2, -1), keepdims=True) / (self.mean_**2).sum()
        return np.asarray(laid / along)


def apply(transform: FloatArray, points: Landmarks) -> FloatArray:
    """Points of shape (..., p, 2) under similarity transforms of shape (..., 2, 3)."""
    return np.asarray(points @ transform[..., :2].swapaxes(-1, -2) + transform[..., None, :, 2])


def sample(images: npt.NDArray[Any], points: FloatArray) -> FloatArray:
    """The brightness of pictures (n, h, w) at points (n, ..., 2) of each, bilinear, the picture's edge continued."""
    x, y = np.moveaxis(points, -1, 0) - 0.5
    own = np.broadcast_to(np.arange(len(images)).reshape(-1, *(1 for _ in x.shape[1:])), x.shape)
    return np.asarray(map_coordinates(np.asarray(images, np.float64), [own, y, x], order=1, mode="nearest"))


def shrink(images: FaceArray, level: int) -> npt.NDArray[np.float32]:
    """Pictures (n, h, w) at ``1 / 2**level`` of their size, in which landmarks scale alike."""
    h, w = images.shape[1:]
    n = 2**level
    small = np.empty((len(images), -(-h // n), -(-w // n)), np.float32)
    for result, image in zip(small, images, strict=True):
        even = cv2.copyMakeBorder(image, 0, -h % n, 0, -w % n, cv2.BORDER_REPLICATE)
        result[:] = cv2.resize(even, result.shape[::-1], interpolation=cv2.INTER_AREA)
    return small


def check_training(images: FaceArray, landmarks: Landmarks) -> None:
    """Raises `InputError` unless there are landmarks (n, p, 2) for pictures uint8 (n, h, w)."""
    check_faces(images)
    if landmarks.ndim != 3 or landmarks.shape[2] != 2 or len(landmarks) != len(images):
        raise InputError(f"{len(images)} pictures need landmarks of shape ({len(images)}, p, 2), not {landmarks.shape}")


def check_start(images: FaceArray, initial: Landmarks, mean: FloatArray) -> None:
    """Raises `InputError` unless a search can begin with these pictures (n, h, w) and landmarks (n, p, 2)."""
    check_faces(images)
    if initial.shape != (len(images), *mean.shape):
        raise InputError(f"initial landmarks must be of shape {(len(images), *mean.shape)}, not {initial.shape}")
