from __future__ import annotations

from math import exp, inf, log, nan

import numpy as np
import numpy.typing as npt
import pytest

from mien.errors import InputError
from mien.video.smoothing import Smoother

FloatArray = npt.NDArray[np.float32]
HAPPY, SAD = np.eye(2, dtype=np.float32)


def reading(*probabilities: float) -> FloatArray:
    return np.array(probabilities, np.float32)


def test_first_reading_is_returned_as_it_is() -> None:
    np.testing.assert_allclose(Smoother(0.5).update(1, 7.0, reading(0.3, 0.7), 0.8), (0.3, 0.7), rtol=1e-6)


def test_second_reading_by_hand() -> None:
    smoother = Smoother(0.5)
    smoother.update(1, 2.0, reading(0.8, 0.2), 0.9)
    # After half a time constant the first weighs 0.9 * 0.8 * exp(-0.5); the second weighs 0.6 * 0.5.
    old, new = 0.9 * 0.8 * exp(-0.5), 0.6 * 0.5
    expected = (old * 0.8 + new * 0.5) / (old + new), (old * 0.2 + new * 0.5) / (old + new)
    np.testing.assert_allclose(smoother.update(1, 2.25, reading(0.5, 0.5), 0.6), expected, rtol=1e-6)


def test_agrees_with_the_formula_at_a_varying_frame_rate() -> None:
    rng = np.random.default_rng(0)
    times = np.cumsum(rng.exponential(0.1, 50))
    readings = rng.dirichlet(np.ones(7), 50).astype(np.float32)
    scores = rng.uniform(0.5, 1, 50)
    smoother = Smoother(0.4)
    smoothed = [smoother.update(3, *row) for row in zip(times.tolist(), readings, scores.tolist(), strict=True)]
    for i in (0, 1, 20, 49):
        ages = times[i] - times[: i + 1]
        weights = scores[: i + 1] * readings[: i + 1].max(1) * np.exp(-ages / 0.4)
        np.testing.assert_allclose(smoothed[i], np.average(readings[: i + 1], 0, weights), rtol=1e-5)
    np.testing.assert_allclose(np.sum(smoothed, 1), 1, atol=1e-6)
    assert smoothed[0].dtype == np.float32


@pytest.mark.parametrize("rate", [15, 60, 240])
def test_a_change_shows_after_the_same_time_at_every_frame_rate(rate: int) -> None:
    smoother = Smoother(0.3)
    for i in range(3 * rate):
        smoother.update(1, i / rate, HAPPY)
    frames = range(3 * rate, 5 * rate)
    shown = next(i for i in frames if smoother.update(1, i / rate, SAD)[1] > 0.5)
    # The past has faded to one half after tau log(2).
    assert (shown - 3 * rate + 1) / rate == pytest.approx(0.3 * log(2), abs=1 / rate)


def test_a_long_gap_is_a_new_beginning() -> None:
    smoother = Smoother(0.3)
    for i in range(90):
        smoother.update(1, i / 30, HAPPY)
    np.testing.assert_allclose(smoother.update(1, 3 + 3.0, reading(0.4, 0.6)), (0.4, 0.6), atol=0.002)
    np.testing.assert_allclose(smoother.update(1, 1e9, reading(0.4, 0.6)), (0.4, 0.6), rtol=1e-6)


def test_uncertain_readings_and_doubtful_faces_count_less() -> None:
    vague, doubtful = Smoother(), Smoother()
    for smoother in (vague, doubtful):
        smoother.update(1, 0.0, HAPPY, 1.0)
    # At the same time: 1 against 0.5, whose reading is no more than a guess.
    np.testing.assert_allclose(vague.update(1, 0.0, reading(0.5, 0.5), 1.0), (1.25 / 1.5, 0.25 / 1.5), rtol=1e-6)
    np.testing.assert_allclose(doubtful.update(1, 0.0, SAD, 0.25), (0.8, 0.2), rtol=1e-6)


def test_a_face_without_any_score_is_still_read() -> None:
    np.testing.assert_allclose(Smoother().update(1, 0.0, reading(0.3, 0.7), 0.0), (0.3, 0.7), rtol=1e-6)


def test_one_wrong_frame_does_not_turn_the_label() -> None:
    smoother = Smoother()
    for i in range(30):
        smoother.update(1, i / 30, reading(0.7, 0.3))
    assert smoother.update(1, 1.0, SAD).argmax() == 0


def test_noise_around_the_border_flickers_less() -> None:
    rng = np.random.default_rng(1)
    happy = np.clip(0.55 + 0.2 * rng.standard_normal(600), 0, 1)
    readings = np.stack([happy, 1 - happy], 1).astype(np.float32)
    smoother = Smoother()
    smoothed = np.array([smoother.update(1, i / 30, row) for i, row in enumerate(readings)])
    before, after = ((np.diff(rows.argmax(1)) != 0).sum() for rows in (readings, smoothed))
    assert before > 200  # half of the pairs of frames: 10 a second
    assert after < before / 5


def test_zero_leaves_readings_alone() -> None:
    smoother = Smoother(0)
    for probabilities in (reading(0.9, 0.1), reading(0.2, 0.8)):
        assert smoother.update(1, 0.0, probabilities) is probabilities


def test_people_are_apart() -> None:
    smoother = Smoother()
    smoother.update(1, 0.0, HAPPY)
    np.testing.assert_array_equal(smoother.update(2, 0.01, SAD), SAD)


def test_forgotten_people_begin_anew() -> None:
    smoother = Smoother()
    for track in (1, 2, 3):
        smoother.update(track, 0.0, HAPPY)
    smoother.forget(1)
    smoother.forget(99)
    np.testing.assert_array_equal(smoother.update(1, 0.01, SAD), SAD)
    assert smoother.update(2, 0.01, SAD)[0] > 0.4
    smoother.reset()
    np.testing.assert_array_equal(smoother.update(3, 0.02, SAD), SAD)


@pytest.mark.parametrize("seconds", [-0.1, inf, nan])
def test_seconds_that_make_no_sense(seconds: float) -> None:
    with pytest.raises(InputError, match="seconds of smoothing must be 0 or more"):
        Smoother(seconds)
