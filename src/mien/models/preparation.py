"""What is done to the grey levels of a face before a model sees it, alike in training and in use."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import UnknownName

ImageArray = npt.NDArray[np.uint8]

SMOOTHNESS = 7.0
"""How much smoother than the picture its illumination is: lambda of `isotropic`, in squared pixels."""

_BLOCK = 1024  # faces at a time, so that memory does not grow with a data set


def prepare(faces: ImageArray, name: str) -> ImageArray:
    """Prepare faces.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, h, w)
        Grey faces.
    name : str
        One of `PREPARATIONS`.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)

    Raises
    ------
    UnknownName
        If there is no such preparation.
    """
    if name not in PREPARATIONS:
        raise UnknownName("preparation", name, PREPARATIONS)
    return PREPARATIONS[name](faces)


def equalise(faces: ImageArray) -> ImageArray:
    """Histogram equalisation, each face by itself (`cv2.equalizeHist`): all grey levels become about equally common."""
    result = np.empty_like(faces)
    for face, equal in zip(faces, result, strict=True):
        cv2.equalizeHist(face, dst=equal)
    return result


def isotropic(faces: ImageArray) -> ImageArray:
    """Even out the light by isotropic smoothing.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, h, w)
        Grey faces.

    Returns
    -------
    ndarray of uint8, shape (n, h, w)
        Reflectance ``I / L``, each face's own range stretched to 0 to 255. A face of one grey becomes black.

    Notes
    -----
    The illumination ``L`` of a picture ``I`` minimises ``sum (L - I)^2 + lambda |grad L|^2`` with free (Neumann)
    borders, lambda being `SMOOTHNESS`. The cosine transform makes a diagonal of that system, so its solution is exact.
    Grey levels count from one, that black may be divided by.

    References
    ----------
    R. Gross and V. Brajovic, "An image preprocessing algorithm for illumination invariant face recognition",
    AVBPA 2003, with its weights constant over the picture.
    """
    result = np.empty_like(faces)
    rows, columns = (_cosines(n) for n in faces.shape[1:])
    stiffness = _stiffness(faces.shape[1])[:, None] + _stiffness(faces.shape[2])
    for start in range(0, len(faces), _BLOCK):
        image = faces[start : start + _BLOCK].astype(np.float32) + 1
        spectrum = rows @ image @ columns.T / (1 + np.float32(SMOOTHNESS) * stiffness)
        result[start : start + _BLOCK] = _stretch(image / (rows.T @ spectrum @ columns))
    return result


def _stretch(faces: npt.NDArray[np.float32]) -> ImageArray:
    low = faces.min((1, 2), keepdims=True)
    contrast = faces.max((1, 2), keepdims=True) - low
    # Less than this is rounding: where two pixels differ, reflectance differs by more than a thousandth.
    gain = np.where(contrast > 1e-4, 255 / np.maximum(contrast, 1e-4), 0)
    return np.asarray(np.rint((faces - low) * gain), np.uint8)


def _cosines(n: int) -> npt.NDArray[np.float32]:
    """The orthonormal cosine transform (DCT-II) as a matrix, shape (n, n)."""
    frequency, place = np.arange(n)[:, None], np.arange(n) + 0.5
    scale = np.where(frequency == 0, np.sqrt(1 / n), np.sqrt(2 / n))
    return np.asarray(scale * np.cos(np.pi / n * frequency * place), np.float32)


def _stiffness(n: int) -> npt.NDArray[np.float32]:
    """Eigenvalues of minus the second difference with free ends, to which the cosines are the eigenvectors."""
    return np.asarray(2 - 2 * np.cos(np.pi / n * np.arange(n)), np.float32)


PREPARATIONS: dict[str, Callable[[ImageArray], ImageArray]] = {
    "none": lambda faces: faces,
    "equalise": equalise,
    "isotropic": isotropic,
}
"""Preparations by the name that a card gives them."""
