from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pytest

from mien.errors import InputError
from mien.labels import EKMAN7, FERPLUS8, LABEL_SETS, LabelSet
from mien.video.baseline import BaselineCorrector, correct_timeline, parse_stretch
from mien.video.timeline import Timeline

FloatArray = npt.NDArray[np.float32]
THREE = LabelSet("three", ("neutral", "happy", "sad"))

# Somebody whose face looks sad at rest; neutral, happy, sad.
AT_REST = (0.3, 0.1, 0.6)
SMILING = (0.02, 0.93, 0.05)
SADDER_THAN_AT_REST = (0.05, 0.01, 0.94)
LAUGHING = (0.01, 0.98, 0.01)


def reading(*probabilities: float) -> FloatArray:
    return np.array(probabilities, np.float32)


def show(
    corrector: BaselineCorrector,
    probabilities: Iterable[float],
    start: float,
    seconds: float,
    rate: float = 30,
    track: int = 1,
) -> FloatArray:
    """Readings that stay the same for a while; the last of them corrected."""
    corrected = reading(*probabilities)
    for time in np.arange(start, start + seconds, 1 / rate).tolist():
        corrected = corrector.update(track, time, reading(*probabilities))
    return corrected


def label(probabilities: FloatArray) -> str:
    return THREE.labels[int(probabilities.argmax())]


def test_correction_by_hand() -> None:
    corrector = BaselineCorrector(THREE, "0-1")
    # Four times sad's share at rest is 8 times neutral's, so sad is divided by 8, happy by 4 / 3.
    expected = np.array((0.3, 0.1 * 3 / 4, 0.6 / 8))
    np.testing.assert_allclose(corrector.update(1, 0.5, reading(*AT_REST)), expected / expected.sum(), rtol=1e-6)
    expected = np.array((0.02, 0.93 * 3 / 4, 0.05 / 8))
    np.testing.assert_allclose(corrector.update(1, 9.0, reading(*SMILING)), expected / expected.sum(), rtol=1e-6)


def test_resting_scores_are_the_mean_of_the_marked_stretch() -> None:
    corrector = BaselineCorrector(THREE, "1-2")
    for time, probabilities in (
        (0.9, LAUGHING),
        (1.0, (0.2, 0.2, 0.6)),
        (1.5, (0.4, 0.0, 0.6)),
        (2.0, (0.6, 0.1, 0.3)),
    ):
        corrector.learn(1, time, reading(*probabilities))
    corrector.learn(1, 2.1, reading(*LAUGHING))
    np.testing.assert_allclose(corrector.resting_scores(1), (0.4, 0.1, 0.5), rtol=1e-6)


@pytest.mark.parametrize("baseline", ["0-3", "auto"])
def test_a_face_that_looks_sad_at_rest(baseline: str) -> None:
    corrector = BaselineCorrector(THREE, baseline)
    assert label(reading(*AT_REST)) == "sad"
    assert label(show(corrector, AT_REST, 0, 3)) == "neutral"
    assert label(show(corrector, SMILING, 3, 1)) == "happy"
    assert label(show(corrector, SADDER_THAN_AT_REST, 4, 5)) == "sad"
    assert label(show(corrector, AT_REST, 9, 1)) == "neutral"


@pytest.mark.parametrize("baseline", ["0-3", "auto"])
def test_a_face_that_reads_as_neutral_at_rest_is_left_alone(baseline: str) -> None:
    corrector = BaselineCorrector(THREE, baseline)
    show(corrector, (0.7, 0.15, 0.15), 0, 3)
    assert corrector.resting_scores(1) is not None
    for probabilities in (SMILING, SADDER_THAN_AT_REST, AT_REST):
        np.testing.assert_allclose(corrector.correct(1, reading(*probabilities)), probabilities, rtol=1e-6)


def test_expressions_that_rest_does_not_show_keep_their_odds() -> None:
    corrector = BaselineCorrector(EKMAN7, "0-1")
    # angry, disgust, fear, happy, sad, surprise, neutral
    corrector.learn(1, 0, reading(0.02, 0.01, 0.01, 0.02, 0.54, 0.0, 0.4))
    before = reading(0.5, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05)
    after = corrector.correct(1, before)
    others = [0, 1, 2, 3, 5, 6]
    np.testing.assert_allclose(after[others] / after[0], before[others] / before[0], rtol=1e-5)
    assert after[4] / after[0] == pytest.approx(0.2 / (4 * 0.54 / 0.4), rel=1e-5)


