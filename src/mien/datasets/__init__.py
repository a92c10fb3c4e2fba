"""Data sets, one reader a file, all yielding `FaceData`."""

from __future__ import annotations

from mien.datasets.data import FaceData
from mien.datasets.fer2013 import read_fer2013
from mien.errors import InputError, UnknownName

READERS = {"fer2013": read_fer2013}
"""Readers by the name before the colon of ``--data``."""

__all__ = ["READERS", "FaceData", "read_data"]


def read_data(spec: str, split: str) -> FaceData:
    """Read one split of a data set named as on the command line.

    Parameters
    ----------
    spec : str
        ``"name:path"``, for example ``"fer2013:fer2013.csv"``.
    split : {"train", "public", "private"}
        Which part.

    Raises
    ------
    InputError, UnknownName, DatasetError
        If `spec` has no colon, the name is unknown, or the copy cannot be read.
    """
    name, colon, path = spec.partition(":")
    if not colon or not path:
        raise InputError(f"data must be given as name:path, for example fer2013:fer2013.csv, not {spec!r}")
    if name not in READERS:
        raise UnknownName("data set", name, READERS)
    return READERS[name](path, split)
