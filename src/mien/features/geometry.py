"""The shape of a face as numbers: distances, angles and curvatures of its landmarks.

Landmarks are arrays of shape (n, p, 2), ``x, y`` in any unit. A contour is a list of landmarks in order, and closed
where it ends with the one that it begins with.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay, QhullError
from scipy.spatial.distance import pdist
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from mien.align import similarity_transform
from mien.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

EYE_DISTANCE = 300.0
"""Distance between the eyes after `normalise`, in pixels; EmotioNet's."""

EYES: dict[int, list[list[int]]] = {
    5: [[0], [1]],
    68: [list(range(36, 42)), list(range(42, 48))],
}
"""By number of landmarks, those whose means are the two eyes, the one left in the picture first.

5 is the order of `Face.landmarks`, 68 that of Multi-PIE, 300-W and CK+.
"""

CONTOURS: dict[int, list[list[int]]] = {
    5: [],
    68: [
        list(range(17)),
        list(range(17, 22)),
        list(range(22, 27)),
        list(range(27, 31)),
        list(range(31, 36)),
        [*range(36, 42), 36],
        [*range(42, 48), 42],
        [*range(48, 60), 48],
        [*range(60, 68), 60],
    ],
}
"""By number of landmarks: jaw, two brows, bridge and base of the nose, two eyes, outer and inner lips."""


class LandmarkGeometry(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Distances, angles and curvatures of normalised landmarks.

    Neither place, size nor roll of the face in the picture matters.

    Parameters
    ----------
    eyes : list of two lists of int, optional
        Landmarks whose means are the eyes. By default `EYES` has them, for 5 and 68 landmarks.
    contours : list of lists of int, optional
        Contours whose curvature is measured. By default those in `CONTOURS`, and none for other layouts.

    Attributes
    ----------
    triangles_ : ndarray of int64, shape (t, 3)
        Delaunay triangles of the mean training shape, used for every face: an angle is always the same feature, so
        that none needs the padding of a triangulation made anew for each.

    References
    ----------
    C. F. Benitez-Quiroz, R. Srinivasan, A. Martinez, "EmotioNet", CVPR 2016, section 2.1.
    """

    triangles_: IntArray

    def __init__(self, eyes: list[list[int]] | None = None, contours: list[list[int]] | None = None) -> None:
        self.eyes = eyes
        self.contours = contours

    def fit(self, landmarks: npt.NDArray[np.floating], labels: object = None) -> LandmarkGeometry:
        """Find the triangles of the mean shape of landmarks (n, p, 2)."""
        mean = self._normalised(landmarks).mean(0)
        self.n_landmarks_ = len(mean)
        try:
            self.triangles_ = Delaunay(mean).simplices.astype(np.int64)
        except QhullError:
            raise InputError(f"the {len(mean)} landmarks of the mean face lie on a line") from None
        return self

    def transform(self, landmarks: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
        """The features of each face.

        Parameters
        ----------
        landmarks : ndarray of float, shape (n, p, 2)
            As many as in `fit`.

        Returns
        -------
        ndarray of float32, shape (n, d)
            The p(p - 1)/2 distances in units of 1/300 of the distance between the eyes; the three angles of each
            triangle in radians; the curvatures of the contours, one over the same units.
        """
        check_is_fitted(self)
        points = self._normalised(landmarks)
        if points.shape[1] != self.n_landmarks_:
            raise InputError(f"there are {points.shape[1]} landmarks and not {self.n_landmarks_}, as in fit")
        contours = CONTOURS.get(self.n_landmarks_, []) if self.contours is None else self.contours
        parts = [distances(points), angles(points, self.triangles_), *(curvature(points[:, c]) for c in contours)]
        return np.concatenate(parts, 1).astype(np.float32)

    def _normalised(self, landmarks: npt.NDArray[np.floating]) -> FloatArray:
        if landmarks.ndim != 3 or landmarks.shape[2] != 2:
            raise InputError(f"landmarks must be of shape (n, p, 2), not {landmarks.shape}")
        eyes = EYES.get(landmarks.shape[1]) if self.eyes is None else self.eyes
        if eyes is None:
            raise InputError(f"which of {landmarks.shape[1]} landmarks are the eyes must be said")
        return normalise(landmarks, eyes)


def normalise(landmarks: npt.NDArray[np.floating], eyes: list[list[int]]) -> FloatArray:
    """The faces upright, the middle between the eyes at the origin, the eyes `EYE_DISTANCE` apart.

    Parameters
    ----------
    landmarks : ndarray of float, shape (n, p, 2)
    eyes : list of two lists of int
        Landmarks whose means are the eyes.

    Returns
    -------
    ndarray of float64, shape (n, p, 2)

    Raises
    ------
    InputError
        If the two eyes of a face are in one place.
    """
    centres = np.stack([landmarks[:, eye].mean(1) for eye in eyes], 1)
    if np.any(np.ptp(centres, axis=1).max(1) == 0):
        raise InputError("the two eyes of a face are in one place")
    target = np.array([(-EYE_DISTANCE / 2, 0), (EYE_DISTANCE / 2, 0)])
    transform = similarity_transform(centres, target)
    return np.asarray(landmarks @ transform[:, :, :2].swapaxes(1, 2) + transform[:, None, :, 2])


def distances(landmarks: FloatArray) -> FloatArray:
    """All distances between two landmarks, shape (n, p(p - 1)/2), in the order of `numpy.triu_indices`."""
    return np.stack([pdist(face) for face in landmarks])


def angles(landmarks: FloatArray, triangles: IntArray) -> FloatArray:
    """The angles of triangles.

    Parameters
    ----------
    landmarks : ndarray of float64, shape (n, p, 2)
    triangles : ndarray of int64, shape (t, 3)
        Three landmarks each.

    Returns
    -------
    ndarray of float64, shape (n, 3 t)
        Radians, 0 to pi; for each triangle at its first, second and third corner. Those of a triangle sum to pi.
    """
    corners = landmarks[:, triangles]
    one, other = np.roll(corners, -1, 2) - corners, np.roll(corners, 1, 2) - corners
    sine = np.abs(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])
    cosine = (one * other).sum(-1)
    return np.asarray(np.arctan2(sine, cosine).reshape(len(landmarks), -1))


def curvature(contour: FloatArray) -> FloatArray:
    """The curvature at the inner points of contours.

    Parameters
    ----------
    contour : ndarray of float64, shape (n, m, 2)
        Points in order.

    Returns
    -------
    ndarray of float64, shape (n, m - 2)
        One over the radius of the circle through a point and its two neighbours; positive where the contour turns
        right on the screen (y down), 0 where points coincide.

    References
    ----------
    K. Menger, "Untersuchungen über allgemeine Metrik", Mathematische Annalen 103, 1930.
    """
    before, after = contour[:, 1:-1] - contour[:, :-2], contour[:, 2:] - contour[:, 1:-1]
    twice_area = before[..., 0] * after[..., 1] - before[..., 1] * after[..., 0]
    sides = np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
    sides *= np.linalg.norm(before + after, axis=-1)
    return np.asarray(np.divide(2 * twice_area, sides, out=np.zeros_like(sides), where=sides > 0))
