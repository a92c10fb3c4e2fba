"""What a video is made of: `Frame`, and what comes of one: `WatchedFrame`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.faces import Faces


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a video.

    Attributes
    ----------
    number : int
        Its place in the source, from 0; frames that are passed over count.
    time : float
        Seconds from the start of the source, as the source has it; never less than the frame's before it.
    image : ndarray of uint8, shape (h, w, 3)
        Upright RGB.
    """

    number: int
    time: float
    image: npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class WatchedFrame(Frame):
    """A frame with the faces in it, each under the number of the person's track.

    Attributes
    ----------
    faces : Faces
        One row a face; the probabilities are smoothed over time and, if asked for, corrected for the resting face.
    tracks : ndarray of int64, shape (n,)
        For each row of `faces`, which track it belongs to; counted from 1, never used twice in one video.
    raw : ndarray of float32, shape (n, k)
        The model's probabilities of this frame by itself, neither smoothed nor corrected.
    cut : bool
        Whether the scene changed with this frame, so that all tracks are new.

    Raises
    ------
    InputError
        If the shapes do not agree.
    """

    faces: Faces
    tracks: npt.NDArray[np.int64]
    raw: npt.NDArray[np.float32]
    cut: bool = False

    def __post_init__(self) -> None:
        if self.tracks.shape != (len(self.faces),):
            raise InputError(f"WatchedFrame.tracks must have shape {(len(self.faces),)}, not {self.tracks.shape}")
        if self.raw.shape != self.faces.probabilities.shape:
            raise InputError(f"WatchedFrame.raw must have shape {self.faces.probabilities.shape}, not {self.raw.shape}")
