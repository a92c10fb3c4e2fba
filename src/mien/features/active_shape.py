"""Active shape model: landmarks move to where the picture looks right along their normals, and stay a face."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from mien.features.base import FaceArray
from mien.features.geometry import CONTOURS
from mien.features.shape import (
    FloatArray,
    Landmarks,
    PointDistributionModel,
    check_start,
    check_training,
    sample,
    shrink,
)

IntArray = npt.NDArray[np.int64]

# Pixels of a level on either side of a landmark: compared, and searched.
_HALF_PROFILE = 3
_HALF_SEARCH = 3
_ITERATIONS = 15


class ActiveShapeModel(BaseEstimator):  # type: ignore[misc]
    """Active shape model with normalised gradient profiles, over several resolutions.

    For each landmark and resolution the brightness gradient along the normal, divided by the sum of its magnitudes,
    is modelled by its mean and covariance. A search moves each landmark to the profile of least Mahalanobis distance,
    then all together to the nearest shape that the `PointDistributionModel` allows, again and again.

    Parameters
    ----------
    contours : list of lists of int, optional
        Landmarks in order along edges, closed where the first is also the last; they give the normals. By default
        those in `mien.features.geometry.CONTOURS`. Landmarks on none move to and from the centre of the shape.
    levels : int, default 3
        How many resolutions, each half of the one before. The fewer, the nearer a search must begin.

    Attributes
    ----------
    shapes_ : PointDistributionModel
    neighbours_ : ndarray of int64, shape (p, 2)
        The landmarks before and after each on its contour, itself at an end; -1 where it is on none.
    profiles_ : list of ndarray of float64, shape (p, 7)
        Mean profile of each landmark, a level, full resolution first.
    precisions_ : list of ndarray of float64, shape (p, 7, 7)
        Inverse covariances.

    References
    ----------
    T. Cootes, C. Taylor, D. Cooper, J. Graham, "Active shape models: their training and application", CVIU 61, 1995.
    T. Cootes, C. Taylor, A. Lanitis, "Active shape models: evaluation of a multi-resolution method for improving
    image search", BMVC 1994.
    """

    shapes_: PointDistributionModel
    neighbours_: IntArray
    profiles_: list[FloatArray]
    precisions_: list[FloatArray]

    def __init__(self, contours: list[list[int]] | None = None, levels: int = 3) -> None:
        self.contours = contours
        self.levels = levels

    def fit(self, images: FaceArray, landmarks: Landmarks) -> ActiveShapeModel:
        """Learn from grey pictures uint8 (n, h, w) and their landmarks (n, p, 2) in pixels."""
        check_training(images, landmarks)
        self.shapes_ = PointDistributionModel().fit(landmarks)
        n_points = landmarks.shape[1]
        contours = CONTOURS.get(n_points, []) if self.contours is None else self.contours
        self.neighbours_ = _neighbours(n_points, contours)
        self.profiles_, self.precisions_ = [], []
        for level in range(self.levels):
            profiles = _normalised(self._gradients(shrink(images, level), landmarks / 2**level, _HALF_PROFILE))
            mean = profiles.mean(0)
            residuals = profiles - mean
            covariance = np.einsum("nps,npt->pst", residuals, residuals) / len(images)
            # Normalised profiles have one dimension less than pixels, and there may be few pictures.
            ridge = 0.05 * np.trace(covariance, axis1=1, axis2=2) / mean.shape[1] + 1e-6
            self.profiles_.append(mean)
            self.precisions_.append(np.linalg.inv(covariance + ridge[:, None, None] * np.eye(mean.shape[1])))
        return self

    def search(self, images: FaceArray, initial: Landmarks) -> FloatArray:
        """Find the landmarks of faces.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, h, w)
            Grey, the faces about as large as those in `fit`.
        initial : ndarray of float, shape (n, p, 2)
            Where to begin, such as the mean shape laid on the eyes.

        Returns
        -------
        ndarray of float64, shape (n, p, 2)
        """
        check_is_fitted(self)
        check_start(images, initial, self.shapes_.mean_)
        points = np.array(initial, np.float64)
        for level in reversed(range(self.levels)):
            small = shrink(images, level)
            points /= 2**level
            going = np.arange(len(points))
            for _ in range(_ITERATIONS):
                old = points[going]
                moves = self._moves(small[going], old, level)
                points[going] = self.shapes_.nearest(old + moves[..., None] * self._normals(old))
                going = going[np.mean(moves == 0, axis=1) <= 0.9]
                if not len(going):
                    break
            points *= 2**level
        return points

    def _moves(self, images: npt.NDArray[np.float32], points: FloatArray, level: int) -> FloatArray:
        """How many pixels each landmark should go along its normal, shape (n, p)."""
        gradients = self._gradients(images, points, _HALF_PROFILE + _HALF_SEARCH)
        windows = np.lib.stride_tricks.sliding_window_view(gradients, 2 * _HALF_PROFILE + 1, 2)
        residuals = _normalised(windows) - self.profiles_[level][:, None]
        distances = ((residuals @ self.precisions_[level]) * residuals).sum(-1)
        return np.asarray(distances.argmin(-1) - float(_HALF_SEARCH))

    def _gradients(self, images: npt.NDArray[Any], points: Landmarks, reach: int) -> FloatArray:
        """Derivatives along the normals at whole pixels from -reach to reach, shape (n, p, 2 reach + 1)."""
        steps = np.arange(-reach - 0.5, reach + 1)
        along = points[:, :, None] + steps[:, None] * self._normals(points)[:, :, None]
        return np.diff(sample(images, along), axis=2)

    def _normals(self, points: Landmarks) -> FloatArray:
        """Unit vectors across the contours, shape (n, p, 2)."""
        before, after = self.neighbours_.T
        tangents = points[:, after] - points[:, before]
        across = np.stack([-tangents[..., 1], tangents[..., 0]], -1)
        across = np.where(before[:, None] < 0, points - points.mean(1, keepdims=True), across)
        return np.asarray(across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9))


def _normalised(gradients: FloatArray) -> FloatArray:
    """Profiles that do not depend on contrast."""
    return np.asarray(gradients / np.maximum(np.abs(gradients).sum(-1, keepdims=True), 1e-6))


def _neighbours(n_points: int, contours: list[list[int]]) -> IntArray:
    result = np.full((n_points, 2), -1)
    for contour in contours:
        closed = contour[0] == contour[-1]
        inner = contour[:-1] if closed else contour
        before = [inner[-1] if closed else inner[0], *inner[:-1]]
        after = [*inner[1:], inner[0] if closed else inner[-1]]
        result[inner] = np.stack([before, after], 1)
    return result
