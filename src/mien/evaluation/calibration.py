"""Temperature scaling: one number that makes confidence mean what it says (Guo et al. 2017, section 4.2)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def fit_temperature(logits: npt.NDArray[np.floating], truth: npt.NDArray[np.integer]) -> float:
    """The temperature with the least negative log-likelihood.

    Parameters
    ----------
    logits : ndarray of float, shape (n, k)
        Raw scores.
    truth : ndarray of int, shape (n,)
        True classes.

    Returns
    -------
    float
        Between 0.05 and 20; above 1 if the network was too sure of itself.
    """
    rows = np.arange(len(truth))
    logits = logits - logits.max(1, keepdims=True)

    def slope(inverse: float) -> float:
        """Derivative of the loss, which is convex, by the inverse temperature."""
        powers = np.exp(inverse * logits)
        expected = (powers * logits).sum(1) / powers.sum(1)
        return float((expected - logits[rows, truth]).mean())

    low, high = 0.05, 20.0
    for _ in range(60):
        middle = np.sqrt(low * high)
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(1 / np.sqrt(low * high))
