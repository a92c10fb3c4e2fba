"""A binary tree of support vector machines that splits off one class after the other, the easiest first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.classifiers.base import FloatArray, IntArray, MarginClassifier
from mien.classifiers.rbf_svm import RBFSVM


class TreeSVM(MarginClassifier):
    """N - 1 support vector machines for N classes, in a binary tree.

    Each tells one class from those that remain. The class that is farthest from its nearest rival comes first, so
    that errors, which go down with the tree, are made late. The distance between two classes is that of their means,
    in units of their mean spreads together::

        d_ab = |m_a - m_b| / (s_a + s_b),    s_a^2 = mean of |x - m_a|^2 in class a

    Parameters
    ----------
    c : float, default 1.0
        Penalty of the SVMs.
    random_state : int, default 0
        Theirs.

    Attributes
    ----------
    order_ : ndarray of int64, shape (k,)
        Places in `classes_` in the order in which they are split off.
    machines_ : list of RBFSVM
        k - 1 of them; machine i is positive for class ``order_[i]``.

    Notes
    -----
    A class's score is the smallest margin on its way through the tree: positive for the leaf in which a row ends,
    and for no other.

    References
    ----------
    G. Madzarov, D. Gjorgjevikj, I. Chorbev, "A multi-class SVM classifier utilizing binary decision tree",
    Informatica 33, 2009. Rules of splitting differ from paper to paper; this one is the house's.
    """

    order_: IntArray
    machines_: list[RBFSVM]

    def __init__(self, c: float = 1.0, random_state: int = 0) -> None:
        self.c = c
        self.random_state = random_state

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> TreeSVM:
        """Learn from features of shape (n, d) and labels of shape (n,)."""
        features, codes = self._training_data(x, y)
        self.order_ = _easiest_first(_distances(features, codes))
        self.machines_ = []
        for code in self.order_[:-1]:
            machine = RBFSVM(c=self.c, random_state=self.random_state)
            self.machines_.append(machine.fit(features, codes == code))
            features, codes = features[codes != code], codes[codes != code]
        return self

    def _scores(self, x: FloatArray) -> FloatArray:
        margins = np.stack([machine.decision_function(x) for machine in self.machines_], 1)
        scores = np.empty((len(x), len(self.order_)))
        so_far = np.full(len(x), np.inf)
        for code, margin in zip(self.order_[:-1], margins.T, strict=True):
            scores[:, code] = np.minimum(so_far, margin)
            so_far = np.minimum(so_far, -margin)
        scores[:, self.order_[-1]] = so_far
        return scores


def _distances(x: FloatArray, codes: IntArray) -> FloatArray:
    """d_ab of every two classes, shape (k, k); infinite from a class to itself."""
    members = [x[codes == c] for c in range(codes.max() + 1)]
    means = np.stack([rows.mean(0) for rows in members])
    spreads = np.sqrt([rows.var(0).sum() for rows in members])
    apart = np.linalg.norm(means[:, None] - means, axis=2)
    distances = apart / np.maximum(spreads[:, None] + spreads, 1e-12)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)


def _easiest_first(distances: FloatArray) -> IntArray:
    """The order in which classes go, each time the one whose nearest remaining rival is farthest."""
    order: list[int] = []
    remaining = list(range(len(distances)))
    while len(remaining) > 1:
        nearest = distances[np.ix_(remaining, remaining)].min(1)
        order.append(remaining.pop(int(nearest.argmax())))
    return np.array(order + remaining)
