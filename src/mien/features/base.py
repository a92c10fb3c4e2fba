"""What all face descriptors share: checked input, bounded chunks, and as many threads as the caller allows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.parallel import Parallel, delayed

from mien.errors import InputError

FaceArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

CHUNK = 32
"""Faces that are described at a time: what a descriptor needs beside its result stays within some 10 MB."""


def check_faces(faces: npt.NDArray[Any]) -> FaceArray:
    """The same array; raises `InputError` if it is not uint8 of shape (n, h, w)."""
    if not isinstance(faces, np.ndarray) or faces.dtype != np.uint8 or faces.ndim != 3:
        found = f"{faces.dtype} {faces.shape}" if isinstance(faces, np.ndarray) else type(faces).__name__
        raise InputError(f"faces must be uint8 of shape (n, h, w), not {found}")
    return faces


def check_clips(faces: npt.NDArray[Any]) -> FaceArray:
    """The same array; raises `InputError` if it is not uint8 of shape (n, frames, h, w) with two frames or more."""
    if not isinstance(faces, np.ndarray) or faces.dtype != np.uint8 or faces.ndim != 4 or faces.shape[1] < 2:
        found = f"{faces.dtype} {faces.shape}" if isinstance(faces, np.ndarray) else type(faces).__name__
        raise InputError(
            f"clips must be uint8 of shape (n, frames, h, w) with two frames or more, not {found}: "
            "a single picture shows no movement"
        )
    return faces


def even_choice(count: int, most: int) -> npt.NDArray[np.intp]:
    """Which of so many rows to take, at most `most`, from all parts alike."""
    return np.linspace(0, count - 1, min(most, count)).astype(np.intp)


class FaceDescriptor(TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Base of the descriptors that look at each face by itself; a subclass defines `describe`.

    Chunks of faces go to the threads that ``joblib.parallel_config(n_jobs=...)`` allows around the call, one without.
    """

    _checked = staticmethod(check_faces)

    @abstractmethod
    def describe(self, faces: FaceArray) -> npt.NDArray[np.floating]:
        """The descriptors of a few faces.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, h, w)
            Grey faces.

        Returns
        -------
        ndarray of float, shape (n, d)
        """

    def fit(self, faces: FaceArray, labels: object = None) -> Self:
        """Nothing is learnt."""
        self._checked(faces)
        return self

    def transform(self, faces: FaceArray) -> FloatArray:
        """The descriptors of any number of faces.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, h, w)
            Grey faces.

        Returns
        -------
        ndarray of float32, shape (n, d)
        """
        faces = self._checked(faces)
        starts = range(0, max(1, len(faces)), CHUNK)
        jobs = (delayed(self._describe)(faces[start : start + CHUNK]) for start in starts)
        return np.concatenate(Parallel(prefer="threads")(jobs))

    def _describe(self, faces: FaceArray) -> FloatArray:
        return np.asarray(self.describe(faces), np.float32)


class ClipDescriptor(FaceDescriptor):
    """Base of the descriptors that look at each clip by itself: uint8 of shape (n, frames, h, w), not (n, h, w)."""

    _checked = staticmethod(check_clips)
