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
    shapes = np.stack([shape, 2 * shape - 30])
    np.testing.assert_allclose(model.nearest(shapes), shapes, atol=0.1)


def test_parameters_are_those_that_made_the_shape(rectangles):
    model = PointDistributionModel().fit(rectangles)
    b = np.array([[1.5], [-0.5], [0]]) * np.sqrt(model.variances_)
    rng = np.random.default_rng(1)
    moved = np.stack([_moved(shape, rng) for shape in model.shape(b)])
    np.testing.assert_allclose(model.parameters(moved), b, rtol=2e-3, atol=1e-3)


def test_parameters_stay_within_three_deviations(rectangles):
    model = PointDistributionModel().fit(rectangles)
    needle = np.array([(0.0, 0), (100, 0), (100, 5), (0, 5)])
    np.testing.assert_allclose(np.abs(model.parameters(needle[None])), [3 * np.sqrt(model.variances_)])


def test_shape_model_refuses_one_face(rectangles):
    with pytest.raises(InputError, match="two faces"):
        PointDistributionModel().fit(rectangles[:1])


def test_apply_undoes_a_similarity_transform(rectangles):
    laid = apply(similarity_transform(rectangles[:1], _moved(rectangles[0], np.random.default_rng(2))), rectangles[:1])
    np.testing.assert_allclose(laid[0], _moved(rectangles[0], np.random.default_rng(2)))


def test_sample_reads_pixel_centres_and_between():
    image = np.array([(0, 10), (20, 30)], np.uint8)
    points = np.array([(0.5, 0.5), (1.5, 0.5), (1.0, 1.0), (9, 9)])
    brightness = sample(np.stack([image, image + 100]), np.stack([points, points]))
    np.testing.assert_allclose(brightness, [(0, 10, 15, 30), (100, 110, 115, 130)])


def test_shrink_takes_means_of_squares():
    image = np.array([(0, 10, 40), (20, 30, 60)], np.uint8)
    np.testing.assert_allclose(shrink(np.stack([image, image + 1]), 1), [[(15, 50)], [(16, 51)]])


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
    images, truth = draw_faces(10, seed=1)
    start = model.shapes_.mean_ + truth.mean(1, keepdims=True)
    start += np.random.default_rng(2).uniform(-4, 4, (10, 1, 2))
    found = model.search(images, start)
    before, after = (np.linalg.norm(points - truth, axis=2).mean(1) for points in (start, found))
    assert before.mean() > 3
    assert after.mean() < limit
    assert after.max() < before.mean() / 2
    # Each face by itself: those beside it change nothing.
    np.testing.assert_allclose(model.search(images[3:4], start[3:4]), found[3:4], atol=1e-6)


def test_a_search_that_explains_nothing_does_not_run_away(training):
    model = ActiveAppearanceModel(levels=2).fit(*training)
    noise = np.random.default_rng(3).integers(0, 256, (20, *training[0].shape[1:]), np.uint8)
    start = np.broadcast_to(training[1].mean(0), (20, *training[1].shape[1:]))
    moved = np.linalg.norm(model.search(noise, start) - start, axis=2).max(1)
    assert moved.mean() < 8  # pixels; whole steps went on to 11


def test_normals_cross_the_contours():
    square = np.array([(0.0, 0), (4, 0), (4, 4), (0, 4), (10, 2)])
    shapes = np.stack([square, square + np.array([0, 1]), square * 1.1])
    model = ActiveShapeModel([[0, 1, 2, 3, 0]]).fit(np.zeros((3, 16, 16), np.uint8), shapes)
    (normals,) = model._normals(square[None])
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
    described, again = model.describe(np.stack([image, moved]), np.stack([points, points + np.array([5, 3])]))
    shape_modes = len(model.shapes_.variances_)
    np.testing.assert_allclose(described[:shape_modes], again[:shape_modes], atol=1e-2)
    # Halving rounds brightness: up to half a grey level of a few tens.
    assert np.linalg.norm((described - again)[shape_modes:]) < 0.05 * np.linalg.norm(described[shape_modes:])


def test_shape_and_texture_weigh_alike(training):
    """The parameters of training faces vary as much in all for the shape as for the texture."""
    images, landmarks = training
    model = ActiveAppearanceModel().fit(images, landmarks)
    variances = model.describe(images, landmarks).var(0, ddof=1)
    shape_modes = len(model.shapes_.variances_)
    assert variances[:shape_modes].sum() == pytest.approx(variances[shape_modes:].sum(), rel=0.05)


@pytest.mark.parametrize("model", [ActiveShapeModel(CONTOURS), ActiveAppearanceModel()])
def test_bad_input_is_named(model, training):
    images, landmarks = training
    with pytest.raises(InputError, match="landmarks of shape"):
        model.fit(images, landmarks[:-1])
    with pytest.raises(InputError, match="uint8"):
        model.fit(images.astype(float), landmarks)
    model.fit(images[:8], landmarks[:8])
    with pytest.raises(InputError, match=r"initial landmarks must be of shape \(1, 34, 2\), not \(1, 5, 2\)"):
        model.search(images[:1], landmarks[:1, :5])
