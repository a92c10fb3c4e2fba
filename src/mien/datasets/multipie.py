"""CMU Multi-PIE (Gross et al. 2010): 337 people, 15 cameras, 19 flashes, six expressions in four sessions."""

from __future__ import annotations

import re
from pathlib import Path

from mien.datasets.files import files_in, folders_in
from mien.datasets.media import Picture
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Pose, Sample
from mien.errors import BadSample, DatasetError
from mien.labels import MULTIPIE6

CAMERA_YAW = {
    "24_0": -90,
    "01_0": -75,
    "20_0": -60,
    "19_0": -45,
    "19_1": -45,
    "04_1": -30,
    "05_0": -15,
    "05_1": 0,
    "14_0": 15,
    "13_0": 30,
    "08_0": 45,
    "08_1": 45,
    "09_0": 60,
    "12_0": 75,
    "11_0": 90,
}
"""Where each camera stands around the head, in degrees; the negative ones see the right side of the face."""

ABOVE = ("19_1", "08_1")
"""The two cameras that look down from above."""

EXPRESSIONS = {
    (1, 1): "neutral",
    (1, 2): "smile",
    (2, 1): "neutral",
    (2, 2): "surprise",
    (2, 3): "squint",
    (3, 1): "neutral",
    (3, 2): "smile",
    (3, 3): "disgust",
    (4, 1): "neutral",
    (4, 2): "neutral",
    (4, 3): "scream",
}
"""What was asked for, by session and recording."""

_NAME = re.compile(r"(?P<subject>\d{3})_(?P<session>\d\d)_(?P<recording>\d\d)_(?P<camera>\d{3})_(?P<light>\d\d)")


def camera_pose(camera: str) -> Pose | None:
    """The pose of a head that looks straight ahead, as a camera sees it.

    A face whose right side is seen is turned to the picture's right, where `Pose` counts yaw positive: the sign is the
    opposite of `CAMERA_YAW`'s. For the cameras `ABOVE` it is None, as their height is not given in degrees.
    """
    return None if camera in ABOVE else Pose(yaw=float(-CAMERA_YAW[camera]))


def read(path: Path) -> Rows:
    """All pictures of the multi-view recordings, session by session."""
    sessions = [folder / "multiview" for folder in folders_in(path) if re.fullmatch(r"session\d\d", folder.name)]
    if not any(session.is_dir() for session in sessions):
        raise DatasetError(f"{path}: no folders session01/multiview to session04/multiview here")
    for session in sessions:
        for file in files_in(session):
            yield _sample(path, file)


def _sample(root: Path, file: Path) -> Sample | BadSample:
    match = _NAME.fullmatch(file.stem)
    if match is None:
        return BadSample(f"{file}: the name is not of the form PPP_SS_RR_CCC_LL")
    session, recording, light = int(match["session"]), int(match["recording"]), int(match["light"])
    camera = f"{match['camera'][:2]}_{match['camera'][2]}"
    if camera not in CAMERA_YAW:
        return BadSample(f"{file}: there is no camera {camera}")
    if (session, recording) not in EXPRESSIONS:
        return BadSample(f"{file}: session {session} has no recording {recording}")
    return Sample(
        file.relative_to(root).as_posix(),
        Picture(file),
        MULTIPIE6.index(EXPRESSIONS[session, recording]),
        MULTIPIE6,
        subject=match["subject"],
        pose=camera_pose(camera),
        details={
            "session": session,
            "recording": recording,
            "camera": camera,
            "camera_yaw": CAMERA_YAW[camera],
            "light": light,
        },
    )


MULTIPIE = Reader(
    name="multipie",
    title="CMU Multi-PIE (Gross et al. 2010)",
    needs="session01/multiview/ to session04/multiview/ with pictures PPP/RR/CC_C/PPP_SS_RR_CCC_LL.png",
    source="Carnegie Mellon University",
    read=read,
    label_set=MULTIPIE6,
)
