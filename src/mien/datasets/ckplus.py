"""CK+, the Extended Cohn-Kanade data set (Lucey et al. 2010): sequences from neutral to the peak.

A sample is a sequence; its best frame is the last, the peak, which the emotion, the action units and the landmarks
describe. All 593 sequences are read; the 327 with an emotion have a label. The first frame of each is neutral:
``FrameFiles(sample.media.paths, best=0)`` is that picture.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.datasets.files import attempt, files_in, find, folders_in
from mien.datasets.media import FrameFiles
from mien.datasets.reader import ALL, Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_numbers
from mien.errors import BadSample
from mien.labels import FERPLUS8

EMOTIONS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
"""What CK+'s numbers mean, in the words of ``ferplus8``."""


def read(path: Path) -> Rows:
    """All sequences of CK+, by subject and number."""
    images = find(path, "cohn-kanade-images")
    find(path, "Emotion")
    for subject in folders_in(images):
        for sequence in folders_in(subject):
            yield attempt(_sequence, path, sequence, subject.name)


def _sequence(path: Path, folder: Path, subject: str) -> Sample:
    place = f"{subject}/{folder.name}"
    frames = tuple(files_in(folder))
    if not frames:
        raise BadSample(f"{folder}: there are no frames")
    landmarks = path / "Landmarks" / place / f"{frames[-1].stem}_landmarks.txt"
    return Sample(
        name=place,
        media=FrameFiles(frames, best=len(frames) - 1),
        label=_label(path / "Emotion" / place),
        label_set=FERPLUS8,
        subject=subject,
        landmarks=_landmarks(landmarks) if landmarks.exists() else None,
        action_units=_action_units(path / "FACS" / place),
    )


def _label(folder: Path) -> int | None:
    for file in files_in(folder, ("_emotion.txt",)):
        for where, numbers in read_numbers(file):
            if len(numbers) != 1 or numbers[0] not in range(len(EMOTIONS)):
                raise BadSample(f"{where}: label {' '.join(map(str, numbers))} is none of CK+'s 0 to 7")
            return FERPLUS8.index(EMOTIONS[int(numbers[0])])
        raise BadSample(f"{file}: an empty file")
    return None


def _action_units(folder: Path) -> dict[int, float | None] | None:
    for file in files_in(folder, ("_facs.txt",)):
        units: dict[int, float | None] = {}
        for where, numbers in read_numbers(file):
            if len(numbers) != 2 or numbers[1] not in range(6):
                raise BadSample(f"{where}: not an action unit and its intensity, 0 to 5")
            # Nought means that the unit is there, at an intensity that was not coded.
            units[int(numbers[0])] = numbers[1] or None
        return units
    return None


def _landmarks(file: Path) -> npt.NDArray[np.float32]:
    points = [numbers for _, numbers in read_numbers(file)]
    if len(points) != 68 or any(len(point) != 2 for point in points):
        raise BadSample(f"{file}: not 68 points of two numbers")
    return np.array(points, np.float32)


CKPLUS = Reader(
    name="ckplus",
    title="CK+, the Extended Cohn-Kanade data set (Lucey et al. 2010)",
    needs="cohn-kanade-images/S005/001/S005_001_00000001.png and on, with Emotion/, FACS/ and Landmarks/ alike",
    source="Jeffrey Cohn's group, University of Pittsburgh",
    read=read,
    label_set=FERPLUS8,
    published={
        ALL: {
            "": 593,
            "anger": 45,
            "contempt": 18,
            "disgust": 59,
            "fear": 25,
            "happiness": 69,
            "sadness": 28,
            "surprise": 83,
        }
    },
)
