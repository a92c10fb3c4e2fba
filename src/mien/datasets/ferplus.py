"""FER+ labels from the ten votes each FER2013 picture got (Barsoum et al. 2016; rules of its published code)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Votes = npt.NDArray[np.uint8]
Targets = npt.NDArray[np.float32]

EMOTIONS = 8
"""The first eight of the ten vote columns are the label set ``ferplus8``; then come unknown and not-a-face."""


def _without_single_votes(votes: Votes) -> npt.NDArray[np.float32]:
    """A lone vote is taken for a slip, as in the published code."""
    return np.where(votes > 1, votes, 0).astype(np.float32)


def majority_labels(votes: Votes) -> npt.NDArray[np.int64]:
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


def vote_distribution(votes: Votes) -> Targets:
    """The share of votes of each of the eight emotions: the soft target of the ``ferplus8`` head.

    It keeps more votes and more pictures than `distribution_targets`, the published rule.

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
    return _normalised(kept[:, :EMOTIONS])


def majority_targets(votes: Votes) -> Targets:
    """`majority_labels` as one-hot rows of shape (n, 8), zero where there is no majority."""
    return np.asarray(majority_labels(votes)[:, None] == np.arange(EMOTIONS), np.float32)


def distribution_targets(votes: Votes) -> Targets:
    """The shares of the emotions that most voted for.

    Emotions are taken in the order of their votes, equal ones together, until they hold three quarters of the votes,
    there are three, or unknown or not-a-face is next. The picture is discarded where they hold no more than half of
    the votes, or where equal ones made them more than three.

    Parameters
    ----------
    votes : ndarray of uint8, shape (n, 10)
        As for `majority_labels`.

    Returns
    -------
    ndarray of float32, shape (n, 8)
        Rows sum to one, or to zero where the picture is discarded.
    """
    kept = _without_single_votes(votes)
    total = kept.sum(1, keepdims=True)
    ahead = kept[:, None, :] > kept[:, :EMOTIONS, None]  # (n, emotion, whatever has more votes than it)
    votes_ahead = (ahead * kept[:, None, :]).sum(2)
    next_in_turn = (votes_ahead < 0.75 * total) & (ahead.sum(2) < 3) & ~ahead[:, :, EMOTIONS:].any(2)
    taken = np.where(next_in_turn, kept[:, :EMOTIONS], 0)
    discarded = (taken.sum(1) <= 0.5 * total[:, 0]) | ((taken > 0).sum(1) > 3)
    taken[discarded] = 0
    return _normalised(taken)


def multilabel_targets(votes: Votes) -> Targets:
    """One for each emotion with at least 30 % of the votes.

    The picture is discarded where what passes 30 % holds no more than half of the votes, or where unknown or
    not-a-face has the most.

    Parameters
    ----------
    votes : ndarray of uint8, shape (n, 10)
        As for `majority_labels`.

    Returns
    -------
    ndarray of float32, shape (n, 8)
        Zeros and ones; all zero where the picture is discarded.
    """
    kept = _without_single_votes(votes)
    total = kept.sum(1)
    frequent = np.where(10 * kept >= 3 * total[:, None], kept, 0)
    usable = (frequent.sum(1) > 0.5 * total) & (frequent.argmax(1) < EMOTIONS)
    return np.asarray((frequent[:, :EMOTIONS] > 0) & usable[:, None], np.float32)


def _normalised(votes: npt.NDArray[np.float32]) -> Targets:
    return np.asarray(votes / np.maximum(votes.sum(1, keepdims=True), 1), np.float32)


LABEL_MODES: dict[str, Callable[[Votes], Targets]] = {
    "majority": majority_targets,
    "probability": distribution_targets,
    "crossentropy": distribution_targets,
    "multilabel": multilabel_targets,
}
"""Targets by the paper's names for its ways to train. ``probability`` draws a label from its target each
time a picture is seen (`mien.training.losses.draw_labels`); ``crossentropy`` takes the target itself."""
