"""Shape models on drawn faces whose landmarks are known exactly."""

import numpy as np
import pytest
from drawn_faces import CONTOURS, draw_faces

from mien.align import similarity_transform
from mien.errors import InputError
from mien.features.active_appearance import ActiveAppearanceModel
from mien.features.active_shape import ActiveShapeModel
from mien.features.shape import PointDistributionModel, apply, sample, shrink


def _moved(points, rng):
    angle, scale = rng.uniform(-0.5, 0.5), rng.uniform(0.5, 2)
    turn = scale * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    return points @ turn.T + rng.uniform(-50, 50, 2)


@pytest.fixture(scope="module")
def rectangles():
    """Rectangles of one variable proportion, each moved by another similarity transform."""
    rng = np.random.default_rng(0)
    corners = np.array([(-1.0, -1), (1, -1), (1, 1), (-1, 1)])
    return np.stack([_moved(corners * (10, 10 * ratio), rng) for ratio in rng.uniform(0.8, 1.25, 60)])


def test_rectangles_have_one_mode(rectangles):
    model = PointDistributionModel().fit(rectangles)
    assert model.modes_.shape == (1, 4, 2)
    # Widening is all that the mode does: corners go outward on one axis and inward on the other.
    np.testing.assert_allclose(np.abs(model.modes_[0] @ np.linalg.svd(model.mean_)[2].T), 8**-0.5, atol=0.02)


def test_mean_is_as_large_as_the_average_and_centred(rectangles):
    model = PointDistributionModel().fit(rectangles)
    sizes = [np.linalg.norm(shape - shape.mean(0)) for shape in rectangles]
    assert np.linalg.norm(model.mean_) == pytest.approx(np.mean(sizes))
    np.testing.assert_allclose(model.mean_.mean(0), 0, atol=1e-9)


def test_unseen_shapes_are_rebuilt_wherever_they_are(rectangles):
    model = PointDistributionModel().fit(rectangles)
    shape = np.array([(100.0, 7), (121, 7), (121, 27), (100, 27)])
    np.testing.assert_allclose(model.nearest(shape), shape, atol=0.05)


def test_parameters_are_those_that_made_the_shape(rectangles):
    model = PointDistributionModel().fit(rectangles)
    b = 1.5 * np.sqrt(model.variances_)
    np.testing.assert_allclose(model.parameters(_moved(model.shape(b), np.random.default_rng(1))), b, rtol=1e-3)


def test_parameters_stay_within_three_deviations(rectangles):
    model = PointDistributionModel().fit(rectangles)
    needle = np.array([(0.0, 0), (100, 0), (100, 5), (0, 5)])
    np.testing.assert_allclose(np.abs(model.parameters(needle)), 3 * np.sqrt(model.variances_))


def test_shape_model_refuses_one_face(rectangles):
    with pytest.raises(InputError, match="two faces"):
        PointDistributionModel().fit(rectangles[:1])


def test_apply_undoes_a_similarity_transform(rectangles):
    laid = apply(similarity_transform(rectangles[:1], _moved(rectangles[0], np.random.default_rng(2))), rectangles[:1])
    np.testing.assert_allclose(laid[0], _moved(rectangles[0], np.random.default_rng(2)))


def test_sample_reads_pixel_centres_and_between():
    image = np.array([(0, 10), (20, 30)], np.uint8)
    points = np.array([(0.5, 0.5), (1.5, 0.5), (1.0, 1.0), (9, 9)])
    np.testing.assert_allclose(sample(image, points), [0, 10, 15, 30])


def test_shrink_takes_means_of_squares():
    image = np.array([(0, 10, 40), (20, 30, 60)], np.uint8)
    np.testing.assert_allclose(shrink(image, 1), [(15, 50)])


@pytest.fixture(scope="module")
def training():
    return draw_faces(60, seed=0)


@pytest.mark.parametrize(
    ("model", "limit"),
    [(ActiveShapeModel(CONTOURS), 1.0), (ActiveAppearanceModel(), 0.5)],
    ids=["shape", "appearance"],
)
def test_landmarks_of_unseen_faces_are_found(model, limit, training):
    """Mean distance in pixels of 96; searches begin at the mean shape, some pixels off the middle of the face."""
    model.fit(*training)
    rng = np.random.default_rng(2)
    before, after = [], []
    for image, truth in zip(*draw_faces(10, seed=1), strict=True):
        start = model.shapes_.mean_ + truth.mean(0) + rng.uniform(-4, 4, 2)
        found = model.search(image, start)
        before.append(np.linalg.norm(start - truth, axis=1).mean())
        after.append(np.linalg.norm(found - truth, axis=1).mean())
    assert np.mean(before) > 3
    assert np.mean(after) < limit
    assert max(after) < np.mean(before) / 2


def test_normals_cross_the_contours():
    square = np.array([(0.0, 0), (4, 0), (4, 4), (0, 4), (10, 2)])
    shapes = np.stack([square, square + np.array([0, 1]), square * 1.1])
    model = ActiveShapeModel([[0, 1, 2, 3, 0]]).fit(np.zeros((3, 16, 16), np.uint8), shapes)
    normals = model._normals(square)
    diagonal = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / np.sqrt(2)
    # Either way across.
    np.testing.assert_allclose(np.abs((normals[:4] * diagonal).sum(1)), 1)
    # The last point is on no contour, and right of the centre at (3.6, 2).
    np.testing.assert_allclose(normals[4], (1, 0), atol=1e-12)


def test_appearance_does_not_depend_on_contrast_or_place(training):
    images, landmarks = training
    model = ActiveAppearanceModel().fit(images[:20], landmarks[:20])
    image, points = images[30], landmarks[30]
    moved = np.roll(image // 2 + 10, (3, 5), (0, 1))
    described, again = model.describe(image, points), model.describe(moved, points + np.array([5, 3]))
    shape_modes = len(model.shapes_.variances_)
    np.testing.assert_allclose(described[:shape_modes], again[:shape_modes], atol=1e-3)
    # Halving rounds brightness: up to half a grey level of a few tens.
    assert np.linalg.norm((described - again)[shape_modes:]) < 0.05 * np.linalg.norm(described[shape_modes:])


@pytest.mark.parametrize("model", [ActiveShapeModel(CONTOURS), ActiveAppearanceModel()])
def test_bad_input_is_named(model, training):
    images, landmarks = training
    with pytest.raises(InputError, match="landmarks of shape"):
        model.fit(images, landmarks[:-1])
    with pytest.raises(InputError, match="uint8"):
        model.fit(images.astype(float), landmarks)
    model.fit(images[:8], landmarks[:8])
    with pytest.raises(InputError, match="initial landmarks"):
        model.search(images[0], landmarks[0, :5])
