"""Holding a face still: what is left of the head's movement and of the detector's unrest after alignment.

Landmarks found anew in each frame shift a crop by some tenths of a pixel, as often as a micro-expression shifts the
skin. So each frame is laid on a running mean of those before it. An affine map is what a small turn of the head does to
a flat face; it cannot follow a single mouth corner or brow, so an expression is left in.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

ImageArray = npt.NDArray[np.uint8]

# How much a frame counts in the running mean: camera noise averages out, and the light may change within a second.
_WEIGHT = 0.1
_ITERATIONS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 20, 1e-4)
_BLUR = 5


def steady(faces: ImageArray) -> ImageArray:
    """The faces of one person, each laid on those before it.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Aligned grey faces in the order of time.

    Returns
    -------
    ndarray of uint8, shape (n, s, s)
        A frame that lies on nothing (a hand before the face) is left as it is.

    References
    ----------
    G. Evangelidis, E. Psarakis, "Parametric image alignment using enhanced correlation coefficient maximization",
    PAMI 30(10), 2008. It does not mind brighter or darker pictures.
    """
    mean = faces[0].astype(np.float32)
    shape = mean.shape[::-1]
    result = np.empty_like(faces)
    everywhere = np.ones_like(faces[0])
    for still, face in zip(result, faces, strict=True):
        transform = np.eye(2, 3, dtype=np.float32)
        try:
            cv2.findTransformECC(
                mean, face.astype(np.float32), transform, cv2.MOTION_AFFINE, _ITERATIONS, everywhere, _BLUR
            )
        except cv2.error:
            transform = np.eye(2, 3, dtype=np.float32)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        still[:] = cv2.warpAffine(face, transform, shape, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        mean += _WEIGHT * (still - mean)
    return result
