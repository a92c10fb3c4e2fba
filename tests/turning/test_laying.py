"""A face's own pixels over a generator's: which are shown where."""

from __future__ import annotations

import numpy as np
import pytest

from mien.turning import Turns
from mien.turning.laying import lay_over

VIEWS, SIZE, STEP = 3, 40, 2
DEEP = slice(10, 30)  # rows and columns where a square that begins at 4 does not fade any more


def make_turns(seen: np.ndarray) -> Turns:
    """Each view shows what the one before shows two pixels further to the left; `seen` is of (3, 3, 40, 40)."""
    middles = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    x, y = np.meshgrid(middles, middles)
    places = np.empty((VIEWS, VIEWS, SIZE, SIZE, 2), np.float32)
    for of, to in np.ndindex(VIEWS, VIEWS):
        places[of, to] = np.stack([x - (to - of) * STEP / SIZE * 2, y], -1)
    return Turns(places, seen.astype(np.float32))


def square() -> np.ndarray:
    """All views see the middle."""
    seen = np.zeros((VIEWS, VIEWS, SIZE, SIZE))
    seen[..., 4:36, 4:36] = 1
    return seen


@pytest.fixture
def photo() -> np.ndarray:
    """Grey levels of a ramp from left to right, in three colours."""
    ramp = np.tile(np.linspace(40, 160, SIZE, dtype=np.float32), (SIZE, 1))
    return np.stack([ramp, ramp + 20, 200 - ramp], -1)


MADE = np.full((SIZE, SIZE, 3), 90, np.float32)


def test_what_is_seen_is_the_photos_own(photo: np.ndarray) -> None:
    shown = lay_over(MADE, photo, make_turns(square()), 1, 2)
    np.testing.assert_allclose(shown[DEEP, DEEP], photo[DEEP, 10 - STEP : 30 - STEP], atol=0.1)


def test_near_the_outline_there_may_be_background(photo: np.ndarray) -> None:
    """The other view would see all, but in the photo the average head begins at column 10."""
    seen = np.ones((VIEWS, VIEWS, SIZE, SIZE))
    seen[1, 1, :, :10] = 0
    shown = lay_over(MADE, photo, make_turns(seen), 1, 2)
    rows, outline = DEEP, 10 + STEP
    np.testing.assert_allclose(shown[rows, outline + 5 : 30], photo[rows, 15 : 30 - STEP], atol=0.1)
    np.testing.assert_allclose(shown[rows, outline], shown[rows, outline - 4], atol=0.1)  # of one colour: what is made
    assert np.abs(shown[rows, outline] - photo[rows, 10]).max() > 10


def test_what_nothing_is_known_of_is_made(photo: np.ndarray) -> None:
    nothing = make_turns(np.zeros((VIEWS, VIEWS, SIZE, SIZE)))
    assert np.array_equal(lay_over(MADE, photo, nothing, 0, 2), MADE)
    np.testing.assert_allclose(lay_over(MADE, photo, nothing, 0, 0.5), (MADE + photo) / 2, atol=1e-3)


def test_a_face_that_is_not_turned_stays(photo: np.ndarray) -> None:
    np.testing.assert_allclose(lay_over(MADE, photo, make_turns(square()), 1, 1), photo, atol=0.1)


def test_what_is_made_takes_the_photos_colours(photo: np.ndarray) -> None:
    """A picture twice as dark with half the contrast is as light as the photo, outside of the square too."""
    shown = lay_over(photo / 2, photo, make_turns(square()), 1, 2)
    moved = np.roll(photo, STEP, 1)
    means = [of[4:36, 4:36].mean((0, 1)) for of in (photo / 2, moved)]
    spreads = [of[4:36, 4:36].std((0, 1)) for of in (photo / 2, moved)]
    expected = (photo[0, 0] / 2 - means[0]) * spreads[1] / spreads[0] + means[1]
    np.testing.assert_allclose(shown[0, 0], expected, rtol=0.05)


def test_a_grey_photo_stays_grey(photo: np.ndarray) -> None:
    coloured = np.random.default_rng(0).uniform(0, 255, MADE.shape).astype(np.float32)
    turns = make_turns(square())
    grey = lay_over(coloured, photo[..., :1].repeat(3, -1), turns, 1, 2)
    assert np.ptp(grey, axis=-1).max() < 1e-3
    assert grey.std() > 10
    assert np.ptp(lay_over(coloured, photo, turns, 1, 2), axis=-1).max() > 10


def test_the_hidden_half_is_that_in_the_mirror(photo: np.ndarray) -> None:
    """The face looks to the left, so its other side is not seen from the front; the mirror's is."""
    seen = np.zeros((VIEWS, VIEWS, SIZE, SIZE))
    seen[[0, 2], [0, 2]] = 1
    seen[0, 1, :, :24] = 1
    seen[2, 1, :, 16:] = 1
    symmetric = photo + photo[:, ::-1]
    symmetric[:, SIZE // 2 :, 0] += 7  # to tell left from right
    shown = lay_over(MADE, symmetric, make_turns(seen), 0, 1)
    own, mirrored = np.roll(symmetric, STEP, 1), np.roll(symmetric[:, ::-1], -STEP, 1)
    np.testing.assert_allclose(shown[DEEP, 4:18], own[DEEP, 4:18], atol=0.1)
    np.testing.assert_allclose(shown[DEEP, 30:36, 1:], mirrored[DEEP, 30:36, 1:], atol=6)
    assert np.abs(shown[DEEP, 30:36] - MADE[DEEP, 30:36]).min() > 20
