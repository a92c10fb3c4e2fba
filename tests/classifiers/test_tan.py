"""Tree-augmented naive Bayes: trees that are known, and posteriors by hand and by scikit-learn."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis

from mien.classifiers.tan import TreeAugmentedNaiveBayes, maximum_tree
from mien.errors import InputError


def _neighbours(parents):
    return {frozenset((child, parent)) for child, parent in enumerate(parents) if parent >= 0}


def test_the_tree_that_made_the_data_is_found():
    """Links of opposite sign in the two classes: without the class they would not be seen at all."""
    rng = np.random.default_rng(0)
    y = np.arange(4000) % 2
    sign = np.where(y == 1, 1, -1)
    x = rng.normal(size=(4000, 6))
    tree = {3: 0, 1: 3, 5: 3, 2: 1, 4: 5}
    for child, parent in tree.items():
        x[:, child] = 0.6 * sign * x[:, parent] + 0.8 * x[:, child]
    model = TreeAugmentedNaiveBayes().fit(x, y)
    assert {child: int(parent) for child, parent in enumerate(model.parents_) if child} == tree
    assert model.parents_[0] == -1
    for child in tree:
        np.testing.assert_allclose(model.slopes_[:, child], (-0.6, 0.6), atol=0.06)


def test_maximum_tree_keeps_the_heaviest_links():
    weights = np.zeros((4, 4))
    for a, b, weight in [(0, 1, 1), (0, 2, 5), (0, 3, 2), (1, 2, 4), (1, 3, 3)]:
        weights[a, b] = weights[b, a] = weight
    np.testing.assert_array_equal(maximum_tree(weights), [-1, 2, 0, 1])
    assert _neighbours(maximum_tree(np.zeros((3, 3)))) == {frozenset((0, 1)), frozenset((0, 2))}


def test_posterior_by_hand():
    """Class 0 has x_1 = x_0 +- 1, class 1 has x_1 = -x_0 +- 1 (four points each, variances 1 and 2)."""
    x = np.array([(-1, -2), (-1, 0), (1, 0), (1, 2), (-1, 2), (-1, 0), (1, 0), (1, -2)], float)
    y = ["a"] * 4 + ["b"] * 4
    model = TreeAugmentedNaiveBayes().fit(x, y)
    np.testing.assert_allclose(model.slopes_[:, 1], (1, -1), atol=1e-5)
    np.testing.assert_allclose(model.variances_, np.ones((2, 2)), atol=1e-5)
    # At (1, 1): p(x_0) is the same in both; x_1 - 1 = 0 under a, x_1 + 1 = 2 under b.
    a, b = norm.pdf(0), norm.pdf(2)
    np.testing.assert_allclose(model.predict_proba([(1, 1)]), [(a / (a + b), b / (a + b))], rtol=1e-4)
    assert model.predict([(1, 1), (1, -1)]).tolist() == ["a", "b"]


def test_two_features_are_a_full_gaussian():
    rng = np.random.default_rng(1)
    y = rng.choice(3, 300, p=(0.5, 0.3, 0.2))
    mix = rng.normal(size=(3, 2, 2))
    x = np.einsum("nij,nj->ni", mix[y], rng.normal(size=(300, 2))) + y[:, None]
    ours = TreeAugmentedNaiveBayes().fit(x, y).predict_proba(x)
    theirs = QuadraticDiscriminantAnalysis().fit(x, y).predict_proba(x)
    # Theirs divides covariances by n - 1.
    assert np.abs(ours - theirs).max() < 0.03


def test_a_chain_has_the_likelihood_of_its_gaussian():
    """A Gaussian whose inverse covariance is a chain factors along it, so the tree loses nothing."""
    precision = np.array([(2, 1, 0), (1, 2, 1), (0, 1, 2)], float)
    rng = np.random.default_rng(2)
    covariance = np.linalg.inv(precision)
    noise = rng.normal(size=(500, 3))
    noise -= noise.mean(0)
    # Exactly of this covariance, not only on average.
    noise = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise / 500)).T @ np.linalg.cholesky(covariance).T
    x = np.concatenate([noise, noise + 3])
    model = TreeAugmentedNaiveBayes().fit(x, np.repeat([0, 1], 500))
    assert _neighbours(model.parents_) == {frozenset((0, 1)), frozenset((1, 2))}
    points = rng.normal(1.5, 2, size=(20, 3))
    ratio = multivariate_normal(np.zeros(3), covariance).pdf(points) / multivariate_normal(
        np.full(3, 3), covariance
    ).pdf(points)
    np.testing.assert_allclose(model.predict_proba(points)[:, 0], ratio / (1 + ratio), atol=1e-4)


def test_constant_features_are_no_obstacle():
    x = np.array([(0, 5, 1), (1, 5, 1), (4, 5, 2), (5, 5, 2)], float)
    model = TreeAugmentedNaiveBayes().fit(x, [0, 0, 1, 1])
    assert np.isfinite(model.predict_proba(x)).all()
    assert model.predict(x).tolist() == [0, 0, 1, 1]


def test_one_class_is_refused():
    with pytest.raises(InputError, match="two classes"):
        TreeAugmentedNaiveBayes().fit(np.eye(3), [1, 1, 1])
