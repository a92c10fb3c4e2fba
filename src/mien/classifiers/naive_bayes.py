"""Naive Bayes with heavy tails: one outlying measurement does not decide alone, as it does under a Gaussian."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.classifiers.base import FloatArray, ProbabilisticClassifier

_MAX_ITERATIONS = 500
_TOLERANCE = 1e-6


class CauchyNaiveBayes(ProbabilisticClassifier):
    """Naive Bayes whose features are Cauchy distributed within a class.

    Attributes
    ----------
    priors_ : ndarray of float64, shape (k,)
        Share of each class.
    locations_, scales_ : ndarray of float64, shape (k, d)
        Maximum-likelihood parameters of each class and feature.

    References
    ----------
    I. Cohen et al., "Facial expression recognition from video sequences: temporal and static modeling", CVIU 91,
    2003, section 3.1.
    """

    priors_: FloatArray
    locations_: FloatArray
    scales_: FloatArray

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> CauchyNaiveBayes:
        """Learn from features of shape (n, d) and labels of shape (n,)."""
        features, codes = self._training_data(x, y)
        self.priors_ = np.bincount(codes) / len(codes)
        fits = [fit_cauchy(features[codes == c]) for c in range(len(self.classes_))]
        self.locations_ = np.stack([location for location, _ in fits])
        self.scales_ = np.stack([scale for _, scale in fits])
        return self

    def _scores(self, x: FloatArray) -> FloatArray:
        joint = np.empty((len(x), len(self.classes_)))
        for c, (location, scale) in enumerate(zip(self.locations_, self.scales_, strict=True)):
            density = -np.log(np.pi * scale) - np.log1p(((x - location) / scale) ** 2)
            joint[:, c] = np.log(self.priors_[c]) + density.sum(1)
        return joint


def fit_cauchy(x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Maximum-likelihood location and scale of each column.

    Expectation maximisation for Student's t of one degree of freedom, from the median and half the interquartile
    range. A scale cannot fall below a millionth of the largest standard deviation.

    Parameters
    ----------
    x : ndarray of float64, shape (n, d)
        Samples.

    Returns
    -------
    location, scale : ndarray of float64, shape (d,)

    References
    ----------
    K. Lange, R. Little, J. Taylor, "Robust statistical modeling using the t distribution", JASA 84, 1989.
    """
    floor = 1e-6 * x.std(0).max() or 1.0
    lower, location, upper = np.percentile(x, (25, 50, 75), axis=0)
    scale = np.maximum((upper - lower) / 2, floor)
    for _ in range(_MAX_ITERATIONS):
        weights = 2 / (1 + ((x - location) / scale) ** 2)
        new_location = (weights * x).sum(0) / weights.sum(0)
        new_scale = np.maximum(np.sqrt((weights * (x - new_location) ** 2).mean(0)), floor)
        change = np.maximum(np.abs(new_location - location), np.abs(new_scale - scale)) / new_scale
        location, scale = new_location, new_scale
        if change.max() < _TOLERANCE:
            break
    return location, scale
