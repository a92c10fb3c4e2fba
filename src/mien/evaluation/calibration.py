"""Scaling that makes confidence mean what it says (Guo et al. 2017): by class, and by one factor for averaged views."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

PRIOR = 10.0
"""Weight of squared biases, and of the squared deviations of the scales from their mean, beside the sum of the faces'
log losses, for scores whose standard deviation is one. So on few faces all classes are scaled nearly alike."""

_STEPS, _ENOUGH = 50, 1e-8
_LEAST_SCALE = 0.01  # else a network that has learnt nothing would have its answers turned about


def fit_scaling(logits: npt.NDArray[np.floating], truth: npt.NDArray[np.integer]) -> tuple[Array, Array]:
    """Vector scaling (section 4.2): a scale and a bias a class, of the least negative log-likelihood under a prior.

    Parameters
    ----------
    logits : ndarray of float, shape (n, k)
        Raw scores.
    truth : ndarray of int, shape (n,)
        True classes.

    Returns
    -------
    scale, bias : ndarray of float64, shape (k,)
        Probabilities are ``softmax(logits * scale + bias)``; scales, all positive, are below 1 if the network was too
        sure of itself.

    Notes
    -----
    The loss is convex. Newton's method finds its minimum, with steps halved until they go down.
    """
    k = logits.shape[1]
    size = max(float(logits.std()), 1e-9)  # so that the prior means the same for scores of any size
    logits = logits.astype(np.float64) / size
    targets = np.eye(k)[truth]
    classes = np.arange(k)
    prior = np.zeros((2 * k, 2 * k))
    prior[:k, :k] = 2 * PRIOR * (np.eye(k) - 1 / k)
    prior[k:, k:] = 2 * PRIOR * np.eye(k)

    def loss(values: Array) -> tuple[float, Array]:
        scores = logits * values[:k] + values[k:]
        scores -= scores.max(1, keepdims=True)
        scores -= np.log(np.exp(scores).sum(1, keepdims=True))
        return float(values @ prior @ values / 2 - (targets * scores).sum()), np.exp(scores)

    values = np.concatenate([np.ones(k), np.zeros(k)])
    now, p = loss(values)
    for _ in range(_STEPS):
        excess = p - targets
        slope = np.concatenate([(excess * logits).sum(0), excess.sum(0)]) + prior @ values
        moved = np.concatenate([p * logits, p], 1)
        curvature = prior - moved.T @ moved
        for rows, columns, of in ((0, 0, p * logits**2), (0, k, p * logits), (k, 0, p * logits), (k, k, p)):
            curvature[rows + classes, columns + classes] += of.sum(0)
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        after, q = loss(values - step)
        while after > now and np.abs(step).max() > _ENOUGH:
            step /= 2
            after, q = loss(values - step)
        if now - after < _ENOUGH:
            break
        values, now, p = values - step, after, q
    return np.maximum(values[:k], _LEAST_SCALE) / size, values[k:]


def fit_factor(scores: npt.NDArray[np.floating], truth: npt.NDArray[np.integer]) -> float:
    """Temperature scaling: the one factor with the least negative log-likelihood (section 4.2).

    Parameters
    ----------
    scores : ndarray of float, shape (n, k)
        Scores, of which the most probable class stays the same.
    truth : ndarray of int, shape (n,)
        True classes.

    Returns
    -------
    float
        Probabilities are ``softmax(scores * factor)``; 0.1 to 10, and 1 if nothing can be said.

    Notes
    -----
    The loss is convex, so its slope is positive beyond the minimum: where it changes its sign is found by halving.
    """
    scores = scores.astype(np.float64) - scores.max(1, keepdims=True)
    right = scores[np.arange(len(truth)), truth]

    def slope(factor: float) -> float:
        powers = np.exp(scores * factor)
        return float(((powers * scores).sum(1) / powers.sum(1) - right).sum())

    low, high = np.log(0.1), np.log(10)
    if slope(1.0) == 0:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if slope(np.exp(middle)) > 0 else (middle, high)
    return float(np.exp(middle))
