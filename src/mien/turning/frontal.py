"""The station of the road that shows turned faces from the front, too, and weighs what is read there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.align import align_faces
from mien.detect import Detections
from mien.pose import estimate_pose
from mien.turning.frame import cut_faces
from mien.turning.turner import Turner

ImageArray = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float32]

TURNED = 30.0
"""Degrees of yaw beyond which a face is read from the front, too; nearer to it that only loses (``docs/views.md``)."""

SHARE = 1 / 3
"""Weight of what is read from the front; alone it tells less than the face as it is (``docs/views.md``)."""

SHARPER = 2
"""Pixels a side of a front for each of the generator's; the crop is cut out of it."""


@dataclass(frozen=True, eq=False)
class Fronts:
    """How the turned faces of a picture look from the front.

    Attributes
    ----------
    rows : ndarray of int, shape (m,)
        Which faces of the picture they are, ascending.
    crops : ndarray of uint8, shape (m, frame, frame)
        As `mien.align.align_faces` would have made them of faces seen from the front.
    """

    rows: npt.NDArray[np.intp]
    crops: ImageArray


def frontalise(image: ImageArray, detections: Detections, turner: Turner, frame: int, margin: float) -> Fronts:
    """Show the turned faces of a picture from the front.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB.
    detections : Detections
        Its faces.
    turner : Turner
        The generator.
    frame, margin : int, float
        Of the crops; see `mien.align.align_faces`.

    Returns
    -------
    Fronts
        Of the faces whose yaw is beyond `TURNED` degrees; one whose yaw is not known has none.
    """
    yaws = estimate_pose(detections.landmarks, detections.boxes)[:, 0]
    turned = np.flatnonzero(np.abs(yaws) > TURNED)
    crops = np.empty((len(turned), frame, frame), np.uint8)
    if len(turned):
        card = turner.card
        side = SHARPER * card.side
        chosen = Detections(detections.boxes[turned], detections.scores[turned], detections.landmarks[turned])
        landmarks = np.array([card.framing.frontal], np.float32) * side
        for row, front in enumerate(turner.turn(cut_faces(image, chosen, card.framing, side), 0.0)):
            crops[row] = align_faces(front, landmarks, frame, margin)[0]
    return Fronts(turned, crops)


def hear_both(as_they_are: FloatArray, from_the_front: FloatArray) -> FloatArray:
    """What is read of faces in both views together: the mean of the logarithms, weighted by `SHARE`.

    Parameters
    ----------
    as_they_are, from_the_front : ndarray of float32, shape (m, k)
        Probabilities of the same faces.

    Returns
    -------
    ndarray of float32, shape (m, k)
        Rows sum to one.
    """
    mean: FloatArray = as_they_are ** (1 - SHARE) * from_the_front**SHARE
    mean /= mean.sum(1, keepdims=True)
    return mean
