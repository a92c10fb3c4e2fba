"""Intervals found against intervals marked, counted by hand."""

import math

import pytest

from mien.errors import InputError
from mien.video.spotting import Movement, SpottingScore, score_spotting


def _found(*intervals):
    return [Movement(onset, (onset + offset) / 2, offset, 0, 0, 0, 1.0) for onset, offset in intervals]


@pytest.mark.parametrize(
    ("found", "truth", "counts"),
    [
        # Shared 0.1 of 0.2 in all: exactly half is a hit.
        ([(0.0, 0.2)], [(0.0, 0.1)], (1, 0, 0)),
        ([(0.0, 0.21)], [(0.0, 0.1)], (0, 1, 1)),
        ([(1.0, 1.1)], [(2.0, 2.1)], (0, 1, 1)),
        # A movement found in two halves is a hit and a false one.
        ([(0.0, 0.5), (0.5, 1.0)], [(0.0, 1.0)], (1, 1, 0)),
        ([], [(0.0, 0.1)], (0, 0, 1)),
        ([(0.0, 0.1)], [], (0, 1, 0)),
        ([], [], (0, 0, 0)),
    ],
)
def test_counts_of_a_clip(found, truth, counts):
    assert score_spotting(_found(*found), truth) == SpottingScore(*counts)


def test_matches_are_chosen_for_most_hits():
    # With least 0.4 the first found fits both (0.6 / 1.4 = 0.43 and 1.0), the second only the first marked (0.8 / 1.2).
    found = _found((0.4, 1.4), (-0.2, 0.8))
    truth = [(0.0, 1.0), (0.4, 1.4)]
    assert score_spotting(found, truth, least_iou=0.4) == SpottingScore(2, 0, 0)
    assert score_spotting(found[::-1], truth, least_iou=0.4) == SpottingScore(2, 0, 0)
    # One found for both marked is one hit.
    assert score_spotting(found[:1], truth, least_iou=0.4) == SpottingScore(1, 0, 1)


def test_clips_are_pooled():
    pooled = sum([SpottingScore(3, 1, 0), SpottingScore(0, 2, 3)], SpottingScore())
    assert pooled == SpottingScore(3, 3, 3)
    assert (pooled.precision, pooled.recall, pooled.f1) == (0.5, 0.5, 0.5)
    uneven = SpottingScore(hits=1, false=0, missed=3)
    assert (uneven.precision, uneven.recall, uneven.f1) == (1.0, 0.25, 0.4)


def test_shares_of_nothing_are_nan():
    assert all(math.isnan(share) for share in (SpottingScore().precision, SpottingScore().recall, SpottingScore().f1))
    assert SpottingScore(false=2).f1 == 0


def test_bad_input_is_named():
    with pytest.raises(InputError, match="least_iou"):
        score_spotting([], [], least_iou=0)
    with pytest.raises(InputError, match=r"from 0\.3 to 0\.2 seconds"):
        score_spotting([], [(0.3, 0.2)])
