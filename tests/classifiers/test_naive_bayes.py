"""Cauchy naive Bayes against SciPy's maximum likelihood."""

import numpy as np
from scipy.stats import cauchy

from mien.classifiers.naive_bayes import CauchyNaiveBayes, fit_cauchy


def test_maximum_likelihood_is_scipys():
    rng = np.random.default_rng(0)
    x = rng.standard_cauchy((200, 3)) * (0.1, 1, 20) + (5, 0, -30)
    location, scale = fit_cauchy(x)
    for column, *ours in zip(x.T, location, scale, strict=True):
        expected = cauchy.fit(column)
        np.testing.assert_allclose(ours, expected, rtol=0.01, atol=0.01 * expected[1])


def test_posterior_by_hand():
    model = CauchyNaiveBayes().fit(np.array([(-1.0,), (0,), (1,), (9,), (10,), (11,)]), [0, 0, 0, 1, 1, 1])
    np.testing.assert_allclose(model.locations_[:, 0], (0, 10), atol=1e-6)
    # The likeliest scale of -1, 0, 1 solves 1/3 sum 2 / (1 + (x/s)^2) = 1: s^2 = 1/3.
    np.testing.assert_allclose(model.scales_[:, 0], 3**-0.5, rtol=1e-5)
    odds = (1 + 3 * 8**2) / (1 + 3 * 2**2)
    np.testing.assert_allclose(model.predict_proba([(2,)]), [(odds / (1 + odds), 1 / (1 + odds))], rtol=1e-4)


def test_one_wild_measurement_does_not_decide():
    rng = np.random.default_rng(1)
    y = np.repeat([0, 1], 100)
    x = rng.normal(size=(200, 4)) + 2 * y[:, None]
    wild = np.array([(2, 2, 2, -30.0)])
    assert CauchyNaiveBayes().fit(x, y).predict(wild) == [1]


def test_constant_features_are_no_obstacle():
    x = np.array([(0, 5), (1, 5), (4, 5), (5, 5)], float)
    model = CauchyNaiveBayes().fit(x, ["low", "low", "high", "high"])
    assert model.predict(x).tolist() == ["low", "low", "high", "high"]
