"""Faces in thirteen views as arrays: rendered ones, or those of Multi-PIE.

The detector's alignment is not used, for it would lay a profile otherwise than a face seen from the front. A rendered
picture is a frame as it is, those of Multi-PIE are cut to the same (`mien.views.protocol.framing`), and the middle of
the frame is made grey and 72 pixels large: half as large again as faces of FER2013, for seen from the side an eye is so
small that who squints cannot be told at 48. What a generator makes of a frame is a frame again, and goes the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData, Sample, find_reader
from mien.datasets.multipie import MULTIPIE
from mien.errors import BadSample, DatasetError, InputError
from mien.labels import MULTIPIE6, MULTIPIE6_YAW13, YAW13
from mien.turning.frame import RIM, without_rim
from mien.views.protocol.framing import Square, cut, find_squares

ByteArray = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int64]

FACE = 72
"""Side of a face, pixels."""

VIEWS = tuple(map(int, YAW13.labels))
"""The yaws of the views, degrees, as in `mien.datasets.Pose`; each must occur in the data."""

RECORDINGS = ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 3))
"""Session and recording of Multi-PIE in which a person shows each expression for the first time; others are left out,
or four pictures in ten would be neutral."""

FRONTAL_FLASH = 7
"""The light of Multi-PIE's pictures; a person in the same pose under other lights would be counted anew."""


@dataclass(frozen=True, eq=False)
class ViewData:
    """Faces in known views.

    Attributes
    ----------
    faces : ndarray of uint8, shape (n, 72, 72)
        Grey frames.
    labels : ndarray of int64, shape (n,)
        Expressions, indices into `MULTIPIE6`.
    subjects : ndarray of str, shape (n,)
        Whom they show.
    views : ndarray of int64, shape (n,)
        Which of `VIEWS` each is.
    yaws : ndarray of float32, shape (n,)
        The true yaw, degrees; a rendered head is a little off its view.
    frames : ndarray of uint8, shape (n, s, s, 3), or None
        The frames in colour, where a generator wants them.
    """

    faces: ByteArray
    labels: IntArray
    subjects: npt.NDArray[np.str_]
    views: IntArray
    yaws: npt.NDArray[np.float32]
    frames: ByteArray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def angles(self) -> IntArray:
        """How far each is turned to either side, 0 to 90 degrees, shape (n,)."""
        return np.abs(self.views)

    def take(self, rows: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> ViewData:
        """The given rows, by index or mask."""
        frames = None if self.frames is None else self.frames[rows]
        return ViewData(
            self.faces[rows], self.labels[rows], self.subjects[rows], self.views[rows], self.yaws[rows], frames
        )

    def to_learn_from(self) -> FaceData:
        """Each face as it is, and mirrored, by which its view changes sides; labels are of `MULTIPIE6_YAW13`."""
        views = np.searchsorted(VIEWS, np.concatenate([self.views, -self.views]))
        return FaceData(
            np.concatenate([self.faces, self.faces[:, :, ::-1]]),
            np.tile(self.labels, 2) * len(VIEWS) + views,
            MULTIPIE6_YAW13,
            subjects=np.tile(self.subjects, 2),
        )


def read_views(spec: str, side: int | None = None, rim: float = 0.0) -> ViewData:
    """Read ``views-multipie6:DIR`` or ``multipie:DIR``.

    Parameters
    ----------
    spec : str
        The data. Of Multi-PIE the pictures with the frontal flash are taken, of each expression the first recording.
    side : int, optional
        Of `ViewData.frames`, pixels; without it there are none.
    rim : float
        What these lack of the frames (`mien.turning.frame.without_rim`).

    Raises
    ------
    InputError
        If the data are others, or rendered smaller than `side`.
    DatasetError
        If a view of a person is missing or damaged, or there are other views than `VIEWS`.
    """
    reader, path = find_reader(spec)
    if reader.label_set != MULTIPIE6:
        raise InputError(f"the pose protocol reads views-multipie6:DIR or multipie:DIR, not {reader.name}:{path}")
    samples = _whole(reader.rows(path))
    squares: list[Square | None] = [None] * len(samples)
    if reader is MULTIPIE:
        samples = [sample for sample in samples if _is_wanted(sample)]
        squares = list(find_squares(samples))
    views = np.array([_view(sample) for sample in samples], np.int64)
    if set(views) != set(VIEWS):
        found = ", ".join(map(str, np.unique(views))) or "none"
        raise DatasetError(
            f"{path}: the pose protocol needs the views {', '.join(YAW13.labels)}, and there are {found}"
        )
    faces, frames = np.empty((len(samples), FACE, FACE), np.uint8), None
    if side is not None:
        frames = np.empty((len(samples), side, side, 3), np.uint8)
    for row, (sample, square) in enumerate(zip(samples, squares, strict=True)):
        image = sample.image()
        frame = image if square is None else cut(image, square)
        faces[row] = to_face(frame)
        if frames is not None:
            shown = without_rim(frame, rim)
            if square is None and len(shown) < len(frames[row]):
                raise InputError(
                    f"{path}: the pictures have {len(shown)} pixels a side, and the generator needs {side}"
                )
            frames[row] = cv2.resize(shown, frames.shape[1:3], interpolation=cv2.INTER_AREA)
    return ViewData(
        faces,
        np.array([sample.label for sample in samples], np.int64),
        np.array([sample.subject for sample in samples]),
        views,
        np.array([sample.pose.yaw for sample in samples if sample.pose is not None], np.float32),
        frames,
    )


def to_face(frame: ByteArray, rim: float = 0.0) -> ByteArray:
    """A frame as the classifier takes it: grey and without the rim where no face is.

    Parameters
    ----------
    frame : ndarray of uint8, shape (s, s, 3)
        RGB.
    rim : float
        What it lacks already of a whole frame, at most `RIM`.

    Returns
    -------
    ndarray of uint8, shape (72, 72)
    """
    face = without_rim(frame, (RIM - rim) / (1 - rim))
    interpolation = cv2.INTER_AREA if len(face) > FACE else cv2.INTER_LINEAR
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (FACE, FACE), interpolation=interpolation), np.uint8)


def _whole(rows: Iterable[Sample | BadSample]) -> list[Sample]:
    samples = []
    for row in rows:
        if isinstance(row, BadSample):
            raise row
        samples.append(row)
    return samples


def _is_wanted(sample: Sample) -> bool:
    recording = sample.details["session"], sample.details["recording"]
    return sample.pose is not None and sample.details["light"] == FRONTAL_FLASH and recording in RECORDINGS


def _view(sample: Sample) -> int:
    assert sample.pose is not None
    return int(sample.details.get("view", sample.pose.yaw))