def test_laughing_from_the_beginning_is_no_rest() -> None:
    corrector = BaselineCorrector(THREE, "auto")
    np.testing.assert_array_equal(show(corrector, LAUGHING, 0, 10), reading(*LAUGHING))
    assert corrector.resting_scores(1) is None
    assert label(show(corrector, AT_REST, 10, 3)) == "neutral"
    assert label(show(corrector, LAUGHING, 13, 10)) == "happy"


def test_auto_prefers_stillness_and_neutral() -> None:
    corrector = BaselineCorrector(THREE, "auto")
    # The same mean, to and fro: less calm by the distance of 0.2 that each reading has from it.
    for i in range(120):
        corrector.learn(1, i / 30, reading(0.3, 0.1 + 0.2 * (i % 2), 0.6 - 0.2 * (i % 2)))
    np.testing.assert_allclose(corrector.resting_scores(1), (0.3, 0.2, 0.5), atol=0.01)
    show(corrector, (0.2, 0.2, 0.6), 4, 4)  # 0.2 against 0.3 - 0.1
    show(corrector, (0.25, 0.15, 0.6), 8, 4)
    np.testing.assert_allclose(corrector.resting_scores(1), (0.25, 0.15, 0.6), rtol=1e-5)
    show(corrector, (0.22, 0.01, 0.77), 12, 4)
    np.testing.assert_allclose(corrector.resting_scores(1), (0.25, 0.15, 0.6), rtol=1e-5)


@pytest.mark.parametrize(("rate", "seconds"), [(120, 2), (30, 2), (10, 2), (2, 4.5)])
def test_auto_needs_two_seconds_and_ten_readings(rate: int, seconds: float) -> None:
    corrector = BaselineCorrector(THREE, "auto")
    first = next(
        time
        for time in (i / rate for i in range(20 * rate))
        if not np.array_equal(corrector.update(1, time, reading(*AT_REST)), reading(*AT_REST))
    )
    assert first == pytest.approx(seconds, abs=1 / rate)


def test_auto_learns_at_a_varying_frame_rate() -> None:
    corrector = BaselineCorrector(THREE, "auto")
    times = np.cumsum(np.random.default_rng(0).exponential(0.05, 200))
    for time in times.tolist():
        corrector.learn(1, time, reading(*AT_REST))
    np.testing.assert_allclose(corrector.resting_scores(1), AT_REST, rtol=1e-6)


def test_readings_around_a_gap_are_no_stretch() -> None:
    corrector = BaselineCorrector(THREE, "auto")
    show(corrector, AT_REST, 0, 1.5)
    show(corrector, AT_REST, 10, 1.5)
    assert corrector.resting_scores(1) is None
    show(corrector, AT_REST, 11.5, 1)
    assert corrector.resting_scores(1) is not None


def test_before_the_marked_stretch_nothing_is_corrected() -> None:
    corrector = BaselineCorrector(THREE, "0:12-0:15")
    np.testing.assert_array_equal(show(corrector, AT_REST, 0, 11.9), reading(*AT_REST))
    assert label(show(corrector, AT_REST, 12, 1)) == "neutral"


def test_people_are_apart() -> None:
    corrector = BaselineCorrector(THREE, "0-2")
    show(corrector, AT_REST, 0, 1, track=1)
    show(corrector, (0.25, 0.7, 0.05), 0, 1, track=2)
    assert label(corrector.correct(1, reading(*AT_REST))) == "neutral"
    assert label(corrector.correct(2, reading(0.25, 0.7, 0.05))) == "neutral"
    assert label(corrector.correct(2, reading(*AT_REST))) == "sad"
    np.testing.assert_array_equal(show(corrector, AT_REST, 2.5, 1, track=3), reading(*AT_REST))


def test_forgotten_people_are_learnt_again() -> None:
    corrector = BaselineCorrector(THREE, "0-1")
    for track in (1, 2, 3):
        corrector.learn(track, 0, reading(*AT_REST))
    corrector.forget(1)
    corrector.forget(99)
    assert [corrector.resting_scores(track) is None for track in (1, 2, 3)] == [True, False, False]
    corrector.reset()
    assert corrector.resting_scores(2) is None


