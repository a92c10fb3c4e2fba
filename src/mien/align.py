"""From a face somewhere in a photo to an upright grey square, framed as FER2013 frames its faces.

Coordinates are continuous: pixel ``i`` covers ``i`` to ``i + 1`` and has its centre at ``i + 0.5``, so that
positions scale with the picture. A similarity transform is a ``(2, 3)`` matrix for columns ``(x, y, 1)``.
"""

from __future__ import annotations

from math import ceil
from typing import Any, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]
Pixel = TypeVar("Pixel", bound=np.generic)

# Where YuNet finds the landmarks in an average FER2013 picture: the median over 3000 random Training
# pictures, enlarged twice and padded by half their size (so it finds 93 %), made symmetric about x = 0.5.
TEMPLATE: FloatArray = np.array(
    [(15.20, 18.73), (32.80, 18.73), (24.00, 28.03), (16.70, 35.52), (31.30, 35.52)], np.float32
) / np.float32(48)
"""Landmarks in FER2013's frame, the unit square: shape (5, 2), in the order of `Face.landmarks`."""

# 256 samples a pixel average well enough; more only cost time and memory in enormous close-ups.
_MAX_OVERSAMPLING = 16


def similarity_transform(source: npt.ArrayLike, target: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The rotation, scale and shift that bring points nearest to others, in the least-squares sense.

    Parameters
    ----------
    source, target : array_like of float, shape (..., n, 2)
        Corresponding points; leading axes are broadcast.

    Returns
    -------
    ndarray of float64, shape (..., 2, 3)
        Takes `source` to `target`; never a reflection. Where all source points coincide, neither rotation nor
        scale is defined, and it is the shift between the two centres.

    References
    ----------
    S. Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI
    13(4), 1991. In the plane, with points as complex numbers, his solution is one complex division.
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    source_centre, target_centre = source.mean(-2), target.mean(-2)
    s, t = (points - points.mean(-2, keepdims=True) for points in (source, target))
    spread = (s**2).sum((-2, -1))
    cosine = (s * t).sum((-2, -1))
    sine = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(-1)
    defined = spread > 1e-12
    spread = np.where(defined, spread, 1)
    a, b = np.where(defined, cosine / spread, 1), np.where(defined, sine / spread, 0)
    linear = np.stack([np.stack([a, -b], -1), np.stack([b, a], -1)], -2)
    shift = target_centre - (linear @ source_centre[..., None])[..., 0]
    return np.concatenate([linear, shift[..., None]], -1)


def warp(image: ImageArray, transform: npt.NDArray[np.floating], size: int) -> ImageArray:
    """A square cut from a picture through a similarity transform, without aliasing.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w) or (h, w, channels)
        The picture.
    transform : ndarray of float, shape (2, 3)
        From the picture to the square.
    size : int
        Side of the square in pixels.

    Returns
    -------
    ndarray of uint8, shape (size, size) or (size, size, channels)
        Where it reaches over the picture's edge, the edge is continued. Black would be a border that few
        training pictures have, and a mirrored one may show a second eye or mouth; a smear shows nothing.

    Notes
    -----
    A pixel is the mean of bilinear samples that lie at most one pixel of the picture apart (further in
    close-ups of more than 16 times the size). For an upright square that comes to what `cv2.INTER_AREA` gives.
    """
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    n = ceil(min(1 / scale, _MAX_OVERSAMPLING) - 0.01) if 0 < scale < 1 else 1
    to_square = np.vstack([transform, (0, 0, 1)]) * ((n,), (n,), (1,))
    to_picture = np.linalg.pinv(to_square)
    # Only the part that is needed: cv2 takes no picture of more than 32,767 pixels a side.
    corners = to_picture[:2] @ np.array([(0, 0, 1), (0, n * size, 1), (n * size, 0, 1), (n * size, n * size, 1)]).T
    limit = np.array(image.shape[1::-1])
    x1, y1 = np.clip(np.floor(corners.min(1)) - 1, 0, limit - 1).astype(int)
    x2, y2 = np.clip(np.ceil(corners.max(1)) + 1, 1, limit).astype(int)
    # cv2 counts from pixel centres.
    to_picture[:2, 2] += to_picture[:2, :2].sum(1) / 2 - 0.5 - (x1, y1)
    square = cv2.warpAffine(
        image[y1:y2, x1:x2],
        to_picture[:2],
        (n * size, n * size),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if n > 1:
        square = cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(square, np.uint8)


def align_faces(image: ImageArray, landmarks: FloatArray, size: int, margin: float = 1.0) -> ImageArray:
    """Upright grey crops of faces, eyes level, each resampled once from the full picture.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB.
    landmarks : ndarray of float32, shape (n, 5, 2)
        ``x, y`` in pixels, in the order of `Face.landmarks`.
    size : int
        Side of the crops in pixels.
    margin : float, default 1.0
        Scales the frame about its centre: 1.0 is FER2013's own frame, 1.2 shows 20 % more on each axis.

    Returns
    -------
    ndarray of uint8, shape (n, size, size)
        Grey, ITU-R BT.601 luma as in PIL and OpenCV, 0 to 255.
    """
    crops = np.empty((len(landmarks), size, size), np.uint8)
    template = size * (0.5 + (TEMPLATE - 0.5) / margin)
    for crop, transform in zip(crops, similarity_transform(landmarks, template), strict=True):
        crop[:] = cv2.cvtColor(warp(image, transform, size), cv2.COLOR_RGB2GRAY)
    return crops


CROP_COUNTS = (1, 2, 5, 10)
"""How many views of a face `crop_views` makes."""

MIDDLE_VIEWS = ("centre", "whole")
"""What its middle view may be."""


def centre_crop(faces: npt.NDArray[Pixel], size: int) -> npt.NDArray[Pixel]:
    """The middle of each face.

    Parameters
    ----------
    faces : ndarray, shape (n, s, s)
        Crops, `s` at least `size`.
    size : int
        Side of the result in pixels.

    Returns
    -------
    ndarray, shape (n, size, size)
        A view, same dtype.
    """
    start = (faces.shape[-1] - size) // 2
    return faces[..., start : start + size, start : start + size]


def crop_views(faces: npt.NDArray[np.uint8], size: int, count: int, middle: str = "centre") -> npt.NDArray[np.uint8]:
    """Views of each face, over which predictions are averaged.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Crops, `s` at least `size`.
    size : int
        Side of the views in pixels.
    count : {1, 2, 5, 10}
        The middle view; this and its mirror image; four corners and the middle one; these five and their mirror images.
    middle : {"centre", "whole"}
        The middle view: the centre crop (Krizhevsky et al. 2012), or the whole face brought to `size` by area averaging
        (Kim et al. 2016).

    Returns
    -------
    ndarray of uint8, shape (n, count, size, size)
        On the second axis, of five: top left, top right, bottom left, bottom right, middle. Mirror images follow in the
        same order.

    References
    ----------
    A. Krizhevsky et al., "ImageNet classification with deep convolutional neural networks", NIPS 2012.
    B.-K. Kim et al., "Hierarchical committee of deep convolutional neural networks for robust facial expression
    recognition", Journal on Multimodal User Interfaces 10(2), 2016.
    """
    central = whole_face(faces, size) if middle == "whole" else centre_crop(faces, size)
    views = central[:, None]
    if count >= 5:
        far = faces.shape[-1] - size
        corners = [faces[:, y : y + size, x : x + size] for y, x in ((0, 0), (0, far), (far, 0), (far, far))]
        views = np.stack([*corners, central], axis=1)
    return views if count % 2 else np.concatenate([views, views[..., ::-1]], axis=1)


def whole_face(faces: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.uint8]:
    """Each face, shape (n, s, s), made smaller by area averaging; shape (n, size, size)."""
    small = np.empty((len(faces), size, size), np.uint8)
    for face, reduced in zip(faces, small, strict=True):
        reduced[:] = cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)
    return small
