"""Rendered views in memory, recording by recording, and the pairs that the generator learns from.

All pictures are kept as uint8, for an epoch needs each of them in an order of its own. That is 12 kB a picture of 64
pixels a side and 49 kB one of 128; `MEMORY_LIMIT` bounds the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mien.acquire import read_image
from mien.errors import DatasetError, InputError, UnreadableImage
from mien.turning.frame import without_rim
from mien.views.dataset import PICTURES_FILE, read_rows, read_settings, subject_name
from mien.views.expressions import EXPRESSIONS
from mien.views.generator.losses import face_weights
from mien.views.generator.paths import Pairs

MEMORY_LIMIT = 4 * 2**30
"""Bytes of pictures: 746 people at 128 pixels a side, 2,987 at 64."""

HELD_OUT = 10  # one person in so many

_COLUMNS = ("subject", "expression", "view", "image", "landmarks")
_OUTLINE = 17
"""The first landmarks are the jaw's; all others lie on brows, nose, eyes and mouth."""


@dataclass(frozen=True, eq=False)
class Recordings:
    """People with an expression, each seen in all views at once.

    Attributes
    ----------
    images : ndarray of uint8, shape (recordings, views, s, s, 3)
        RGB.
    subjects : ndarray of str, shape (recordings,)
        Who it is.
    views : tuple of int
        The yaws of the views, degrees, ascending.
    faces : ndarray of float32, shape (recordings, views, 4)
        ``x1, y1, x2, y2`` around brows, nose, eyes and mouth, in sides of the picture.
    expressions : ndarray of int64, shape (recordings,)
        Which of `EXPRESSIONS` it is.
    """

    images: npt.NDArray[np.uint8]
    subjects: npt.NDArray[np.str_]
    views: tuple[int, ...]
    faces: npt.NDArray[np.float32]
    expressions: npt.NDArray[np.int64]

    def split(self) -> tuple[Recordings, Recordings]:
        """The people to learn from, and those to look at; see `is_held_out`."""
        held_out = is_held_out(self.subjects)
        return self._take(~held_out), self._take(held_out)

    def _take(self, rows: npt.NDArray[np.bool_]) -> Recordings:
        return Recordings(self.images[rows], self.subjects[rows], self.views, self.faces[rows], self.expressions[rows])


def is_held_out(subjects: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Which rows are of the last tenth of the people, one at least; raises `DatasetError` if there is one only."""
    people = np.unique(subjects)
    if len(people) < 2:
        raise DatasetError("the generator needs views of two people at least: one to learn from, one to look at")
    return np.isin(subjects, people[-max(len(people) // HELD_OUT, 1) :])


def read_recordings(folder: Path, side: int, rim: float = 0.0) -> Recordings:
    """Read a folder of rendered views.

    Parameters
    ----------
    folder : Path
        What ``mien views render`` wrote.
    side : int
        Pixels; larger pictures are shrunk to it.
    rim : float
        What is left out of the pictures before (`mien.turning.frame.without_rim`).

    Raises
    ------
    DatasetError
        If it is not a folder of views, or a view of a person is missing or damaged.
    InputError
        If the pictures are smaller than `side`, or more than fit into `MEMORY_LIMIT`.
    """
    settings = read_settings(folder)
    file = folder / PICTURES_FILE
    if not file.exists():
        raise DatasetError(f"{folder}: not all views are rendered yet; the same mien views render goes on")
    left = round((1 - rim) * settings.size)
    if left < side:
        raise InputError(f"{folder}: the pictures have {left} pixels a side, and {side} are needed")
    size = settings.pictures * side * side * 3
    if size > MEMORY_LIMIT:
        raise InputError(
            f"{folder}: {settings.pictures:,} pictures of {side} pixels a side are {size / 2**30:.1f} GiB, more than "
            f"the limit of {MEMORY_LIMIT / 2**30:g}; render fewer people"
        )
    views = tuple(sorted(settings.views))
    recordings = [(subject_name(n), name) for n in range(settings.people) for name in settings.expressions]
    places = {
        (*recording, view): (row, column)
        for row, recording in enumerate(recordings)
        for column, view in enumerate(views)
    }
    images = np.empty((len(recordings), len(views), side, side, 3), np.uint8)
    faces = np.empty((len(recordings), len(views), 4), np.float32)
    for row in read_rows(file, _COLUMNS):
        place = places.pop((row["subject"], row["expression"], row["view"]), None)
        if place is None:
            raise DatasetError(f"{file}: {_describe(row)} is one that {folder} has no place for")
        try:
            image = read_image(row["image"])
        except UnreadableImage as error:
            raise DatasetError(f"{file}: {_describe(row)} cannot be read ({error.reason})") from None
        images[place] = cv2.resize(without_rim(image, rim), (side, side), interpolation=cv2.INTER_AREA)
        landmarks = np.reshape(row["landmarks"], (-1, 2))[_OUTLINE:] / settings.size
        faces[place] = (np.concatenate([landmarks.min(0), landmarks.max(0)]) - (rim / 2, rim) * 2) / (1 - rim)
    for subject, expression, view in places:
        missing = _describe({"subject": subject, "expression": expression, "view": view})
        raise DatasetError(f"{file}: {missing} is missing, and the generator needs all views of each person")
    subjects, shown = zip(*recordings, strict=True)
    numbers = {expression.name: number for number, expression in enumerate(EXPRESSIONS)}
    expressions = np.array([numbers[name] for name in shown], np.int64)
    return Recordings(images, np.array(subjects), views, faces, expressions)


class Material(NamedTuple):
    """Recordings on the device where they are learnt from: `images`, `faces` and `expressions` of `Recordings`."""

    images: Tensor
    faces: Tensor
    expressions: Tensor

    @classmethod
    def of(cls, recordings: Recordings, device: torch.device) -> Material:
        """All of them, moved there."""
        arrays = (recordings.images, recordings.faces, recordings.expressions)
        return cls(*(torch.from_numpy(array).to(device) for array in arrays))

    def draw_pairs(self, rows: Tensor, face: float, chance: torch.Generator) -> Pairs:
        """Pictures, and for each another of the same recording in a view drawn at random, its own among them.

        Parameters
        ----------
        rows : Tensor of int64, shape (n,)
            Numbers of pictures, counted through the recordings.
        face : float
            What a pixel of the face counts against one of hair, clothes or background.
        chance : torch.Generator
            On the CPU.
        """
        views = self.images.shape[1]
        recordings, first = rows // views, rows % views
        second = torch.randint(views, rows.shape, generator=chance)
        recordings, first, second = (numbers.to(self.images.device) for numbers in (recordings, first, second))
        shown, wanted = (to_network(self.images[recordings, view]) for view in (first, second))
        return Pairs(
            shown,
            first,
            wanted,
            second,
            face_weights(self.faces[recordings, second], shown.shape[-1], face),
            self.expressions[recordings],
            torch.ones_like(first, dtype=torch.bool),
        )


def to_network(images: Tensor) -> Tensor:
    """Pictures of uint8, (..., s, s, 3), as the networks take them: (..., 3, s, s), -1 to 1."""
    return images.movedim(-1, -3).float() / 127.5 - 1


def from_network(pictures: Tensor) -> Tensor:
    """Undo `to_network`."""
    return ((pictures.movedim(-3, -1) + 1) * 127.5).round().clamp(0, 255).byte()


def _describe(row: dict[str, Any]) -> str:
    return f"the view at {row['view']} degrees of {row['subject']}, {row['expression']},"