@pytest.mark.parametrize("rest", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0.5, 0.5, 0)])
@pytest.mark.parametrize("probabilities", [(0, 0, 1), (0, 1, 0), (1, 0, 0), (0.2, 0.3, 0.5)])
def test_certain_readings(rest: tuple[float, ...], probabilities: tuple[float, ...]) -> None:
    corrector = BaselineCorrector(THREE, "0-1")
    corrector.learn(1, 0, reading(*rest))
    corrected = corrector.correct(1, reading(*probabilities))
    assert corrected.dtype == np.float32
    assert (corrected >= 0).all()
    assert corrected.sum() == pytest.approx(1, abs=1e-6)


def test_many_readings_at_once() -> None:
    rng = np.random.default_rng(0)
    corrector = BaselineCorrector(FERPLUS8, "0-1")
    corrector.learn(1, 0, rng.dirichlet(np.ones(8)).astype(np.float32))
    readings = rng.dirichlet(np.ones(8), 5).astype(np.float32)
    together = corrector.correct(1, readings)
    np.testing.assert_allclose(together.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(together, [corrector.correct(1, row) for row in readings], rtol=1e-6)


def test_without_a_baseline_readings_stay_as_they_are() -> None:
    corrector = BaselineCorrector(LABEL_SETS["smile2"])
    probabilities = reading(0.1, 0.9)
    assert corrector.update(1, 0, probabilities) is probabilities


@pytest.mark.parametrize("name", ["smile2", "compound11", "micro3", "gemep5"])
def test_label_sets_without_neutral(name: str) -> None:
    with pytest.raises(InputError, match=f"needs a label set with neutral in it, and {name} has none"):
        BaselineCorrector(LABEL_SETS[name], "auto")


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("12-15.5", (12, 15.5)),
        ("0:12-0:15.25", (12, 15.25)),
        (" 1:30 - 95 ", (90, 95)),
        ("1:00:00-1:00:05", (3600, 3605)),
        ("0-.5", (0, 0.5)),
    ],
)
def test_stretches(text: str, stretch: tuple[float, float]) -> None:
    assert parse_stretch(text) == stretch


@pytest.mark.parametrize(
    "text", ["", "calm", "12", "12-", "-12", "12-15-18", "-1-5", "1:2:3:4-9", "12s-15s", "nan-inf", "²-³"]
)
def test_what_is_no_stretch(text: str) -> None:
    with pytest.raises(InputError, match="a baseline is 'auto' or START-END in seconds"):
        BaselineCorrector(THREE, text)


@pytest.mark.parametrize("text", ["15-12", "3-3", "1:00-59"])
def test_stretches_that_run_backwards(text: str) -> None:
    with pytest.raises(InputError, match="does not end after its start"):
        BaselineCorrector(THREE, text)


def timeline_of(*rows: tuple[float, int, tuple[float, ...]]) -> Timeline:
    raw = np.array([probabilities for *_, probabilities in rows], np.float32)
    n = len(rows)
    return Timeline(
        times=np.array([time for time, *_ in rows], np.float64),
        frames=np.arange(n),
        tracks=np.array([track for _, track, _ in rows], np.int64),
        boxes=np.zeros((n, 4), np.float32),
        scores=np.full(n, 0.9, np.float32),
        probabilities=raw.copy(),
        raw=raw,
        label_set=THREE,
    )


def test_a_whole_timeline_is_corrected_from_its_first_row() -> None:
    timeline = timeline_of((0.0, 1, AT_REST), (0.1, 2, AT_REST), (5.0, 1, SMILING), (8.0, 1, AT_REST))
    corrected = correct_timeline(timeline, "7-9", smooth=0)
    assert [label(row) for row in corrected.probabilities] == ["neutral", "sad", "happy", "neutral"]
    np.testing.assert_array_equal(corrected.raw, timeline.raw)
    np.testing.assert_array_equal(corrected.times, timeline.times)
    np.testing.assert_array_equal(timeline.probabilities, timeline.raw)


def test_a_corrected_timeline_is_smoothed() -> None:
    timeline = timeline_of((0.0, 1, (1.0, 0.0, 0.0)), (0.3, 1, (0.0, 1.0, 0.0)))
    corrected = correct_timeline(timeline, "0-0.1", smooth=0.3)
    # One time constant later the first counts 1/e of the second.
    np.testing.assert_allclose(corrected.probabilities[1], (1 / (1 + np.e), np.e / (1 + np.e), 0), rtol=1e-5)
