"""Optical flow of pictures whose movement is known."""

import numpy as np
import pytest
from scipy import ndimage

from mien.errors import InputError
from mien.features.flow import CELLS, DIRECTIONS, Flow, FlowSequences, flow_features, optical_flow, optical_strain


@pytest.fixture(scope="module")
def texture():
    """Smooth noise, larger than the faces cut from it."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(size=(80, 80)), 2.5)
    return 255 * (noise - noise.min()) / np.ptp(noise)


def _cut(texture, x=0.0, y=0.0):
    """A face of 48 pixels in which everything is `x, y` further right and down."""
    return ndimage.shift(texture, (y, x), order=3)[16:64, 16:64].clip(0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("shift", [(1, 0), (0, 2), (-0.5, 0), (1.5, -2.25)])
def test_a_shift_is_found(texture, shift):
    flow = optical_flow(_cut(texture)[None], _cut(texture, *shift)[None])
    assert flow.shape == (1, 48, 48, 2)
    assert flow.dtype == np.float32
    assert np.abs(flow[0, 8:-8, 8:-8] - shift).max() < 0.15


def test_nothing_moves_in_equal_pictures(texture):
    face = _cut(texture)[None]
    assert np.abs(flow_features(face, face)).max() < 1e-3


def test_a_movement_counts_in_its_direction(texture):
    for direction, shift in enumerate([(2, 0), (1.4, 1.4), (0, 2), (-1.4, 1.4), (-2, 0)]):
        features = flow_features(_cut(texture)[None], _cut(texture, *shift)[None])
        histograms = features.reshape(CELLS, CELLS, DIRECTIONS + 1)[1:-1, 1:-1, :DIRECTIONS]
        np.testing.assert_allclose(histograms[..., direction], 2, atol=0.1)
        assert np.delete(histograms, direction, 2).max() < 0.05


def test_a_movement_counts_in_its_cell(texture):
    face = _cut(texture)
    moved = face.copy()
    # The lower right sixth of the face, and only its middle.
    moved[40:48, 40:48] = _cut(texture, 1)[40:48, 40:48]
    features = flow_features(face[None], moved[None]).reshape(CELLS, CELLS, DIRECTIONS + 1)
    assert features[5, 5, 0] > 0.5
    assert features[:4, :4].max() < 0.05


def test_strain_of_stretch_shear_turn_and_shift():
    y, x = np.mgrid[:10, :12].astype(np.float32)
    still = np.zeros_like(x)
    fields = [(0.3 * x, still), (0.3 * y, still), (-0.1 * y, 0.1 * x), (still + 4, still - 2), (0.3 * x, 0.4 * y)]
    strain = optical_strain(np.stack([np.stack(field, -1) for field in fields]))
    # e_xx = 0.3; e_xy = 0.15 twice; none; none; e_xx = 0.3 and e_yy = 0.4.
    expected = np.array([0.3, 0.3 / 2**0.5, 0, 0, 0.5])
    np.testing.assert_allclose(strain, np.broadcast_to(expected[:, None, None], strain.shape), atol=1e-5)


def test_clips_are_compared_with_their_first_frame(texture):
    still, right, further = _cut(texture), _cut(texture, 1), _cut(texture, 2)
    clips = np.stack([np.stack([still, right, further]), np.stack([still, still, right])])
    sequences = FlowSequences().transform(clips)
    assert sequences.shape == (2, 2, CELLS * CELLS * (DIRECTIONS + 1))
    to_the_right = sequences.reshape(2, 2, CELLS, CELLS, -1)[:, :, 1:-1, 1:-1, 0].mean((2, 3))
    np.testing.assert_allclose(to_the_right, [(1, 2), (0, 1)], atol=0.05)
    # By itself, the movement from the first to the last.
    np.testing.assert_allclose(Flow().transform(clips), sequences[:, -1])


def test_bad_pictures_are_named(texture):
    face = _cut(texture)[None]
    with pytest.raises(InputError, match="make no pairs"):
        optical_flow(face, face.repeat(2, 0))
    with pytest.raises(InputError, match="uint8"):
        optical_flow(face.astype(float), face)
    with pytest.raises(InputError, match="at least 16"):
        optical_flow(face[:, :10, :10], face[:, :10, :10])
    for wrong in (face, face[None], face[None].repeat(2, 1).astype(float)):
        with pytest.raises(InputError, match=r"clips must be uint8 of shape .* a single picture shows no movement"):
            Flow().transform(wrong)
