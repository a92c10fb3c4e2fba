"""Active appearance model: a shape and a texture, moved together until the picture is explained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import orth
from scipy.ndimage import distance_transform_edt
from scipy.spatial import Delaunay
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.utils.validation import check_is_fitted

from mien.features.base import FaceArray
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

_ENERGY = 0.95
_ITERATIONS = 30
# Pixels of a level: a search ends where no landmark moves further.
_STILL = 0.03
# Of a Gauss-Newton step: whole ones overshoot in faces of 48 pixels, and a search that has gone astray runs away.
_STRIDE = 0.5


class ActiveAppearanceModel(BaseEstimator):  # type: ignore[misc]
    """Active appearance model, fitted by the project-out inverse compositional method, over several resolutions.

    The texture is the face warped triangle by triangle onto the mean shape, brought to mean 0 and variance 1, and
    modelled by principal components. Since the derivatives are taken there, at the mean, they are computed once in
    `fit`; a step of the search is a warp and a matrix product.

    Parameters
    ----------
    levels : int, default 3
        How many resolutions, each half of the one before. The fewer, the nearer a search must begin.

    Attributes
    ----------
    shapes_ : PointDistributionModel
    triangles_ : ndarray of int64, shape (t, 3)
        Delaunay triangles of the mean shape.
    warps_ : list of ndarray of float64, shape (m, p)
        For each pixel of the mean face its barycentric weights, so that ``warp @ landmarks`` is where it comes from;
        a level, full resolution first.
    means_ : list of ndarray of float64, shape (m,)
        Mean textures.
    textures_ : list of ndarray of float64, shape (k, m)
        Texture modes that explain 95 % of the variance, orthonormal.
    updates_ : list of ndarray of float64, shape (4 + modes, m)
        Take a texture to a change of similarity and shape parameters.
    weight_ : float
        Times this, the parameters of the shape vary as much in all as those of the texture.

    References
    ----------
    T. Cootes, G. Edwards, C. Taylor, "Active appearance models", PAMI 23(6), 2001; `weight_` is their r.
    I. Matthews, S. Baker, "Active appearance models revisited", IJCV 60(2), 2004, sections 4.2 and 4.3.
    """

    shapes_: PointDistributionModel
    triangles_: IntArray
    warps_: list[FloatArray]
    means_: list[FloatArray]
    textures_: list[FloatArray]
    updates_: list[FloatArray]
    weight_: float

    def __init__(self, levels: int = 3) -> None:
        self.levels = levels

    def fit(self, images: FaceArray, landmarks: Landmarks) -> ActiveAppearanceModel:
        """Learn from grey pictures uint8 (n, h, w) and their landmarks (n, p, 2) in pixels."""
        check_training(images, landmarks)
        self.shapes_ = PointDistributionModel().fit(landmarks)
        self.triangles_ = Delaunay(self.shapes_.mean_).simplices.astype(np.int64)
        self.warps_, self.means_, self.textures_, self.updates_ = [], [], [], []
        for level in range(self.levels):
            warp, inside = _mean_frame(self.shapes_.mean_ / 2**level, self.triangles_)
            textures = _standardised(sample(shrink(images, level), warp @ landmarks / 2**level))
            pca = PCA(_ENERGY, svd_solver="full").fit(textures)
            if level == 0:
                self.weight_ = float(np.sqrt(pca.explained_variance_.sum() / self.shapes_.variances_.sum()))
            self.warps_.append(warp)
            self.means_.append(pca.mean_)
            self.textures_.append(pca.components_)
            self.updates_.append(self._update(level, inside))
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
            A face's search ends with the first step after which the model explains its texture worse than before.
        """
        check_is_fitted(self)
        check_start(images, initial, self.shapes_.mean_)
        points = self.shapes_.nearest(initial)
        for level in reversed(range(self.levels)):
            small = shrink(images, level)
            points = points / 2**level
            best, least = points.copy(), np.full(len(points), np.inf)
            going = np.arange(len(points))
            for _ in range(_ITERATIONS):
                textures = _standardised(sample(small[going], self.warps_[level] @ points[going]))
                errors = self._unexplained(textures, level)
                better = errors < least[going]
                going, textures = going[better], textures[better]
                best[going], least[going] = points[going], errors[better]
                points[going] = self._composed(best[going], _STRIDE * textures @ self.updates_[level].T, level)
                going = going[np.abs(points[going] - best[going]).max((1, 2)) >= _STILL]
                if not len(going):
                    break
            points = best * 2**level
        return points

    def describe(self, images: FaceArray, points: Landmarks) -> npt.NDArray[np.float32]:
        """Shape and texture parameters of faces whose landmarks are known.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, h, w)
            Grey.
        points : ndarray of float, shape (n, p, 2)
            Their landmarks, such as `search` finds.

        Returns
        -------
        ndarray of float32, shape (n, shape modes + texture modes)
            Neither place, size, roll, brightness nor contrast of the face matters. The shape's are multiplied by
            `weight_`.
        """
        check_is_fitted(self)
        check_start(images, points, self.shapes_.mean_)
        textures = _standardised(sample(images, self.warps_[0] @ points))
        shape = self.weight_ * self.shapes_.parameters(points)
        return np.concatenate([shape, (textures - self.means_[0]) @ self.textures_[0].T], 1).astype(np.float32)

    def _deformations(self) -> FloatArray:
        """Displacements of the mean shape: scale, roll, two shifts, then the modes; shape (4 + modes, p, 2)."""
        mean = self.shapes_.mean_
        roll = np.stack([-mean[:, 1], mean[:, 0]], 1)
        shifts = np.broadcast_to(np.eye(2)[:, None], (2, *mean.shape))
        size = np.linalg.norm(mean)
        return np.concatenate([np.stack([mean, roll]) / size, shifts / np.sqrt(len(mean)), self.shapes_.modes_])

    def _update(self, level: int, inside: npt.NDArray[np.bool_]) -> FloatArray:
        """The matrix from a texture to the Gauss-Newton step, with everything projected out that texture explains."""
        frame = np.zeros(inside.shape)
        frame[inside] = self.means_[level]
        # Continued beyond its outline, so that the outline is not taken for an edge.
        nearest = distance_transform_edt(~inside, return_distances=False, return_indices=True)
        gradient = np.stack(np.gradient(frame[tuple(nearest)])[::-1], -1)[inside]
        displacements = self.warps_[level] @ self._deformations()
        steepest = (gradient * displacements).sum(-1)
        basis = self._explained(level)
        steepest -= (steepest @ basis) @ basis.T
        return np.asarray(np.linalg.pinv(steepest @ steepest.T) @ steepest)

    def _explained(self, level: int) -> FloatArray:
        """An orthonormal basis of the textures that the model explains, brightness and contrast included; (m, k)."""
        mean = self.means_[level]
        return np.asarray(orth(np.stack([np.ones_like(mean), mean, *self.textures_[level]], 1)))

    def _unexplained(self, textures: FloatArray, level: int) -> FloatArray:
        """Squared error of each texture (n, m) beside its best reconstruction, shape (n,)."""
        residuals = textures - self.means_[level]
        return np.asarray((residuals**2).sum(1) - ((residuals @ self.textures_[level].T) ** 2).sum(1))

    def _composed(self, points: FloatArray, steps: FloatArray, level: int) -> FloatArray:
        """The landmarks (n, p, 2) after the present warps are composed with the inverse of steps (n, 4 + modes)."""
        # To first order the inverse moves the mean shape's corners back; each triangle carries them into the picture.
        back = -np.tensordot(steps, self._deformations(), 1)
        mean = self.shapes_.mean_ / 2**level
        linear = _edges(points, self.triangles_) @ np.linalg.inv(_edges(mean, self.triangles_))
        carried = back[:, self.triangles_] @ linear.swapaxes(-1, -2)
        moves = np.zeros(points.shape[1:] + points.shape[:1])
        np.add.at(moves, self.triangles_, np.moveaxis(carried, 0, -1))
        moves /= np.bincount(self.triangles_.ravel(), minlength=len(mean))[:, None, None]
        return self.shapes_.nearest(points + np.moveaxis(moves, -1, 0))


