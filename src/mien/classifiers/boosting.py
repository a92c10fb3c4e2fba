"""AdaBoost over decision stumps, whose state is four arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.classifiers.base import Array, FloatArray, IntArray, MarginClassifier

# Thresholds a feature. With as many distinct values or fewer, every split of the data is tried.
_THRESHOLDS = 255


class AdaBoost(MarginClassifier):
    """AdaBoost for several classes (SAMME) over decision stumps.

    A stump is a decision tree of one split, chosen by Gini's impurity as CART chooses it. Of features with more than
    256 values only 255 quantiles are tried as thresholds, so that a round costs one weighted histogram: 100 rounds
    over 28,709 rows of 100 features take seconds.

    Parameters
    ----------
    n_rounds : int, default 200
        Most stumps. There are fewer where one separates the classes alone, or is no better than chance.

    Attributes
    ----------
    features_ : ndarray of int64, shape (rounds,)
        The feature that each stump looks at.
    thresholds_ : ndarray of float64, shape (rounds,)
        Up to and including this value a row goes left.
    leaves_ : ndarray of int64, shape (rounds, 2)
        Place in `classes_` of the answers left and right.
    weights_ : ndarray of float64, shape (rounds,)
        Say of each stump: log((1 - e) / e) + log(k - 1), with its weighted error e.

    Notes
    -----
    scikit-learn's AdaBoostClassifier holds compiled trees, which cannot be stored without a pickle.

    References
    ----------
    J. Zhu, H. Zou, S. Rosset, T. Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2, 2009, algorithm 2.
    """

    features_: IntArray
    thresholds_: FloatArray
    leaves_: IntArray
    weights_: FloatArray

    def __init__(self, n_rounds: int = 200) -> None:
        self.n_rounds = n_rounds

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> AdaBoost:
        """Learn from features of shape (n, d) and labels of shape (n,)."""
        features, codes = self._training_data(x, y)
        splits = _Splits(features, codes)
        chance = 1 - 1 / len(self.classes_)
        weights = np.full(len(codes), 1 / len(codes))
        stumps: list[tuple[int, float, Array, float]] = []
        while len(stumps) < self.n_rounds:
            feature, threshold, leaves = splits.best(weights)
            wrong = leaves[(features[:, feature] > threshold).astype(int)] != codes
            error = float(weights[wrong].sum())
            if error >= chance - 1e-12 and stumps:
                break
            if error <= 1e-12:
                # Its weight would be infinite: nothing that came before counts beside it.
                stumps = [(feature, threshold, leaves, 1.0)]
                break
            say = float(np.log((1 - error) / error) + np.log(len(self.classes_) - 1))
            stumps.append((feature, threshold, leaves, say))
            weights[wrong] *= np.exp(say)
            weights /= weights.sum()
        self.features_ = np.array([stump[0] for stump in stumps])
        self.thresholds_ = np.array([stump[1] for stump in stumps])
        self.leaves_ = np.array([stump[2] for stump in stumps])
        self.weights_ = np.array([stump[3] for stump in stumps])
        return self

    def _scores(self, x: FloatArray) -> FloatArray:
        right = (x[:, self.features_] > self.thresholds_).astype(int)
        answers = self.leaves_[np.arange(len(self.leaves_)), right]
        return np.stack([(answers == c) @ self.weights_ for c in range(len(self.classes_))], 1)


class _Splits:
    """Every split that a stump may make, and the data sorted into the bins between them."""

    def __init__(self, x: FloatArray, codes: IntArray) -> None:
        self._thresholds = [_thresholds(column) for column in x.T]
        bins = np.stack([np.searchsorted(t, column) for t, column in zip(self._thresholds, x.T, strict=True)], 1)
        self._shape = (x.shape[1], _THRESHOLDS + 1, int(codes.max()) + 1)
        # The place of every row and feature in a table of features, bins and classes.
        cells = (np.arange(x.shape[1]) * self._shape[1] + bins) * self._shape[2] + codes[:, None]
        self._cells = cells.ravel().astype(np.intp)

    def best(self, weights: FloatArray) -> tuple[int, float, Array]:
        """Feature, threshold and the two leaves' classes of the purest split."""
        repeated = np.repeat(weights, self._shape[0])
        table = np.bincount(self._cells, repeated, int(np.prod(self._shape))).reshape(self._shape)
        left = table.cumsum(1)
        right = left[:, -1:] - left
        # Gini's impurity of both sides is 1 less this.
        purity = sum((side**2).sum(2) / np.maximum(side.sum(2), 1e-300) for side in (left, right))
        for feature, thresholds in enumerate(self._thresholds):
            purity[feature, len(thresholds) :] = -1
        feature, place = np.unravel_index(purity.argmax(), purity.shape)
        leaves = np.array([left[feature, place].argmax(), right[feature, place].argmax()])
        thresholds = self._thresholds[feature]
        # Where every feature is constant there is no split, and all rows go left.
        threshold = thresholds[place] if len(thresholds) else np.inf
        return int(feature), float(threshold), leaves


def _thresholds(column: FloatArray) -> FloatArray:
    """Midpoints between neighbouring values, or between the quantiles of many."""
    values = np.unique(column)
    if len(values) > _THRESHOLDS + 1:
        values = np.unique(np.quantile(column, np.linspace(0, 1, _THRESHOLDS + 1), method="nearest"))
    return np.asarray((values[:-1] + values[1:]) / 2)
