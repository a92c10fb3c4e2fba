"""SAMME by hand and against scikit-learn's AdaBoost over trees of depth 1."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import AdaBoostClassifier

from mien.classifiers.boosting import AdaBoost


def test_four_points_by_hand():
    """Points 0 1 2 3 of classes a b a a, each of weight 1/4.

    Splits at 0.5, 1.5 and 2.5 leave an impurity, weighted by side, of 3/4 * 4/9 = 1/3, 1/2 * 1/2 = 1/4 and 1/3. So the
    first is at 1.5; left is a tie of a and b and both say a: error 1/4, weight log 3. Point 1 is now 3 of 6:
    weights 1/6 1/2 1/6 1/6. Impurities: at 0.5 5/6 * 12/25 = 2/5, at 1.5 2/3 * 3/8 = 1/4, at 2.5
    5/6 * 12/25 = 2/5. Again at 1.5, but left is b: error 1/6, weight log 5, and so on.
    """
    x, y = np.array([(0.0,), (1,), (2,), (3,)]), np.array(list("abaa"))
    model = AdaBoost(n_rounds=2).fit(x, y)
    np.testing.assert_array_equal(model.thresholds_, (1.5, 1.5))
    np.testing.assert_array_equal(model.leaves_, [(0, 0), (1, 0)])
    np.testing.assert_allclose(model.weights_, np.log((3, 5)))
    # b's say less a's.
    np.testing.assert_allclose(model.decision_function(x), np.log((5 / 3, 5 / 3, 1 / 15, 1 / 15)))
    assert model.predict(x).tolist() == list("bbaa")


@pytest.mark.parametrize("n_classes", [2, 4])
def test_agrees_with_scikit_learn(n_classes):
    x, y = make_classification(240, 8, n_informative=6, n_redundant=0, n_classes=n_classes, random_state=3)
    ours = AdaBoost(n_rounds=40).fit(x, y)
    theirs = AdaBoostClassifier(n_estimators=40, random_state=0).fit(x, y)
    np.testing.assert_array_equal(ours.features_, [tree.tree_.feature[0] for tree in theirs.estimators_])
    np.testing.assert_allclose(ours.thresholds_, [tree.tree_.threshold[0] for tree in theirs.estimators_])
    np.testing.assert_allclose(ours.weights_, theirs.estimator_weights_, rtol=1e-6)
    fresh = np.random.default_rng(0).normal(size=(500, 8))
    np.testing.assert_array_equal(ours.predict(fresh), theirs.predict(fresh))


def test_quantiles_are_nearly_as_good_as_every_split():
    x, y = make_classification(3000, 6, n_informative=4, n_redundant=0, n_classes=3, random_state=0)
    train, test = slice(2000), slice(2000, None)
    ours = AdaBoost(n_rounds=60).fit(x[train], y[train]).score(x[test], y[test])
    theirs = AdaBoostClassifier(n_estimators=60, random_state=0).fit(x[train], y[train]).score(x[test], y[test])
    assert ours > theirs - 0.02


def test_a_stump_that_separates_is_alone():
    model = AdaBoost().fit(np.array([(5.0, 0), (5, 1), (5, 2), (5, 3)]), [0, 0, 1, 1])
    np.testing.assert_array_equal(model.features_, [1])
    np.testing.assert_array_equal(model.thresholds_, [1.5])
    assert model.predict([(5, 1.4), (5, 1.6)]).tolist() == [0, 1]


def test_constant_features_give_the_most_frequent_class():
    model = AdaBoost().fit(np.ones((3, 2)), [0, 1, 1])
    assert model.predict(np.zeros((2, 2))).tolist() == [1, 1]
