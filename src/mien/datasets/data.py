"""What training and measuring work on: `FaceData`, the faces of one split as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.errors import DatasetError
from mien.labels import FERPLUS8, LabelSet, can_map, merge_probabilities


@dataclass(frozen=True, eq=False)
class FaceData:
    """Labelled grey face crops of one split, or clips of them.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, h, w) or (n, frames, h, w)
        Grey faces. Of clips, frames of equal distance from the first to the one that shows the expression best.
    labels : ndarray of int64, shape (n,)
        Indices into `label_set`.
    label_set : LabelSet
        What the labels mean.
    votes : ndarray of uint8, shape (n, 10), or None
        FER+ votes (neutral, happiness, surprise, sadness, anger, disgust, fear, contempt, unknown, not a face), where
        the copy has them.
    subjects : ndarray of str, shape (n,), or None
        Who each picture shows, where the data set says.
    landmarks : ndarray of float32, shape (n, p, 2), or None
        ``x, y`` in pixels of `images` (of the last frame of a clip), where the data set has them for all.
    skipped : int
        Samples that were bad and left out.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    label_set: LabelSet
    votes: npt.NDArray[np.uint8] | None = None
    subjects: npt.NDArray[np.str_] | None = None
    skipped: int = 0
    landmarks: npt.NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def label_sets(self) -> tuple[LabelSet, ...]:
        """The label sets in which there are labels: its own, and ``ferplus8`` where there are votes."""
        return (self.label_set,) if self.votes is None else (self.label_set, FERPLUS8)

    @property
    def stills(self) -> npt.NDArray[np.uint8]:
        """The faces, shape (n, h, w); of clips, the last frames."""
        return self.images if self.images.ndim == 3 else self.images[:, -1]

    def subset(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> FaceData:
        """The given rows, by index or mask."""
        votes = None if self.votes is None else self.votes[rows]
        subjects = None if self.subjects is None else self.subjects[rows]
        landmarks = None if self.landmarks is None else self.landmarks[rows]
        return FaceData(self.images[rows], self.labels[rows], self.label_set, votes, subjects, landmarks=landmarks)


def join(parts: Sequence[FaceData]) -> FaceData:
    """Several splits of one data set as one, or several data sets with the same labels (`translate`)."""
    if len(parts) == 1:
        return parts[0]
    votes = [part.votes for part in parts if part.votes is not None]
    subjects = [part.subjects for part in parts if part.subjects is not None]
    landmarks = [part.landmarks for part in parts if part.landmarks is not None]
    alike = len(landmarks) == len(parts) and len({points.shape[1:] for points in landmarks}) == 1
    return FaceData(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        parts[0].label_set,
        np.concatenate(votes) if len(votes) == len(parts) else None,
        np.concatenate(subjects) if len(subjects) == len(parts) else None,
        sum(part.skipped for part in parts),
        np.concatenate(landmarks) if alike else None,
    )


def translate(data: FaceData, like: FaceData) -> FaceData:
    """The faces of one data set with the labels of another, so that `join` can put them together.

    Parameters
    ----------
    data : FaceData
        Votes that it does not have become zeros, which train nothing; votes that only it has are left out.
    like : FaceData
        Its label set is used.

    Raises
    ------
    DatasetError
        If labels of the first have no counterpart in the second.
    """
    source, target = data.label_set, like.label_set
    if not can_map(source, target):
        raise DatasetError(f"labels of {source.name!r} have no counterpart in {target.name!r}")
    counterpart = merge_probabilities(np.eye(len(source), dtype=np.float32), source, target).argmax(1)
    votes = None
    if like.votes is not None:
        votes = np.zeros((len(data), like.votes.shape[1]), np.uint8) if data.votes is None else data.votes
    return FaceData(data.images, counterpart[data.labels], target, votes, data.subjects, data.skipped, data.landmarks)
