"""SVDA against SVMs and scatters worked out by hand or by scikit-learn."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mien.errors import InputError
from mien.features.svda import SVDA


def _cosine(a, b):
    return abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b)


def test_two_classes_of_equal_scatter_give_the_normal():
    """Where support vectors scatter alike in all directions, nothing turns the direction from the SVM's normal."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], 1)
    # Close together and with a small penalty all points are inside the margin.
    x = np.concatenate([ring, ring + np.array([0.4, 0.3])])
    y = np.repeat([0, 1], 40)
    direction = SVDA(c=1e-3).fit(x, y).components_
    assert direction.shape == (1, 2)
    normal = LinearSVC(C=1e-3, dual=False).fit(x, y).coef_[0]
    assert _cosine(direction[0], normal) > 0.9999
    assert _cosine(direction[0], np.array([4, 3])) > 0.9999


def test_only_support_vectors_scatter():
    """Points far behind the margin change a mean and a covariance, but not SVDA."""
    rng = np.random.default_rng(0)
    near = np.concatenate([rng.normal((-1, 0), 0.3, (30, 2)), rng.normal((1, 0), 0.3, (30, 2))])
    far = np.array([(-30.0, 80.0), (30.0, 90.0)])
    labels = np.repeat([0, 1], 30)
    plain = SVDA().fit(near, labels).components_[0]
    # About the same centre as before, which the intercept's penalty sees.
    far -= far.mean(0) - near.mean(0)
    outlying = SVDA().fit(np.concatenate([near, far]), np.append(labels, [0, 1])).components_[0]
    assert _cosine(plain, outlying) > 0.9999


def test_scatters_are_those_of_the_paper():
    rng = np.random.default_rng(1)
    means = rng.normal(0, 1.5, (4, 8))
    y = np.arange(200) % 4
    x = means[y] + rng.normal(size=(200, 8)) * np.linspace(0.5, 1.5, 8)
    x -= x.mean(0)
    between, support = np.zeros((8, 8)), set()
    for a, b in combinations(range(4), 2):
        pair = np.flatnonzero((y == a) | (y == b))
        machine = LinearSVC(dual=False, tol=1e-6).fit(x[pair], y[pair])
        between += np.outer(machine.coef_[0], machine.coef_[0])
        margin = np.where(y[pair] == b, 1, -1) * machine.decision_function(x[pair])
        support |= set(pair[margin < 1])
    members = [x[[i for i in support if y[i] == c]] for c in range(4)]
    within = sum(len(rows) * np.cov(rows.T, bias=True) for rows in members)

    model = SVDA().fit(x, y)
    assert model.components_.shape == (6, 8)
    for value, v in zip(model.eigenvalues_, model.components_, strict=True):
        # All but the shrinkage of S_w by a thousandth.
        expected = v @ between @ v / (v @ within @ v)
        assert value == pytest.approx(expected, rel=0.01, abs=1e-3 * model.eigenvalues_[0])
    assert np.all(np.diff(model.eigenvalues_) <= 0)


def test_classes_are_apart_in_the_transform():
    rng = np.random.default_rng(2)
    y = np.arange(150) % 3
    x = rng.normal(size=(150, 20))
    x[:, :2] += 4 * np.array([(0, 0), (1, 0), (0, 1)])[y]
    z = SVDA().fit(x, y).transform(x)
    assert z.shape == (150, 3)
    assert z.dtype == np.float32
    centres = np.stack([z[y == c].mean(0) for c in range(3)])
    assert np.mean(np.linalg.norm(z[:, None] - centres, axis=2).argmin(1) == y) > 0.95


def test_one_class_is_refused():
    with pytest.raises(InputError, match="two classes"):
        SVDA().fit(np.eye(4), np.zeros(4))
