"""Descriptors that learn from faces with landmarks, and afterwards find the landmarks of any face themselves.

Faces are crops that lie alike, so that a search may begin with the mean of all landmarks. Those that are learnt from
are searched as well: a classifier is to see them as it will see others.

As crops are small and the start is near, two resolutions are best, and the profiles of a shape model want faces twice
as large. On the rendered faces of ``docs/results.md``, of people that were not learnt from, the 51 landmarks within the
face are then off by 6.1 % of the distance between the eyes (7.6 % without, 7.9 % at the start); those of an appearance
model by 6.0 %.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from mien.errors import InputError
from mien.features.active_appearance import ActiveAppearanceModel
from mien.features.active_shape import ActiveShapeModel
from mien.features.base import FaceArray, FaceDescriptor, FloatArray, check_faces, even_choice
from mien.features.geometry import LandmarkGeometry
from mien.features.shape import Landmarks

MOST = 3000
"""From so many faces at most a model is learnt."""

_LEVELS = 2


class LandmarkDescriptor(FaceDescriptor):
    """Base of the descriptors whose `fit` needs landmarks; a subclass says which model finds them.

    Attributes
    ----------
    model_ : ActiveShapeModel or ActiveAppearanceModel
        Finds the landmarks.
    start_ : ndarray of float64, shape (p, 2)
        Where it begins: the mean of the landmarks, in pixels.
    """

    model_: ActiveShapeModel | ActiveAppearanceModel
    start_: npt.NDArray[np.float64]
    _zoom: ClassVar[int] = 1

    @abstractmethod
    def _new_model(self) -> ActiveShapeModel | ActiveAppearanceModel:
        """The model, not fitted."""

    def fit(self, faces: FaceArray, labels: object = None, landmarks: Landmarks | None = None) -> Self:
        """Learn from grey faces, uint8 of shape (n, h, w), and their landmarks (n, p, 2) in pixels.

        Raises
        ------
        InputError
            If there are no landmarks, or not as many as faces.
        """
        if landmarks is None:
            raise InputError("asm, aam and geometry learn from faces with landmarks, and these faces have none")
        chosen = even_choice(len(check_faces(faces)), MOST)
        self.start_ = np.asarray(landmarks.mean(0), np.float64)
        self.model_ = self._new_model().fit(self._enlarged(faces[chosen]), landmarks[chosen] * self._zoom)
        return self

    def find(self, faces: FaceArray) -> npt.NDArray[np.float64]:
        """The landmarks of grey faces, uint8 of shape (n, h, w), in pixels; shape (n, p, 2)."""
        check_is_fitted(self)
        start = np.broadcast_to(self._zoom * self.start_, (len(faces), *self.start_.shape))
        return self.model_.search(self._enlarged(faces), start) / self._zoom

    def _enlarged(self, faces: FaceArray) -> FaceArray:
        if self._zoom == 1:
            return faces
        n, h, w = faces.shape
        large = np.empty((n, h * self._zoom, w * self._zoom), np.uint8)
        for result, face in zip(large, faces, strict=True):
            cv2.resize(np.ascontiguousarray(face), result.shape[::-1], result, interpolation=cv2.INTER_CUBIC)
        return large


class FaceShape(LandmarkDescriptor):
    """The shape parameters of an active shape model: neither place, size nor roll of the face matters."""

    model_: ActiveShapeModel
    _zoom = 2

    def _new_model(self) -> ActiveShapeModel:
        return ActiveShapeModel(levels=_LEVELS)

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        points = self.find(faces)
        return np.asarray(self.model_.shapes_.parameters(points), np.float32)


class FaceAppearance(LandmarkDescriptor):
    """The shape and texture parameters of an active appearance model."""

    model_: ActiveAppearanceModel

    def _new_model(self) -> ActiveAppearanceModel:
        return ActiveAppearanceModel(levels=_LEVELS)

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        points = self.find(faces)
        return self.model_.describe(faces, points)


class FaceGeometry(FaceShape):
    """Distances, angles and curvatures (`LandmarkGeometry`) of the landmarks that an active shape model finds.

    Attributes
    ----------
    geometry_ : LandmarkGeometry
    """

    geometry_: LandmarkGeometry

    def fit(self, faces: FaceArray, labels: object = None, landmarks: Landmarks | None = None) -> Self:
        """See `LandmarkDescriptor`; the eyes must be known of so many landmarks (`mien.features.geometry.EYES`)."""
        super().fit(faces, labels, landmarks)
        self.geometry_ = LandmarkGeometry().fit(np.asarray(landmarks))
        return self

    def describe(self, faces: FaceArray) -> FloatArray:
        """See `FaceDescriptor`."""
        points = self.find(faces)
        return self.geometry_.transform(points)
