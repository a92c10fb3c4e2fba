"""From samples to the arrays that training and measuring work on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mien.align import TEMPLATE, align_faces, similarity_transform
from mien.datasets.data import FaceData
from mien.datasets.media import Clip
from mien.datasets.sample import Sample
from mien.detect import Detector, get_detector
from mien.errors import BadSample, DatasetError, MienError

SIZE = 48
"""Side in pixels of the faces, as FER2013 has them."""

FRAMES = 10
"""Frames of a clip, to which the field brings micro-expressions of any length (X. Li et al., "A spontaneous
micro-expression database", FG 2013, section IV)."""

WITH_CLIPS = ("ckplus", "casme2", "samm", "smic", "afew", "meld", "gemep-emotion")
WITH_LANDMARKS = ("ckplus", "affectnet", "views")
"""Labelled data sets that have these, for messages."""

ByteArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]


class _Face(NamedTuple):
    pixels: ByteArray
    landmarks: FloatArray | None


def gather(
    rows: Iterable[Sample | BadSample],
    where: str,
    *,
    cropped: bool,
    skip_bad: bool = False,
    clips: bool = False,
    landmarks: bool = False,
) -> FaceData:
    """Read the labelled samples into memory as grey faces.

    Parameters
    ----------
    rows : iterable of Sample or BadSample
        As a reader yields them. Samples without a label are passed over.
    where : str
        What they are of, for messages.
    cropped : bool
        Whether the pictures are face crops and only brought to size; otherwise the largest face is found (within the
        sample's own box, where it has one) and laid upright in FER2013's framing.
    skip_bad : bool
        Leave out and count what cannot be used, instead of raising the first error.
    clips : bool
        Take `FRAMES` frames of each sample, evenly from its first to the one that shows the expression best, all
        framed as the first is, so that what moves is the face. A sample that is a single picture is bad.
    landmarks : bool
        Whether a sample without landmarks is bad. Where all samples have them, they are gathered in any case.

    Returns
    -------
    FaceData
        2.3 kB of memory a face, ten times as much a clip.

    Raises
    ------
    DatasetError
        If a sample is bad (and `skip_bad` is not set) or none has a label.
    """
    detector = None if cropped else get_detector("yunet")
    faces: list[_Face] = []
    used: list[Sample] = []
    skipped = 0
    for row in rows:
        if isinstance(row, Sample) and row.label is None:
            continue
        try:
            if isinstance(row, BadSample):
                raise row
            if landmarks and row.landmarks is None:
                known = _listed(WITH_LANDMARKS)
                raise BadSample(f"{where}: {row.name} has no landmarks to learn from; {known} have them", row.split)
            pictures = _clip(row, where) if clips else [row.image()]
            face = _crop(pictures, row, detector)
            faces.append(face if clips else face._replace(pixels=face.pixels[0]))
            used.append(row)
        except MienError as error:
            if not skip_bad:
                raise error if isinstance(error, DatasetError) else BadSample(str(error)) from None
            skipped += 1
    label_set = used[0].label_set if used else None
    if label_set is None:
        with_them = " with landmarks" if landmarks else ""
        raise DatasetError(f"{where}: there are no labelled {'clips' if clips else 'pictures'}{with_them}")
    votes = [sample.votes for sample in used if sample.votes is not None]
    subjects = [sample.subject for sample in used if sample.subject is not None]
    points = [face.landmarks for face in faces if face.landmarks is not None]
    return FaceData(
        np.stack([face.pixels for face in faces]),
        np.array([sample.label for sample in used], np.int64),
        label_set,
        np.stack(votes) if len(votes) == len(used) else None,
        np.array(subjects, np.str_) if len(subjects) == len(used) else None,
        skipped,
        np.stack(points) if len(points) == len(used) else None,
    )


def _clip(sample: Sample, where: str) -> list[ByteArray]:
    """Frames from the first to the best, so many as `FRAMES`; the same again where there are fewer."""
    apex = sample.media.apex() if isinstance(sample.media, Clip) else 0
    if apex < 1:
        known = _listed(WITH_CLIPS)
        raise BadSample(f"{where}: {sample.name} is a single picture and not a clip; {known} have clips", sample.split)
    chosen = np.rint(np.linspace(0, apex, FRAMES)).astype(int).tolist()
    frames = {i: frame for i, frame in zip(range(apex + 1), sample.frames(), strict=False) if i in chosen}
    if apex not in frames:
        raise BadSample(f"{sample.name}: ends before frame {apex}, counted from 0", sample.split)
    return [frames[i] for i in chosen]


def _crop(pictures: list[ByteArray], sample: Sample, detector: Detector | None) -> _Face:
    """The face of each picture where it is in the first, shape (pictures, SIZE, SIZE), and its landmarks."""
    if detector is None:
        h, w = pictures[-1].shape[:2]
        transform = np.array([(SIZE / w, 0, 0), (0, SIZE / h, 0)])
        faces = np.stack([_brought_to_size(picture) for picture in pictures])
    else:
        found = _find(pictures[0], sample, detector)
        transform = similarity_transform(found[0], SIZE * TEMPLATE)
        faces = np.concatenate([align_faces(picture, found, SIZE) for picture in pictures])
    if sample.landmarks is None:
        return _Face(faces, None)
    return _Face(faces, np.asarray(sample.landmarks @ transform[:, :2].T + transform[:, 2], np.float32))


def _brought_to_size(picture: ByteArray) -> ByteArray:
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if grey.shape != (SIZE, SIZE):
        grey = cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _find(picture: ByteArray, sample: Sample, detector: Detector) -> FloatArray:
    """The five landmarks of the largest face, in pixels of the picture; shape (1, 5, 2)."""
    left = top = 0
    if sample.box is not None:
        x1, y1, x2, y2 = sample.box
        # Half a face of room on each side: the detector knows faces by what is around them.
        dx, dy = (x2 - x1) / 2, (y2 - y1) / 2
        left, top = max(0, int(x1 - dx)), max(0, int(y1 - dy))
        picture = picture[top : int(y2 + dy), left : int(x2 + dx)]
    found = detector.detect(picture)
    if not len(found.boxes):
        raise BadSample(f"{sample.name}: no face was found", sample.split)
    widths, heights = found.boxes[:, 2] - found.boxes[:, 0], found.boxes[:, 3] - found.boxes[:, 1]
    largest = int((widths * heights).argmax())
    return found.landmarks[largest : largest + 1] + np.array([left, top], np.float32)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
