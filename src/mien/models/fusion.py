"""How the members of a committee come to one answer, and what each one's word should count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]

EXPONENTS = np.arange(-500, 1501) / 10
"""Exponents that `accuracy_weights` tries: -50 to 150 in steps of 0.1."""

_BLOCK = 64  # exponents at a time


def mean(posteriors: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted mean."""
    return np.asarray(np.tensordot(weights / weights.sum(), posteriors, 1))


def vote(posteriors: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of the votes, each member having one for its most probable class.

    Their mean posterior has one vote more, which it divides. That decides a tie and nothing else, and no class is
    left with probability zero.
    """
    members, _, classes = posteriors.shape
    votes = np.eye(classes)[posteriors.argmax(2)].sum(0)
    return np.asarray((votes + mean(posteriors, weights)) / (members + 1))


def median(posteriors: FloatArray, weights: FloatArray) -> FloatArray:
    """Median of each class, to which the members' weights are nothing."""
    return np.asarray(np.median(posteriors, 0))


RULES: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {"mean": mean, "vote": vote, "median": median}
"""Rules by the name that a card gives them, from posteriors (m, n, k) and weights (m,) to (n, k)."""


def fuse(posteriors: FloatArray, rule: str, weights: FloatArray) -> npt.NDArray[np.float64]:
    """One answer of many.

    Parameters
    ----------
    posteriors : ndarray of float, shape (m, n, k)
        Each member's probabilities.
    rule : {"mean", "vote", "median"}
        How they are fused.
    weights : ndarray of float, shape (m,)
        What each member counts in the mean; not all zero.

    Returns
    -------
    ndarray of float64, shape (n, k)
        Positive; rows sum to one.
    """
    fused = np.maximum(RULES[rule](posteriors, weights), np.finfo(np.float32).tiny).astype(np.float64)
    return np.asarray(fused / fused.sum(1, keepdims=True))


def accuracy_weights(posteriors: FloatArray, truth: npt.NDArray[np.integer]) -> tuple[npt.NDArray[np.float64], float]:
    """Weights for the mean by how often each member is right: the exponentially weighted average of Kim et al.

    Parameters
    ----------
    posteriors : ndarray of float, shape (m, n, k)
        Each member's probabilities on validation data.
    truth : ndarray of int, shape (n,)
        True classes.

    Returns
    -------
    weights : ndarray of float64, shape (m,)
        ``a^q / sum(a^q)`` for validation accuracies ``a``.
    exponent : float
        ``q``, out of `EXPONENTS`, whose weighted mean is most often right; among equals the one nearest to zero (the
        plain mean), then the positive one.

    References
    ----------
    B.-K. Kim et al., "Hierarchical committee of deep convolutional neural networks for robust facial expression
    recognition", Journal on Multimodal User Interfaces 10(2), 2016 (VA-Expo-WA).
    """
    members, rows, classes = posteriors.shape
    accuracy = (posteriors.argmax(2) == truth).mean(1)
    # A member that is never right counts as right once in ten times the rows: its powers stay finite.
    powers = EXPONENTS[:, None] * np.log(np.maximum(accuracy, 0.1 / rows))
    weights = np.exp(powers - powers.max(1, keepdims=True))
    weights /= weights.sum(1, keepdims=True)
    flat = posteriors.reshape(members, -1)
    right = np.concatenate(
        [
            ((weights[start : start + _BLOCK] @ flat).reshape(-1, rows, classes).argmax(2) == truth).sum(1)
            for start in range(0, len(EXPONENTS), _BLOCK)
        ]
    )
    best = np.lexsort((-EXPONENTS, np.abs(EXPONENTS), -right))[0]
    return weights[best], float(EXPONENTS[best])
