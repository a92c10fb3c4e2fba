"""Who is learnt from and who is tested."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from mien.errors import DatasetError, InputError
from mien.views.protocol.data import VIEWS, ViewData
from mien.views.protocol.splits import choose, fold_splits, held_out_split


def people(count: int) -> ViewData:
    """Each with six expressions in all views."""
    subjects = np.repeat([f"p{number:02d}" for number in range(count)], 6 * 13)
    labels = np.tile(np.repeat(np.arange(6), 13), count)
    views = np.tile(VIEWS, 6 * count)
    n = len(subjects)
    return ViewData(np.zeros((n, 72, 72), np.uint8), labels, subjects, views, views.astype(np.float32))


def test_folds_share_no_person_and_test_everybody_once() -> None:
    data = people(7)
    splits = fold_splits(data, 3, seed=0)
    assert [split.name for split in splits] == ["fold-1-of-3", "fold-2-of-3", "fold-3-of-3"]
    for split in splits:
        assert not set(data.subjects[split.training]) & set(data.subjects[split.test])
        assert len(split.training) + len(split.test) == len(data)
    assert sorted(np.concatenate([split.test for split in splits])) == [*range(len(data))]


def test_a_fold_without_people() -> None:
    with pytest.raises(DatasetError, match="show 2 subjects, too few for 3 folds"):
        fold_splits(people(2), 3, seed=0)


def test_whom_the_generator_held_out() -> None:
    data = people(21)  # the last tenth are two
    (split,) = held_out_split(data)
    assert set(data.subjects[split.test]) == {"p19", "p20"}
    assert set(data.subjects[split.training]) == {f"p{number:02d}" for number in range(19)}
    with pytest.raises(DatasetError, match="two people at least"):
        held_out_split(people(1))


def test_one_fold() -> None:
    splits = fold_splits(people(4), 2, seed=0)
    assert choose(splits, None) == splits
    assert choose(splits, 2) == splits[1:]
    for unknown in (0, 3):
        with pytest.raises(InputError, match=f"there is no fold {unknown}; there are 2, counted from 1"):
            choose(splits, unknown)
