"""How well `mien.pose` reads the pose of rendered heads from the faces that the detector finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mien.datasets import find_reader
from mien.detect import get_detector
from mien.errors import BadSample, InputError
from mien.pose import estimate_pose


@dataclass(frozen=True)
class PoseRow:
    """The pictures at one angle.

    Attributes
    ----------
    angle : int
        How far the heads are turned to either side, degrees.
    pictures, found : int
        How many, and in how many of them there is a face with a pose.
    yaw, pitch, roll : float
        Mean absolute errors of those, degrees; NaN where none is found.
    """

    angle: int
    pictures: int
    found: int
    yaw: float
    pitch: float
    roll: float


def measure_pose(spec: str, report: Callable[[str], None]) -> list[PoseRow]:
    """Hold estimated poses against those of rendered views, by angle.

    Parameters
    ----------
    spec : str
        ``views:DIR`` or ``views-multipie6:DIR``.
    report : callable
        Told how far it is.

    Raises
    ------
    InputError
        If the data are others.
    BadSample
        If a view of a person is missing.
    """
    reader, path = find_reader(spec)
    if not reader.name.startswith("views"):
        raise InputError(f"the pose is measured on rendered views, views:DIR, not on {reader.name}")
    detector = get_detector("yunet")
    errors: dict[int, list[npt.NDArray[np.floating]]] = defaultdict(list)
    for number, sample in enumerate(reader.rows(path), 1):
        if isinstance(sample, BadSample):
            raise sample
        image = with_room(sample.image())
        found = detector.detect(image)
        pose = np.full(3, np.nan)
        if len(found.boxes):
            largest = np.ptp(found.boxes.reshape(-1, 2, 2), axis=1).prod(1).argmax()
            pose = estimate_pose(found.landmarks[[largest]], found.boxes[[largest]])[0]
        errors[abs(int(sample.details["view"]))].append(np.abs(pose - np.array(sample.pose)))
        if number % 100 == 0:
            report(f"{number} pictures")
    return [_row(angle, np.stack(errors[angle])) for angle in sorted(errors)]


def with_room(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Twice the size, with half a picture of room around: a detector is made for photos, not for crops."""
    larger = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    room = image.shape[0] // 2
    return np.asarray(cv2.copyMakeBorder(larger, room, room, room, room, cv2.BORDER_REPLICATE), np.uint8)


def _row(angle: int, errors: npt.NDArray[np.floating]) -> PoseRow:
    known = errors[~np.isnan(errors).any(1)]
    yaw, pitch, roll = known.mean(0).tolist() if len(known) else (np.nan,) * 3
    return PoseRow(angle, len(errors), len(known), yaw, pitch, roll)
