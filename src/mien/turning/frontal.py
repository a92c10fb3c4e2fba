"""The station of the road that turns faces to the front before they are read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.align import align_faces
from mien.detect import Detections
from mien.pose import estimate_pose
from mien.turning.frame import cut_faces
from mien.turning.turner import Turner

ImageArray = npt.NDArray[np.uint8]

TURNED = 75.0
"""Degrees of yaw beyond which a face is turned to the front.

Rendered faces beyond it are read better from the front by a classifier that has learnt from photos alone; `mien`, which
has learnt turned faces, reads them better as they are, and so do all models those of photos (``docs/views.md``).
"""

SHARPER = 2
"""Pixels a side of a front for each of the generator's; the crop is cut out of it."""


def frontalise(
    image: ImageArray, detections: Detections, crops: ImageArray, turner: Turner, margin: float
) -> ImageArray:
    """Aligned crops, those of turned faces made of the front that the generator shows.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB.
    detections : Detections
        Its faces.
    crops : ndarray of uint8, shape (n, frame, frame)
        What `mien.align.align_faces` made of them.
    turner : Turner
        The generator.
    margin : float
        Of the crops; see `mien.align.align_faces`.

    Returns
    -------
    ndarray of uint8, shape (n, frame, frame)
        The crops of faces whose yaw is at most `TURNED` degrees, or is not known, are as they were.
    """
    yaws = estimate_pose(detections.landmarks, detections.boxes)[:, 0]
    turned = np.flatnonzero(np.abs(yaws) > TURNED)
    if not len(turned):
        return crops
    card = turner.card
    chosen = Detections(detections.boxes[turned], detections.scores[turned], detections.landmarks[turned])
    side = SHARPER * card.side
    fronts = turner.turn(cut_faces(image, chosen, card.framing, side), 0.0)
    landmarks = np.array([card.framing.frontal], np.float32) * side
    crops = crops.copy()
    for face, front in zip(turned, fronts, strict=True):
        crops[face] = align_faces(front, landmarks, crops.shape[-1], margin)[0]
    return crops
