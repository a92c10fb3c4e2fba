"""What every data-set reader yields: `Sample`, one labelled picture or clip whose pixels are not read yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mien.datasets.media import Media
from mien.labels import LabelSet

ByteArray = npt.NDArray[np.uint8]


class Pose(NamedTuple):
    """Where a head is turned, in degrees; 0, 0, 0 looks into the camera.

    Positive yaw turns the face to the picture's right, positive pitch up, positive roll clockwise as seen.
    """

    yaw: float
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class Sample:
    """One labelled picture, or one labelled clip.

    Attributes
    ----------
    name : str
        Unique in the data set and stable: the path under its root, or file and row.
    media : Media
        The pixels, read only when asked for.
    label : int or None
        Index into `label_set`; None where the data set says nothing.
    label_set : LabelSet or None
        What `label` means.
    split : str or None
        The official part it belongs to.
    subject : str or None
        Who it shows.
    box : tuple of float or None
        The face, ``x1, y1, x2, y2`` in pixels.
    landmarks : ndarray of float32, shape (k, 2), or None
        ``x, y`` in pixels; how many and which is the data set's own convention.
    action_units : mapping from int to (float or None), or None
        Intensity of each coded unit: 0 absent, 1 to 5 FACS' A to E, None present at an unknown intensity. A unit that
        was not coded is missing.
    pose : Pose or None
        Where the head is turned.
    votes : ndarray of uint8, shape (10,), or None
        FER+ votes, as in `FaceData`.
    details : mapping from str to (str, int or float)
        What else the data set says, under its own names: valence, session, camera, onset frame.
    """

    name: str
    media: Media
    label: int | None = None
    label_set: LabelSet | None = None
    split: str | None = None
    subject: str | None = None
    box: tuple[float, float, float, float] | None = None
    landmarks: npt.NDArray[np.float32] | None = None
    action_units: Mapping[int, float | None] | None = None
    pose: Pose | None = None
    votes: ByteArray | None = None
    details: Mapping[str, str | int | float] = field(default_factory=dict)

    def image(self) -> ByteArray:
        """The picture, or the frame of the clip that shows the expression best: RGB, shape (h, w, 3).

        Raises
        ------
        UnreadableImage
            If there is no whole picture; the message names the file.
        """
        return self.media.image()

    def frames(self) -> Iterator[ByteArray]:
        """The frames of the clip one after the other, RGB, shape (h, w, 3); a picture is its own only frame."""
        return self.media.frames()
