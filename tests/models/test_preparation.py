from __future__ import annotations

import cv2
import numpy as np
import pytest

from mien.errors import UnknownName
from mien.models.preparation import PREPARATIONS, SMOOTHNESS, prepare


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """A smooth picture with shades and edges, shape (48, 48)."""
    y, x = np.mgrid[:48, :48] / 47
    blobs = 60 * np.sin(9 * x + 2) * np.cos(7 * y) + 40 * (np.hypot(x - 0.5, y - 0.4) < 0.3)
    return (120 + blobs).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", PREPARATIONS)
def test_each_face_by_itself(name: str, face: np.ndarray) -> None:
    faces = np.stack([face, face.T // 2, 255 - face])
    together = prepare(faces, name)
    assert together.shape == faces.shape
    assert together.dtype == np.uint8
    for i in range(3):
        np.testing.assert_array_equal(prepare(faces[i : i + 1], name)[0], together[i])
    assert prepare(faces[:0], name).shape == (0, 48, 48)


def test_none_is_none(face: np.ndarray) -> None:
    np.testing.assert_array_equal(prepare(face[None], "none"), face[None])


def test_unknown_preparation(face: np.ndarray) -> None:
    with pytest.raises(UnknownName, match="did you mean 'equalise'"):
        prepare(face[None], "equalize")


def test_equalising_two_and_four_levels() -> None:
    two = np.full((1, 4, 4), 100, np.uint8)
    two[:, 2:] = 101
    np.testing.assert_array_equal(prepare(two, "equalise"), np.where(two == 101, 255, 0))
    # Of four levels in equal parts, the cumulative share beyond the first: 0, 1/3, 2/3, 1.
    four = np.repeat(np.array([3, 7, 8, 200], np.uint8), 4).reshape(1, 4, 4)
    np.testing.assert_array_equal(prepare(four, "equalise")[0, :, 0], [0, 85, 170, 255])


def test_isotropic_solves_its_equation(face: np.ndarray) -> None:
    """Against the sparse linear system ``(1 + lambda D) L = I``, D being the Laplacian of the grid's graph."""
    side = 12
    small = cv2.resize(face, (side, side))
    difference = np.diff(np.eye(side), axis=0)
    along = difference.T @ difference
    laplacian = np.kron(along, np.eye(side)) + np.kron(np.eye(side), along)
    image = small.astype(float).ravel() + 1
    reflectance = image / np.linalg.solve(np.eye(side**2) + SMOOTHNESS * laplacian, image)
    low, high = reflectance.min(), reflectance.max()
    expected = ((reflectance - low) / (high - low) * 255).reshape(side, side)
    assert np.abs(prepare(small[None], "isotropic")[0] - expected).max() < 0.6


@pytest.mark.parametrize("grey", [0, 1, 100, 255])
def test_a_constant_face_stays_constant(grey: int) -> None:
    for name in ("isotropic", "equalise"):
        assert np.ptp(prepare(np.full((2, 48, 48), grey, np.uint8), name)) == 0


def test_a_single_bright_pixel_is_no_rounding() -> None:
    face = np.full((1, 48, 48), 254, np.uint8)
    face[0, 20, 20] = 255
    assert np.unravel_index(prepare(face, "isotropic").argmax(), face.shape) == (0, 20, 20)
    assert np.ptp(prepare(face, "isotropic")) == 255


def test_isotropic_takes_off_a_slope_of_light() -> None:
    texture = cv2.GaussianBlur(np.random.default_rng(0).normal(size=(48, 48)), (0, 0), 1.5)
    face = (120 + 35 * texture / texture.std()).clip(0, 255)
    pair = np.stack([face, face * np.linspace(0.3, 1, 48)]).astype(np.uint8)
    evened = prepare(pair, "isotropic")
    assert np.corrcoef(pair.reshape(2, -1))[0, 1] < 0.8
    assert np.corrcoef(evened.reshape(2, -1))[0, 1] > 0.99
    before, after = (np.abs(faces[0].astype(float) - faces[1]).mean() for faces in (pair, evened))
    assert after < before / 5


def test_any_number_of_faces() -> None:
    """More than are worked on at a time, and not a multiple of it."""
    faces = np.random.default_rng(0).integers(0, 256, (1030, 8, 8), np.uint8)
    np.testing.assert_array_equal(prepare(faces, "isotropic")[1020:], prepare(faces[1020:], "isotropic"))
