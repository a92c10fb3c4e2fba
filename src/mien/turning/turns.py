"""An average head that turns: where a pixel of one view lies in another, and how well both see it.

So a face's own pixels can be laid where they belong when it is turned, as far as the picture shows them (Zhu et al.
2016, "Face alignment across large poses: a 3D solution", face profiling; they fit a head to each photo).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import DatasetError
from mien.turning.frame import without_rim
from mien.writing import whole_file

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Turns:
    """From each view to each other.

    Attributes
    ----------
    places : ndarray of float32, shape (views, views, s, s, 2)
        From the first to the second view: ``x, y`` in the picture of the first, -1 to 1 from edge to edge, of what the
        pixels in that of the second show. 0 where that is nothing.
    seen : ndarray of float32, shape (views, views, s, s)
        How well both views see it, 0 to 1.
    """

    places: FloatArray
    seen: FloatArray

    def fitted(self, side: int, rim: float) -> Turns:
        """The same for pictures of `side` pixels that lack a rim (`mien.turning.frame.without_rim`)."""
        views = len(self.seen)
        smaller = Turns(*(np.empty((views, views, side, side, *more), np.float32) for more in ((2,), ())))
        for turn in np.ndindex(views, views):
            # Where a pixel is half seen, its place is the mean of those that are.
            known = _known(self.places[turn])
            found, share, trust = (
                cv2.resize(without_rim(of, rim), (side, side), interpolation=cv2.INTER_AREA)
                for of in (self.places[turn], known, self.seen[turn])
            )
            smaller.places[turn] = found / np.maximum(share, 1e-6)[..., None]
            smaller.seen[turn] = trust
        # From places in the whole picture to those in what is left of it; its middle is lower by half a rim.
        smaller.places[..., 1] -= rim
        smaller.places[...] /= 1 - rim
        outside = (np.abs(smaller.places) > 1).any(-1)
        smaller.seen[outside] = 0
        smaller.places[outside] = 0
        return smaller

    def between(self, of: float, to: float) -> tuple[FloatArray, FloatArray]:
        """Places of (s, s, 2) and how well they are seen, (s, s), between views.

        Parameters
        ----------
        of, to : float
            Numbers of the views, with fractions: from where, and where to.
        """
        corners = [
            (by_of * by_to, (i, j))
            for (i, by_of), (j, by_to) in product(_neighbours(of), _neighbours(to))
            if by_of * by_to > 0
        ]
        shape = self.seen.shape[2:]
        places: FloatArray = np.zeros((*shape, 2), np.float32)
        seen: FloatArray = np.zeros(shape, np.float32)
        known: FloatArray = np.full(shape, 1e-6, np.float32)
        for share, turn in corners:
            places += share * self.places[turn]
            known += share * _known(self.places[turn])
            seen += share * self.seen[turn]
        return places / known[..., None], seen


def _known(places: FloatArray) -> FloatArray:
    return np.asarray(places.any(-1), np.float32)


def _neighbours(number: float) -> list[tuple[int, float]]:
    """The whole numbers about a number, and how near each is."""
    low = int(np.floor(number))
    return [(low, 1 - (number - low)), (low + 1, number - low)]


def write_turns(turns: Turns, path: Path) -> None:
    """Write them as a NumPy archive of half the precision, which is a hundredth of a pixel in most places."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, places=turns.places.astype(np.float16), seen=turns.seen.astype(np.float16))


def read_turns(path: Path, views: int, data: bytes | None = None) -> Turns:
    """Read what `write_turns` wrote.

    Parameters
    ----------
    path : Path
        The file.
    views : int
        How many views there must be.
    data : bytes, optional
        What is in it, if it has been read already.

    Raises
    ------
    DatasetError
        If there is no such file, or it holds something else.
    """
    try:
        with np.load(path if data is None else io.BytesIO(data), allow_pickle=False) as file:
            places, seen = file["places"].astype(np.float32), file["seen"].astype(np.float32)
    except FileNotFoundError:
        raise DatasetError(f"{path}: no such file; the same mien views render makes it") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DatasetError(f"{path}: these are not the turns of a head ({error})") from None
    if places.shape != (*seen.shape, 2) or seen.shape[:2] != (views, views):
        raise DatasetError(f"{path}: these are the turns of {len(seen)} views, and there are {views}")
    return Turns(places, seen)
