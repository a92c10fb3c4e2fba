"""Movements made in a photo, filmed with a moving head and a noisy camera, found again."""

import numpy as np
import pytest

from mien.align import TEMPLATE, align_faces
from mien.detect import get_detector
from mien.errors import InputError, UnknownName
from mien.features.flow import optical_flow
from mien.video.spotting import METHODS, SpottingScore, score_spotting, spot
from mien.video.spotting.synthetic import FACE, SIDE, Twitch, movement_clip

TIMES = np.arange(150) / 100
TWITCH = Twitch(onset=0.7, duration=0.12, amplitude=5)


@pytest.fixture(scope="module")
def filmed(astronaut):
    """A function from movements to the aligned faces of a clip, each frame's face found by the detector."""
    detector = get_detector("yunet")
    landmarks = detector.detect(astronaut).landmarks[0]

    def film(*twitches, seed=0):
        frames = movement_clip(astronaut, landmarks, TIMES, twitches, seed=seed)
        return np.concatenate([align_faces(frame, detector.detect(frame).landmarks[:1], 96) for frame in frames])

    return film


@pytest.fixture(scope="module")
def moving(filmed):
    return filmed(TWITCH)


@pytest.fixture(scope="module")
def resting(filmed):
    return filmed(seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_a_movement_is_found_where_it_was_made(moving, method):
    found = spot(moving, TIMES, method)
    assert score_spotting(found, [TWITCH.interval]) == SpottingScore(hits=1, false=0, missed=0)
    assert found[0].apex == pytest.approx(0.76, abs=0.03)


@pytest.mark.parametrize("method", METHODS)
def test_a_moving_head_is_no_expression(resting, method):
    assert spot(resting, TIMES, method) == []


def test_steps_of_time_may_differ(moving):
    kept = np.sort(np.random.default_rng(0).permutation(150)[:125])
    found = spot(moving[kept], TIMES[kept] + 60)
    assert score_spotting(found, [(60.7, 60.82)]) == SpottingScore(1, 0, 0)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_found_where_nothing_moves(method):
    still = np.random.default_rng(0).integers(0, 256, (1, 48, 48), np.uint8).repeat(60, 0)
    assert spot(still, TIMES[:60], method) == []
    assert spot(still[:2], TIMES[:2], method) == []


def test_bad_input_is_named():
    faces = np.zeros((5, 48, 48), np.uint8)
    with pytest.raises(InputError, match="5 faces need as many times"):
        spot(faces, TIMES[:4])
    with pytest.raises(InputError, match="frame 2 is not later"):
        spot(faces, [0, 0.01, 0.01, 0.02, 0.03])
    with pytest.raises(InputError, match="at 30 frames a second"):
        spot(faces, np.arange(5) / 30)
    with pytest.raises(InputError, match="uint8"):
        spot(faces.astype(float), TIMES[:5])
    with pytest.raises(InputError, match="no range"):
        spot(faces, TIMES[:5], shortest=0.3)
    with pytest.raises(InputError, match="tau"):
        spot(faces, TIMES[:5], tau=2)
    with pytest.raises(UnknownName, match="'strain'"):
        spot(faces, TIMES[:5], "stain")


def test_made_movements_are_as_told(astronaut):
    """Five percent of the face at the mouth's corners, at the height; the rest of the face stays."""
    landmarks = get_detector("yunet").detect(astronaut).landmarks[0]
    times = np.array([0.0, TWITCH.onset + TWITCH.duration / 2])
    frames = np.stack(list(movement_clip(astronaut, landmarks, times, [TWITCH], head=0, noise=0)))
    assert frames.shape == (2, SIDE, SIDE, 3)
    flow = optical_flow(frames[:1, ..., 1], frames[1:, ..., 1])[0]
    x, y = (SIDE / 2 + FACE * (TEMPLATE - 0.5)).astype(int).T
    way = flow[y, x]
    assert np.hypot(*way[3:].T) == pytest.approx(0.05 * FACE, rel=0.25)
    assert (way[3:, 1] < 0).all()
    assert way[3, 0] < 0 < way[4, 0]
    assert np.abs(way[:2]).max() < 0.3


def test_a_movement_comes_and_goes():
    assert [TWITCH.share(time) for time in (0.7, 0.73, 0.76, 0.79, 0.82, 1.0)] == pytest.approx([0, 0.5, 1, 0.5, 0, 0])
