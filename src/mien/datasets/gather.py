"""From samples to the arrays that training and measuring work on."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from mien.align import align_faces
from mien.datasets.data import FaceData
from mien.datasets.sample import Sample
from mien.detect import Detector, get_detector
from mien.errors import BadSample, DatasetError, MienError

SIZE = 48
"""Side in pixels of the faces, as FER2013 has them."""


def gather(rows: Iterable[Sample | BadSample], where: str, *, cropped: bool, skip_bad: bool = False) -> FaceData:
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

    Returns
    -------
    FaceData
        2.3 kB of memory a face.

    Raises
    ------
    DatasetError
        If a sample is bad (and `skip_bad` is not set) or none has a label.
    """
    detector = None if cropped else get_detector("yunet")
    faces: list[npt.NDArray[np.uint8]] = []
    used: list[Sample] = []
    skipped = 0
    for row in rows:
        if isinstance(row, Sample) and row.label is None:
            continue
        try:
            if isinstance(row, BadSample):
                raise row
            faces.append(_face(row, detector))
            used.append(row)
        except MienError as error:
            if not skip_bad:
                raise error if isinstance(error, DatasetError) else BadSample(str(error)) from None
            skipped += 1
    label_set = used[0].label_set if used else None
    if label_set is None:
        raise DatasetError(f"{where}: there are no labelled pictures")
    votes = [sample.votes for sample in used if sample.votes is not None]
    subjects = [sample.subject for sample in used if sample.subject is not None]
    return FaceData(
        np.stack(faces),
        np.array([sample.label for sample in used], np.int64),
        label_set,
        np.stack(votes) if len(votes) == len(used) else None,
        np.array(subjects, np.str_) if len(subjects) == len(used) else None,
        skipped,
    )


def _face(sample: Sample, detector: Detector | None) -> npt.NDArray[np.uint8]:
    image = sample.image()
    if detector is None:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        if grey.shape != (SIZE, SIZE):
            grey = cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
        return np.asarray(grey, np.uint8)
    if sample.box is not None:
        x1, y1, x2, y2 = sample.box
        # Half a face of room on each side: the detector knows faces by what is around them.
        dx, dy = (x2 - x1) / 2, (y2 - y1) / 2
        image = image[max(0, int(y1 - dy)) : int(y2 + dy), max(0, int(x1 - dx)) : int(x2 + dx)]
    found = detector.detect(image)
    if not len(found.boxes):
        raise BadSample(f"{sample.name}: no face was found", sample.split)
    widths, heights = found.boxes[:, 2] - found.boxes[:, 0], found.boxes[:, 3] - found.boxes[:, 1]
    largest = int((widths * heights).argmax())
    return np.squeeze(align_faces(image, found.landmarks[largest : largest + 1], SIZE), 0)