def _mean_frame(mean: FloatArray, triangles: IntArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Barycentric weights (m, p) of the pixels inside a shape, and which pixels of its bounding box they are."""
    low = np.floor(mean.min(0))
    columns, rows = np.ceil(mean.max(0) - low).astype(int)
    centres = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), -1).reshape(-1, 2) + low + 0.5
    warp = np.zeros((len(centres), len(mean)))
    inside = np.zeros(len(centres), bool)
    for triangle in triangles:
        a, b, c = mean[triangle]
        v, w = np.linalg.solve(np.stack([b - a, c - a], 1), (centres - a).T)
        weights = np.stack([1 - v - w, v, w], 1)
        rows_in = (weights >= -1e-9).all(1) & ~inside
        warp[np.ix_(rows_in, triangle)] = weights[rows_in]
        inside |= rows_in
    return warp[inside], inside.reshape(rows, columns)


def _edges(points: FloatArray, triangles: IntArray) -> FloatArray:
    """Two edges of each triangle of landmarks (..., p, 2) as the columns of a matrix, shape (..., t, 2, 2)."""
    a, b, c = np.moveaxis(points[..., triangles, :], -2, 0)
    return np.stack([b - a, c - a], -1)


def _standardised(textures: FloatArray) -> FloatArray:
    """Textures (n, m), each brought to mean 0 and variance 1."""
    centred = textures - textures.mean(1, keepdims=True)
    return np.asarray(centred / np.maximum(textures.std(1, keepdims=True), 1e-6))
