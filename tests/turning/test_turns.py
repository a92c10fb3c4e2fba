"""Turns of a head that are made by hand: a picture that moves to the right as it is turned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import DatasetError
from mien.turning import Turns
from mien.turning.turns import read_turns, write_turns

VIEWS, SIZE, STEP = 3, 48, 4


def centres(size: int) -> np.ndarray:
    """Where the middles of pixels are, -1 to 1 from edge to edge; x, y."""
    x, y = np.meshgrid(*[(np.arange(size) + 0.5) / size * 2 - 1] * 2)
    return np.stack([x, y], -1).astype(np.float32)


@pytest.fixture
def turns() -> Turns:
    """A square of 24 pixels in the middle, 4 further to the right in each view. Its upper half is seen in all views."""
    places = np.zeros((VIEWS, VIEWS, SIZE, SIZE, 2), np.float32)
    seen = np.zeros((VIEWS, VIEWS, SIZE, SIZE), np.float32)
    for of, to in np.ndindex(VIEWS, VIEWS):
        square = slice(12, 36), slice(12 + STEP * (to - 1), 36 + STEP * (to - 1))
        places[of, to][square] = (centres(SIZE) - ((to - of) * STEP / SIZE * 2, 0))[square]
        seen[of, to, 12:24, square[1]] = 1
    return Turns(places, seen)


def test_a_smaller_picture_without_its_rim(turns: Turns) -> None:
    """Of 48 pixels 10 go above and 5 on each side; what is left, 38, is shrunk to half. Places are in it, then."""
    small = turns.fitted(side=19, rim=10 / 48)
    assert small.places.shape == (VIEWS, VIEWS, 19, 19, 2)
    for view in range(VIEWS):
        seen = small.seen[view, view] > 0.9
        assert seen.sum() == 6 * 11  # whole pixels of what was 12 by 24
        np.testing.assert_allclose(small.places[view, view][seen], centres(19)[seen], atol=1e-5)
    assert not small.seen[(np.abs(small.places) > 1).any(-1)].any()


def test_views_are_found_as_they_are(turns: Turns) -> None:
    places, seen = turns.between(0, 2)
    np.testing.assert_allclose(places, turns.places[0, 2], atol=1e-5)
    assert np.array_equal(seen, turns.seen[0, 2])


def test_between_views(turns: Turns) -> None:
    """Half of the way to the next view: two pixels, where both show the square; else what one of them says."""
    places, seen = turns.between(1, 1.5)
    both = (slice(12, 24), slice(12 + STEP, 36))
    np.testing.assert_allclose(places[both], (centres(SIZE) - (STEP / SIZE, 0))[both], atol=1e-5)
    assert (seen[both] == 1).all()
    alone = (slice(12, 24), slice(12, 12 + STEP))
    np.testing.assert_allclose(places[alone], centres(SIZE)[alone], atol=1e-5)
    assert (seen[alone] == 0.5).all()
    assert (seen[24:] == 0).all()


def test_what_is_written_is_read_again(turns: Turns, tmp_path: Path) -> None:
    write_turns(turns, tmp_path / "turns.npz")
    read = read_turns(tmp_path / "turns.npz", VIEWS)
    np.testing.assert_allclose(read.places, turns.places, atol=5e-4)
    assert np.array_equal(read.seen, turns.seen)


def test_files_that_are_no_turns(turns: Turns, tmp_path: Path) -> None:
    path = tmp_path / "turns.npz"
    with pytest.raises(DatasetError, match="no such file; the same mien views render makes it"):
        read_turns(path, VIEWS)
    path.write_bytes(b"no archive")
    with pytest.raises(DatasetError, match="not the turns of a head"):
        read_turns(path, VIEWS)
    np.savez(path, places=turns.places)
    with pytest.raises(DatasetError, match="not the turns of a head"):
        read_turns(path, VIEWS)
    write_turns(turns, path)
    with pytest.raises(DatasetError, match="the turns of 3 views, and there are 13"):
        read_turns(path, 13)
