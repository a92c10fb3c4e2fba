"""Distances, angles and curvatures of shapes that can be worked out by hand."""

import numpy as np
import pytest

from mien.errors import InputError
from mien.features.geometry import CONTOURS, EYES, LandmarkGeometry, angles, curvature, distances, normalise

RNG = np.random.default_rng(0)
FIVE = np.array([(30, 40), (70, 40), (50, 60), (35, 80), (65, 80)], float) + RNG.normal(0, 2, (12, 5, 2))


def _moved(points, angle=0.7, scale=3.1, shift=(-40, 12)):
    turn = scale * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    return points @ turn.T + shift


def test_eyes_are_laid_300_apart_about_the_origin():
    face = np.array([[(10, 10), (10, 20), (20, 10), (0, 0)]], float)
    # The eyes are 10 apart, one below the other: a quarter turn to the left and a factor of 30.
    expected = [[(-150, 0), (150, 0), (-150, -300), (-450, 300)]]
    np.testing.assert_allclose(normalise(face, [[0], [1]]), expected, atol=1e-9)


def test_an_eye_is_the_mean_of_its_landmarks():
    face = np.array([[(0, 0), (2, 0), (4, 0), (6, 0)]], float)
    np.testing.assert_allclose(normalise(face, [[0, 1], [2, 3]])[0, :, 0], [-225, -75, 75, 225])


def test_distances_of_a_right_triangle():
    np.testing.assert_allclose(distances(np.array([[(0, 0), (3, 0), (0, 4)]], float)), [(3, 4, 5)])


def test_angles_of_right_and_equilateral_triangles():
    faces = np.array([[(0, 0), (1, 0), (0, 1)], [(0, 0), (1, 0), (0.5, 3**0.5 / 2)]])
    expected = np.deg2rad([(90, 45, 45), (60, 60, 60)])
    np.testing.assert_allclose(angles(faces, np.array([(0, 1, 2)])), expected)


def test_angles_go_with_the_triangles_corners():
    face = np.array([[(0, 0), (1, 0), (0, 3**0.5)]])
    np.testing.assert_allclose(angles(face, np.array([(2, 0, 1), (1, 2, 0)])), np.deg2rad([(30, 90, 60, 60, 30, 90)]))


@pytest.mark.parametrize("radius", [2.0, 50.0])
def test_a_circle_is_curved_by_one_over_its_radius(radius):
    turn = np.array([0, 0.3, 0.9, 1.0, 2.2])
    arc = radius * np.stack([np.cos(turn), np.sin(turn)], 1) + 7
    np.testing.assert_allclose(curvature(arc[None]), np.full((1, 3), 1 / radius))
    np.testing.assert_allclose(curvature(arc[None, ::-1]), np.full((1, 3), -1 / radius))


def test_lines_and_points_have_no_curvature():
    line = np.array([(0, 0), (1, 1), (5, 5), (5, 5), (6, 6)], float)
    np.testing.assert_array_equal(curvature(line[None]), np.zeros((1, 3)))


def test_place_size_and_roll_do_not_matter():
    geometry = LandmarkGeometry().fit(FIVE)
    np.testing.assert_allclose(geometry.transform(_moved(FIVE)), geometry.transform(FIVE), rtol=1e-5)


def test_expression_matters():
    geometry = LandmarkGeometry().fit(FIVE)
    smile = FIVE[:1].copy()
    smile[:, 3:] += [(-5, -3), (5, -3)]
    assert np.abs(geometry.transform(smile) - geometry.transform(FIVE[:1])).max() > 10


def test_five_landmarks_give_ten_distances_and_three_angles_a_triangle():
    geometry = LandmarkGeometry().fit(FIVE)
    features = geometry.transform(FIVE)
    assert features.shape == (12, 10 + 3 * len(geometry.triangles_))
    assert features.dtype == np.float32
    np.testing.assert_allclose(features[:, 0], 300, rtol=1e-6)
    np.testing.assert_allclose(features[:, 10:].reshape(12, -1, 3).sum(2), np.pi, rtol=1e-6)
    # The nose is inside the other four: each triangle has it for a corner.
    assert all(2 in triangle for triangle in geometry.triangles_)


def test_68_landmarks_with_their_contours():
    faces = RNG.uniform(0, 100, (3, 68, 2))
    geometry = LandmarkGeometry().fit(faces)
    inner = sum(len(contour) - 2 for contour in CONTOURS[68])
    assert geometry.transform(faces).shape == (3, 68 * 67 // 2 + 3 * len(geometry.triangles_) + inner)
    assert sorted({point for contour in CONTOURS[68] for point in contour}) == list(range(68))
    assert EYES[68] == [[36, 37, 38, 39, 40, 41], [42, 43, 44, 45, 46, 47]]


def test_own_layout():
    faces = np.concatenate([FIVE, FIVE[:, :2] - (0, 15)], 1)
    geometry = LandmarkGeometry(eyes=[[0], [1]], contours=[[3, 2, 4]]).fit(faces)
    mouth_and_nose = geometry.transform(faces)[:, -1]
    # From mouth corner up to the nose and down: a turn to the right on the screen.
    assert np.all(mouth_and_nose > 0)


def test_bad_landmarks_are_named():
    with pytest.raises(InputError, match="which of 7 landmarks are the eyes"):
        LandmarkGeometry().fit(RNG.uniform(0, 9, (4, 7, 2)))
    with pytest.raises(InputError, match="one place"):
        LandmarkGeometry().fit(np.zeros((2, 5, 2)))
    with pytest.raises(InputError, match="on a line"):
        LandmarkGeometry().fit(np.arange(5.0)[None, :, None] * (1, 0))
    with pytest.raises(InputError, match=r"\(n, p, 2\)"):
        LandmarkGeometry().fit(FIVE[0])
    geometry = LandmarkGeometry(eyes=[[0], [1]]).fit(FIVE)
    with pytest.raises(InputError, match="4 landmarks and not 5"):
        geometry.transform(FIVE[:, :4])
