"""Expressions as they unfold: a left-right hidden Markov model for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hmmlearn.hmm import GaussianHMM
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from mien.errors import InputError

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
Sequences = Sequence[npt.NDArray[np.floating]]


class SequenceHMM(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """One left-right Gaussian hidden Markov model an expression; the likeliest wins.

    A sequence starts in the first state; from each it stays or goes on to the next. States have a mean and a
    variance a feature. Features are standardised first, and each state is trained as if it had seen one more frame,
    as scattered as all frames together, so that few frames do not make it narrow.

    Parameters
    ----------
    n_states : int, default 5
        States of each model.
    n_iterations : int, default 20
        Most rounds of Baum-Welch.

    Attributes
    ----------
    classes_ : ndarray, shape (k,)
        The labels seen in `fit`, in order.
    centre_, scale_ : ndarray of float64, shape (d,)
        Mean and standard deviation of the features over all frames.
    transitions_ : ndarray of float64, shape (k, states, states)
        From state to state; rows sum to 1.
    means_, variances_ : ndarray of float64, shape (k, states, d)
        Of the standardised features.

    References
    ----------
    I. Cohen et al., "Facial expression recognition from video sequences: temporal and static modeling", CVIU 91,
    2003, section 4: five states, left to right.
    """

    classes_: Array
    centre_: FloatArray
    scale_: FloatArray
    transitions_: FloatArray
    means_: FloatArray
    variances_: FloatArray

    def __init__(self, n_states: int = 5, n_iterations: int = 20) -> None:
        self.n_states = n_states
        self.n_iterations = n_iterations

    def fit(self, sequences: Sequences, y: npt.ArrayLike) -> SequenceHMM:
        """Learn from sequences, each of shape (frames, d), and their labels, shape (n,)."""
        labels = np.asarray(y)
        if len(sequences) != len(labels) or not len(labels):
            raise InputError(f"there are {len(sequences)} sequences and {len(labels)} labels")
        self.classes_ = np.unique(labels)
        frames = np.concatenate([np.asarray(sequence, np.float64) for sequence in sequences])
        self.centre_, scale = frames.mean(0), frames.std(0)
        self.scale_ = np.where(scale > 0, scale, 1.0)

        standard = self._standardised(sequences)
        models = [
            self._trained([sequence for sequence, label in zip(standard, labels, strict=True) if label == name])
            for name in self.classes_
        ]
        self.transitions_ = np.stack([model.transmat_ for model in models])
        self.means_ = np.stack([model.means_ for model in models])
        self.variances_ = np.stack([np.diagonal(model.covars_, axis1=1, axis2=2) for model in models])
        return self

    def log_likelihoods(self, sequences: Sequences) -> FloatArray:
        """The log-likelihood of each sequence, of shape (frames, d), under each class's model; shape (n, k)."""
        check_is_fitted(self)
        standard = self._standardised(sequences)
        models = [
            self._model(*parameters) for parameters in zip(self.transitions_, self.means_, self.variances_, strict=True)
        ]
        return np.array([[model.score(sequence) for model in models] for sequence in standard])

    def predict_proba(self, sequences: Sequences) -> FloatArray:
        """The probability of each class, all as frequent, for each sequence, of shape (frames, d); shape (n, k)."""
        return np.asarray(softmax(self.log_likelihoods(sequences), axis=1))

    def predict(self, sequences: Sequences) -> Array:
        """The label of each sequence, of shape (frames, d); shape (n,)."""
        return np.asarray(self.classes_[self.log_likelihoods(sequences).argmax(1)])

    def _standardised(self, sequences: Sequences) -> list[FloatArray]:
        wrong = next((i for i, s in enumerate(sequences) if s.ndim != 2 or s.shape[1:] != self.centre_.shape), None)
        if wrong is not None:
            raise InputError(
                f"sequence {wrong} has shape {sequences[wrong].shape}, and not (frames, {len(self.centre_)})"
            )
        return [(np.asarray(sequence, np.float64) - self.centre_) / self.scale_ for sequence in sequences]

    def _trained(self, sequences: Sequence[FloatArray]) -> GaussianHMM:
        """A model of one class, begun with each sequence cut into equal parts, one a state."""
        parts: list[list[FloatArray]] = [[] for _ in range(self.n_states)]
        for sequence in sequences:
            places = np.arange(len(sequence)) * self.n_states // len(sequence)
            for state, part in enumerate(parts):
                part.append(sequence[places == state])
        frames = np.concatenate(sequences)
        stacked = [np.concatenate(part) for part in parts]
        # Short sequences leave states empty; these begin as the whole.
        means = np.stack([part.mean(0) if len(part) else frames.mean(0) for part in stacked])
        stay = 0.5 * np.eye(self.n_states)
        transitions = stay + np.eye(self.n_states, k=1) / 2
        transitions[-1, -1] = 1
        model = self._model(transitions, means, np.ones_like(means))
        return model.fit(frames, [len(sequence) for sequence in sequences])

    def _model(self, transitions: FloatArray, means: FloatArray, variances: FloatArray) -> GaussianHMM:
        model = GaussianHMM(
            self.n_states,
            n_iter=self.n_iterations,
            params="tmc",
            init_params="",
            # Little enough not to be felt, but a state that no sequence reaches keeps its mean and its ways out.
            means_prior=means,
            means_weight=1e-3,
            transmat_prior=1 + 1e-3 * (transitions > 0),
            covars_prior=1.0,
            covars_weight=2.0,
        )
        model.startprob_ = np.eye(self.n_states)[0]
        model.transmat_, model.means_, model.covars_ = transitions, means, variances
        return model
