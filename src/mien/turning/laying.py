"""A face's own pixels laid over what a generator imagines, where the picture shows them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mien.turning.turns import Turns

FloatArray = npt.NDArray[np.float32]

EDGE = 0.05
"""In sides of the picture: over how much the pixels of the face fade into those of the generator."""

OUTLINE = 0.1
"""In sides of the picture: so near to the outline that an average head has in the photo, its pixels fade as well. What
a narrower face lacks there is background, which a turn to the front would bring onto the nose."""

STILL = 1.0
"""A turn of so many views leaves nothing of hair and background as it was; half a turn leaves half."""


def lay_over(made: FloatArray, photo: FloatArray, turns: Turns, of: float, to: float) -> FloatArray:
    """What a turned face is shown as.

    Parameters
    ----------
    made : ndarray of float32, shape (s, s, 3)
        The generator's picture of the face in the other view.
    photo : ndarray of float32, shape (s, s, 3)
        The face as it is, in the same grey levels.
    turns : Turns
        Of an average head, in the generator's frame.
    of, to : float
        Numbers of the views, with fractions: in which the face is, and in which it is shown.

    Returns
    -------
    ndarray of float32, shape (s, s, 3)
        What the photo shows of the face; else what the other half of the face shows, in a mirror; else what is made,
        with colours and contrast as in the photo; grey if the photo is.
    """
    if (photo == photo[..., :1]).all():  # a grey photo stays grey
        made = np.repeat(made.mean(-1, keepdims=True), 3, -1)
    last = len(turns.seen) - 1
    own, seen = _turned(photo, turns, of, to)
    other, hidden = _turned(photo[:, ::-1], turns, last - of, to)
    made = _matched(made, own, seen)
    still = max(0.0, 1 - abs(to - of) / STILL)
    rest = still * photo + (1 - still) * made
    mirrored = _matched(other, own, np.minimum(seen, hidden))
    rest += (1 - still) * hidden[..., None] * (mirrored - rest)
    return np.asarray(rest + seen[..., None] * (own - rest), np.float32)


def _turned(photo: FloatArray, turns: Turns, of: float, to: float) -> tuple[FloatArray, FloatArray]:
    """The photo's pixels in the other view, (s, s, 3), and how much each is to count, (s, s)."""
    places, seen = turns.between(of, to)
    # What is next to a pixel that is not seen may be half of the background, so the rim of the face fades.
    rim = _depth(seen, EDGE) * _sampled(_depth(turns.between(of, of)[1], OUTLINE), places)
    side = len(photo)
    weights = _resized(seen * rim, side)
    share = np.maximum(_resized(np.asarray(places.any(-1)), side), 1e-6)
    return _sampled(photo, _resized(places, side) / share[..., None]), weights


def _depth(seen: FloatArray, full: float) -> FloatArray:
    """How deep each pixel is within what is seen, (s, s): 0 at its rim, and 1 from `full` sides of the picture on."""
    inside = np.pad((seen > 0).astype(np.uint8), 1)
    depth = (cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1] - 1) / (full * len(seen))
    return np.asarray(depth.clip(0, 1), np.float32)


def _sampled(picture: FloatArray, places: npt.NDArray[np.floating]) -> FloatArray:
    """What a picture shows at places, (t, t, 2) as in `Turns`."""
    x, y = np.moveaxis((places + 1) / 2 * len(picture) - 0.5, -1, 0).astype(np.float32)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _resized(array: npt.NDArray[np.generic], side: int) -> FloatArray:
    return np.asarray(cv2.resize(array.astype(np.float32), (side, side)), np.float32)


def _matched(picture: FloatArray, model: FloatArray, weights: FloatArray) -> FloatArray:
    """A picture with each channel's mean and deviation as the model has them where both are known, by weights."""
    total = weights.sum()
    if total < 1:
        return picture
    shares = (weights / total)[..., None]
    means = [(shares * of).sum((0, 1)) for of in (picture, model)]
    squares = [(shares * of**2).sum((0, 1)) for of in (picture, model)]
    spreads = [np.sqrt(np.maximum(square - mean**2, 0)) for square, mean in zip(squares, means, strict=True)]
    factor = np.clip(spreads[1] / np.maximum(spreads[0], 1), 0.5, 2)
    return np.asarray((picture - means[0]) * factor + means[1], np.float32)
