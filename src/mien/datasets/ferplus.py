"""FER+ labels from the ten votes each FER2013 picture got (Barsoum et al. 2016; rules of its published code)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EMOTIONS = 8
"""The first eight of the ten vote columns are the label set ``ferplus8``; then come unknown and not-a-face."""


def _without_single_votes(votes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """A lone vote is taken for a slip, as in the published code."""
    return np.where(votes > 1, votes, 0).astype(np.float32)


def majority_labels(votes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The label that more than half of the votes agree on.

    Parameters
    ----------
    votes : ndarray of uint8, shape (n, 10)
        The eight emotions of ``ferplus8``, unknown, not-a-face.

    Returns
    -------
    ndarray of int64, shape (n,)
        Index into ``ferplus8``, or -1 where there is no majority or it says unknown or not-a-face.
    """
    kept = _without_single_votes(votes)
    label = kept.argmax(1)
    settled = (kept.max(1) > 0.5 * kept.sum(1)) & (label < EMOTIONS)
    return np.where(settled, label, -1)


def vote_distribution(votes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The share of votes of each of the eight emotions: the soft target of the ``ferplus8`` head.

    Parameters
    ----------
    votes : ndarray of uint8, shape (n, 10)
        As for `majority_labels`.

    Returns
    -------
    ndarray of float32, shape (n, 8)
        Rows sum to one, or to zero where most said unknown or not-a-face: such a row trains nothing.
    """
    kept = _without_single_votes(votes)
    kept[kept.argmax(1) >= EMOTIONS] = 0
    emotions = kept[:, :EMOTIONS]
    return np.asarray(emotions / np.maximum(emotions.sum(1, keepdims=True), 1), np.float32)
