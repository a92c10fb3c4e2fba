"""The tree of SVMs: how many, in which order, and where a row ends."""

import numpy as np
import pytest

from mien.classifiers.rbf_svm import RBFSVM
from mien.classifiers.tree_svm import TreeSVM

CENTRES = {"near": (0, 0), "nearer": (2, 0), "far": (0, 20), "farther": (50, 0)}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = np.repeat(list(CENTRES), 40)
    return np.array([CENTRES[label] for label in y]) + rng.normal(0, 0.5, (160, 2)), y


def test_the_most_separable_class_comes_first(data):
    model = TreeSVM().fit(*data)
    assert len(model.machines_) == 3
    assert model.classes_[model.order_[:2]].tolist() == ["farther", "far"]
    assert set(model.classes_[model.order_[2:]]) == {"near", "nearer"}


def test_distance_counts_in_spreads():
    """Means 0, 10 and 30: the last is farthest away, but so wide that it lies over the others."""
    steps = np.linspace(-1, 1, 21)
    x = np.concatenate([0.1 * steps, 10 + 0.1 * steps, 30 + 40 * steps])[:, None]
    model = TreeSVM().fit(x, np.repeat([0, 1, 2], 21))
    assert model.order_[0] != 2


def test_each_machine_sees_only_what_remains(data):
    x, y = data
    model = TreeSVM().fit(x, y)
    far = RBFSVM().fit(x[y != "farther"], y[y != "farther"] == "far")
    last = model.classes_[model.order_[2]]
    pair = np.isin(y, ["near", "nearer"])
    between = RBFSVM().fit(x[pair], y[pair] == last)
    for machine, expected in zip(model.machines_[1:], (far, between), strict=True):
        np.testing.assert_allclose(machine.decision_function(x), expected.decision_function(x))


def test_a_row_ends_where_the_tree_leads_it(data):
    model = TreeSVM().fit(*data)
    rng = np.random.default_rng(1)
    fresh = rng.uniform((-10, -10), (60, 30), (80, 2))
    expected = []
    for row in fresh:
        answers = [machine.decision_function(row[None])[0] > 0 for machine in model.machines_]
        expected.append(model.classes_[model.order_[answers.index(True) if any(answers) else 3]])
    np.testing.assert_array_equal(model.predict(fresh), expected)
    # Only that class has all of its way on the positive side.
    assert np.all((model.decision_function(fresh) > 0).sum(1) == 1)


def test_separable_classes_are_learnt(data):
    assert TreeSVM().fit(*data).score(*data) > 0.97
