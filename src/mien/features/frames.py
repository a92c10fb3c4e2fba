"""What describes a face describes each frame of a clip."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from mien.features.base import FloatArray

Array = npt.NDArray[Any]


class EachFrame(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A transformer at work on every frame of clips: from (n, frames, ...) to (n, frames, d).

    Parameters
    ----------
    transformer : TransformerMixin
        From (n, ...) to (n, d). It learns from all frames, each labelled as its clip is.

    Attributes
    ----------
    transformer_ : TransformerMixin
        The same, fitted.
    """

    def __init__(self, transformer: TransformerMixin) -> None:
        self.transformer = transformer

    def fit(self, clips: Array, labels: npt.ArrayLike | None = None, landmarks: Array | None = None) -> Self:
        """Learn from clips (n, frames, ...); where there are landmarks (n, p, 2), from last frames, whose they are."""
        self.transformer_ = clone(self.transformer)
        if landmarks is not None:
            self.transformer_.fit(clips[:, -1], labels, landmarks=landmarks)
        else:
            repeated = None if labels is None else np.repeat(np.asarray(labels), clips.shape[1])
            self.transformer_.fit(_frames(clips), repeated)
        return self

    def transform(self, clips: Array) -> FloatArray:
        """The frames of clips (n, frames, ...), transformed: (n, frames, d)."""
        check_is_fitted(self)
        frames = self.transformer_.transform(_frames(clips))
        return np.asarray(frames.reshape(*clips.shape[:2], -1), np.float32)


def _frames(clips: Array) -> Array:
    return clips.reshape(-1, *clips.shape[2:])
