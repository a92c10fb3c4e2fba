"""Local SVM where neighbours agree, where they do not, and where one line cannot do it."""

import numpy as np
from sklearn.svm import SVC, LinearSVC

from mien.classifiers.local_svm import LocalSVM


def test_neighbours_that_agree_decide():
    x = np.array([(0.0,), (1,), (2,), (10,), (11,), (12,), (50,)])
    model = LocalSVM(n_neighbors=3).fit(x, list("aaabbbc"))
    np.testing.assert_array_equal(model.decision_function([(0.5,), (11.5,)]), [(1, 0, 0), (0, 1, 0)])


def test_mixed_neighbours_train_an_svm():
    """At 4 the neighbours are 3, 5 of b and 0, 1 of a: two of each, but nearer to b's side of the line at 2."""
    x = np.array([(0.0,), (1,), (3,), (5,), (90,), (91,)])
    y = np.array(["a", "a", "b", "b", "a", "a"])
    model = LocalSVM(n_neighbors=4, c=100).fit(x, y)
    # Support vectors are 1 and 3, so the machine is x - 2.
    np.testing.assert_allclose(model.decision_function([(4,)]), [2], atol=1e-2)
    assert model.predict([(4,), (1.9,), (2.1,)]).tolist() == ["b", "a", "b"]
    # One line for all cannot: a, b and a again.
    assert LinearSVC(C=100).fit(x, y).score(x, y) < 1


def test_all_rows_as_neighbours_are_a_global_svm():
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = rng.normal(size=(90, 4)) + y[:, None]
    fresh = rng.normal(1, 1.5, size=(40, 4))
    ours = LocalSVM(n_neighbors=1000).fit(x, y).decision_function(fresh)
    theirs = SVC(kernel="linear").fit(x, y).decision_function(fresh)
    # Rows in another order: libsvm stops elsewhere within its tolerance.
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_classes_that_are_not_near_score_below_all_others():
    x = np.array([(0.0,), (1,), (3,), (4,), (90,), (91,)])
    scores = LocalSVM(n_neighbors=4).fit(x, [0, 0, 1, 1, 2, 2]).decision_function([(2.5,)])[0]
    assert scores[1] > scores[0]
    np.testing.assert_allclose(scores[2], scores[:2].min() - 1)


def test_a_problem_that_one_line_cannot_solve():
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, size=(600, 2))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    train, test = slice(400), slice(400, None)
    assert LinearSVC().fit(x[train], y[train]).score(x[test], y[test]) < 0.7
    assert LocalSVM(n_neighbors=20).fit(x[train], y[train]).score(x[test], y[test]) > 0.93
