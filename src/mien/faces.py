"""What an analysed picture is: `Faces`, one row a face, and `Face`, one of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.labels import LabelSet
from mien.pose import Pose, estimate_pose

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Face:
    """One face of a picture.

    Attributes
    ----------
    box : ndarray of float32, shape (4,)
        ``x1, y1, x2, y2`` in pixels of the upright picture; may reach over its edge.
    score : float
        The detector's confidence, 0 to 1.
    landmarks : ndarray of float32, shape (5, 2)
        ``x, y`` in pixels: the person's right eye, left eye, nose tip, right and left mouth corner.
    probabilities : ndarray of float32, shape (k,)
        Over `label_set`; sums to one.
    label_set : LabelSet
        The names of the probabilities.
    image_size : tuple of int
        Width and height of the picture in pixels.
    unsure_below : float
        The probability of the best label from which on the model is right often enough to be called sure; 0 if it
        makes no such difference.
    """

    box: FloatArray
    score: float
    landmarks: FloatArray
    probabilities: FloatArray
    label_set: LabelSet
    image_size: tuple[int, int]
    unsure_below: float = 0.0

    @cached_property
    def pose(self) -> Pose | None:
        """How the head is turned, see `estimate_pose`; None where the landmarks do not tell."""
        pose = estimate_pose(self.landmarks[None], self.box[None])[0]
        return None if np.isnan(pose).any() else Pose(*pose.tolist())

    @property
    def label(self) -> str:
        """The most probable label."""
        return self.label_set.labels[int(self.probabilities.argmax())]

    @property
    def unsure(self) -> bool:
        """Whether the label is little more than a guess: its probability is below `unsure_below`."""
        return float(self.probabilities.max()) < self.unsure_below

    def probability(self, label: str) -> float:
        """Probability of one label, 0 to 1; raises `UnknownName` for a label not in the set."""
        return float(self.probabilities[self.label_set.index(label)])

    def to_dict(self) -> dict[str, Any]:
        """Native Python numbers, ready for JSON."""
        return {
            "box": self.box.tolist(),
            "score": self.score,
            "landmarks": self.landmarks.tolist(),
            "label": self.label,
            "unsure": self.unsure,
            "probabilities": dict(zip(self.label_set.labels, self.probabilities.tolist(), strict=True)),
            "pose": None if self.pose is None else self.pose._asdict(),
        }


@dataclass(frozen=True, eq=False)
class Faces:
    """The faces of one picture, one row a face, the most confident first.

    Attributes
    ----------
    boxes : ndarray of float32, shape (n, 4)
        ``x1, y1, x2, y2`` in pixels.
    detection_scores : ndarray of float32, shape (n,)
        0 to 1.
    landmarks : ndarray of float32, shape (n, 5, 2)
        ``x, y`` in pixels.
    probabilities : ndarray of float32, shape (n, k)
        Over `label_set`; each row sums to one.
    label_set : LabelSet
        The names of the ``k`` probabilities.
    image_size : tuple of int
        Width and height of the upright picture in pixels.
    unsure_below : float
        See `Face`.

    Raises
    ------
    InputError
        If the shapes do not agree; the message says what was expected.
    """

    boxes: FloatArray
    detection_scores: FloatArray
    landmarks: FloatArray
    probabilities: FloatArray
    label_set: LabelSet
    image_size: tuple[int, int]
    unsure_below: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.boxes)
        expected = {
            "boxes": (n, 4),
            "detection_scores": (n,),
            "landmarks": (n, 5, 2),
            "probabilities": (n, len(self.label_set)),
        }
        for name, shape in expected.items():
            array = np.asarray(getattr(self, name), np.float32)
            if array.shape != shape:
                raise InputError(f"Faces.{name} must have shape {shape}, not {array.shape}")
            object.__setattr__(self, name, array)

    @classmethod
    def empty(cls, label_set: LabelSet, image_size: tuple[int, int]) -> Faces:
        """A picture without faces."""
        k = len(label_set)
        return cls(
            np.zeros((0, 4), np.float32),
            np.zeros(0, np.float32),
            np.zeros((0, 5, 2), np.float32),
            np.zeros((0, k), np.float32),
            label_set,
            image_size,
        )

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, index: int) -> Face:
        return Face(
            self.boxes[index],
            float(self.detection_scores[index]),
            self.landmarks[index],
            self.probabilities[index],
            self.label_set,
            self.image_size,
            self.unsure_below,
        )

    def __iter__(self) -> Iterator[Face]:
        return (self[i] for i in range(len(self)))

    @cached_property
    def poses(self) -> FloatArray:
        """How each head is turned: ``yaw, pitch, roll`` in degrees, shape (n, 3); see `estimate_pose`."""
        return estimate_pose(self.landmarks, self.boxes)

    @cached_property
    def labels(self) -> list[str]:
        """The most probable label of each face."""
        return [face.label for face in self]

    def to_dicts(self) -> list[dict[str, Any]]:
        """One dict a face, of native Python numbers, ready for JSON."""
        return [face.to_dict() for face in self]

    def to_table(self) -> dict[str, list[Any]]:
        """Columns of equal length, as `pandas.DataFrame` or `polars.DataFrame` take them.

        The columns are ``x1, y1, x2, y2, score, label`` and one for each label's probability.
        """
        table: dict[str, list[Any]] = {
            name: self.boxes[:, i].tolist() for i, name in enumerate(("x1", "y1", "x2", "y2"))
        }
        table["score"] = self.detection_scores.tolist()
        table["label"] = self.labels
        for i, label in enumerate(self.label_set.labels):
            table[label] = self.probabilities[:, i].tolist()
        return table
