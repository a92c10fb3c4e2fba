"""What is left of a model's accuracy when pictures are blurred, noisy, dark, tilted, covered, compressed or small.

All corruptions take and give uint8 faces of shape (n, h, w). Where one reaches over the edge, the edge is continued.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.evaluation.metrics import score
from mien.evaluation.protocol import labelled
from mien.labels import LabelSet
from mien.models import Model

ByteArray = npt.NDArray[np.uint8]

_CHUNK = 1024


@dataclass(frozen=True)
class Corruption:
    """One way in which pictures get worse.

    Attributes
    ----------
    name : str
        For people.
    unit : str
        How a severity is written: a format string for the number.
    severities : tuple of float
        From mild to severe.
    apply : callable
        ``apply(faces, severity, rng)`` gives the worsened faces; the same `rng` gives the same.
    """

    name: str
    unit: str
    severities: tuple[float, ...]
    apply: Callable[[ByteArray, float, np.random.Generator], ByteArray]


def blur(faces: ByteArray, sigma: float, rng: np.random.Generator) -> ByteArray:
    """Gaussian blur; `sigma` in pixels."""
    return _each(faces, partial(cv2.GaussianBlur, ksize=(0, 0), sigmaX=sigma, borderType=cv2.BORDER_REPLICATE))


def noise(faces: ByteArray, deviation: float, rng: np.random.Generator) -> ByteArray:
    """Gaussian noise, independent in each pixel; its standard `deviation` in grey levels of 255."""
    grain = rng.standard_normal(faces.shape, np.float32) * np.float32(deviation)
    return (faces + grain).round().clip(0, 255).astype(np.uint8)


def darkness(faces: ByteArray, light: float, rng: np.random.Generator) -> ByteArray:
    """Too short an exposure: grey values times `light`, 0 to 1, and back to whole numbers."""
    return (faces * np.float32(light)).round().astype(np.uint8)


def rotation(faces: ByteArray, degrees: float, rng: np.random.Generator) -> ByteArray:
    """Rotation about the centre by so many `degrees`, clockwise or not as chance has it."""
    h, w = faces.shape[1:]
    signs = iter(rng.choice((-1.0, 1.0), len(faces)).tolist())

    def turn(face: ByteArray) -> cv2.typing.MatLike:
        matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), degrees * next(signs), 1)
        return cv2.warpAffine(face, matrix, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    return _each(faces, turn)


def occlusion(faces: ByteArray, share: float, rng: np.random.Generator) -> ByteArray:
    """A mid-grey square somewhere in the picture that covers this `share` of its area."""
    n, h, w = faces.shape
    side = min(round((share * h * w) ** 0.5), h, w)
    top, left = (rng.integers(0, room - side + 1, (n, 1, 1)) for room in (h, w))
    y, x = np.arange(h)[:, None], np.arange(w)
    covered = (y >= top) & (y < top + side) & (x >= left) & (x < left + side)
    return np.where(covered, np.uint8(128), faces)


def lower_bar(faces: ByteArray, share: float, rng: np.random.Generator) -> ByteArray:
    """A mid-grey bar over the lowest `share` of the picture, as a scarf or a mask would be."""
    result = faces.copy()
    result[:, round((1 - share) * faces.shape[1]) :] = 128
    return result


def jpeg(faces: ByteArray, quality: float, rng: np.random.Generator) -> ByteArray:
    """JPEG compression; `quality` from 0 to 100 as libjpeg counts it."""

    def compress(face: ByteArray) -> cv2.typing.MatLike:
        _, data = cv2.imencode(".jpg", face, (cv2.IMWRITE_JPEG_QUALITY, int(quality)))
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))

    return _each(faces, compress)


def low_resolution(faces: ByteArray, side: float, rng: np.random.Generator) -> ByteArray:
    """Reduced to `side` pixels by areas and enlarged again, linearly."""
    h, w = faces.shape[1:]

    def reduce(face: ByteArray) -> cv2.typing.MatLike:
        return cv2.resize(cv2.resize(face, (int(side),) * 2, interpolation=cv2.INTER_AREA), (w, h))

    return _each(faces, reduce)


CORRUPTIONS = (
    Corruption("blur", "sigma {} px", (0.5, 1, 2, 3), blur),
    Corruption("noise", "sigma {} levels", (5, 10, 20, 40), noise),
    Corruption("darkness", "{:.0%} of light", (0.5, 0.25, 0.1, 0.05), darkness),
    Corruption("rotation", "{}°", (5, 10, 20, 30), rotation),
    Corruption("square occlusion", "{:.0%} of area", (0.05, 0.1, 0.2, 0.3), occlusion),
    Corruption("lower face covered", "{:.0%} of height", (0.2, 0.3, 0.4, 0.5), lower_bar),
    Corruption("JPEG", "quality {}", (50, 25, 10, 5), jpeg),
    Corruption("low resolution", "{} px", (32, 24, 16, 12), low_resolution),
)
"""What `robustness_table` goes through; lengths in pixels are of FER2013's frame of 48."""


@dataclass(frozen=True)
class RobustnessRow:
    """What a model is worth under one corruption.

    Attributes
    ----------
    corruption : str
        Its name; ``"none"`` in the first row of a table.
    severity : float
        In its unit.
    written : str
        The severity with its unit, for people.
    accuracy, balanced_accuracy : float
        0 to 1.
    """

    corruption: str
    severity: float
    written: str
    accuracy: float
    balanced_accuracy: float


def robustness_table(
    model: Model, data: FaceData, label_set: LabelSet, crops: int = 1, seed: int = 0
) -> list[RobustnessRow]:
    """Measure a model on faces that each of `CORRUPTIONS` has worsened.

    Parameters
    ----------
    model : Model
        The model.
    data : FaceData
        Faces of the model's frame size.
    label_set : LabelSet
        Which labels, and so which head.
    crops : int
        Crops of each face, as for `Model.logits`.
    seed : int
        Of all chance: the same seed gives the same table.

    Returns
    -------
    list of RobustnessRow
        The pictures as they are, then each corruption at each severity, in the order of `CORRUPTIONS`.
    """
    rows, truth = labelled(data, label_set)
    images = data.images[rows]

    def measure(corruption: Corruption, severity: float) -> RobustnessRow:
        rng = np.random.default_rng(seed)
        answers = [
            model.probabilities(corruption.apply(images[start : start + _CHUNK], severity, rng), label_set, crops)
            for start in range(0, len(images), _CHUNK)
        ]
        figures = score(np.concatenate(answers), truth, label_set)
        written = corruption.unit.format(severity)
        return RobustnessRow(corruption.name, severity, written, figures["accuracy"], figures["balanced_accuracy"])

    untouched = Corruption("none", "", (0,), lambda faces, severity, rng: faces)
    return [measure(each, severity) for each in (untouched, *CORRUPTIONS) for severity in each.severities]


def _each(faces: ByteArray, change: Callable[[ByteArray], cv2.typing.MatLike]) -> ByteArray:
    """A change that OpenCV does picture by picture."""
    return np.stack([np.asarray(change(face), np.uint8) for face in faces])
