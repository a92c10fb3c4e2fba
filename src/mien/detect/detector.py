"""What a face detector is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from mien.errors import InputError

FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Detections:
    """The faces found in one picture, one row a face, the most confident first (they are sorted here).

    Attributes
    ----------
    boxes : ndarray of float32, shape (n, 4)
        ``x1, y1, x2, y2`` in pixels; may reach over the picture's edge.
    scores : ndarray of float32, shape (n,)
        The detector's confidence, 0 to 1.
    landmarks : ndarray of float32, shape (n, 5, 2)
        ``x, y`` in pixels: the person's right eye, left eye, nose tip, right and left mouth corner.

    Raises
    ------
    InputError
        If the shapes do not agree; the message says what was expected.
    """

    boxes: FloatArray
    scores: FloatArray
    landmarks: FloatArray

    def __post_init__(self) -> None:
        n = len(self.boxes)
        order = np.argsort(-np.asarray(self.scores), kind="stable")
        for name, shape in {"boxes": (n, 4), "scores": (n,), "landmarks": (n, 5, 2)}.items():
            array = np.asarray(getattr(self, name), np.float32)
            if array.shape != shape:
                raise InputError(f"Detections.{name} must have shape {shape}, not {array.shape}")
            object.__setattr__(self, name, array[order])

    @classmethod
    def empty(cls) -> Detections:
        """A picture without faces."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32))

    def __len__(self) -> int:
        return len(self.boxes)


@runtime_checkable
class Detector(Protocol):
    """Anything that finds faces; several threads may call one detector at a time."""

    def detect(self, image: ImageArray) -> Detections:
        """Find the faces in an upright RGB picture, shape (h, w, 3); none is an empty `Detections`."""
        ...
