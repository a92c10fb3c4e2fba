"""Who is learnt from and who is tested; nobody is both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.datasets import FaceData
from mien.errors import InputError
from mien.evaluation.folds import subject_folds
from mien.labels import MULTIPIE6
from mien.views.generator.pairs import is_held_out
from mien.views.protocol.data import ViewData


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers to train on and to test on, and what they are called."""

    name: str
    training: npt.NDArray[np.intp]
    test: npt.NDArray[np.intp]


def fold_splits(data: ViewData, folds: int, seed: int) -> list[Split]:
    """Folds that share no person; raises `DatasetError` if there are fewer people than folds."""
    faces = FaceData(data.faces, data.labels, MULTIPIE6, subjects=data.subjects)
    return [
        Split(f"fold-{number}-of-{folds}", training, test)
        for number, (training, test) in enumerate(subject_folds(faces, folds, seed), 1)
    ]


def held_out_split(data: ViewData) -> list[Split]:
    """The people whom a generator did not learn from, tested; raises `DatasetError` if there is one person only.

    They are those of `mien.views.generator.pairs.is_held_out`, the last tenth.
    """
    tested = is_held_out(data.subjects)
    return [Split("held-out", np.flatnonzero(~tested), np.flatnonzero(tested))]


def choose(splits: Sequence[Split], fold: int | None) -> Sequence[Split]:
    """All of them, or the one of a number, from 1; raises `InputError` if there is none of that number."""
    if fold is None:
        return splits
    if not 1 <= fold <= len(splits):
        raise InputError(f"there is no fold {fold}; there are {len(splits)}, counted from 1")
    return splits[fold - 1 : fold]
