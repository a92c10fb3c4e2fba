"""What every model does: faces in, calibrated probabilities out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.align import CROP_COUNTS
from mien.errors import InputError
from mien.labels import LabelSet, can_map, get_label_set, merge_probabilities
from mien.models.card import FloatArray, Head, ModelCard


class Model(ABC):
    """Reads expressions off aligned faces. Safe to share between threads.

    Subclasses give `logits`; `load_model` knows which of them a card needs.

    Attributes
    ----------
    card : ModelCard
        All that is known of it.
    crop_counts : tuple of int
        How many views of a face it can average.
    """

    crop_counts: tuple[int, ...] = CROP_COUNTS

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    @property
    def label_set(self) -> LabelSet:
        """The label set of the preferred head."""
        return get_label_set(self.card.heads[0].label_set)

    def choose_head(self, label_set: LabelSet) -> Head:
        """The head with this label set, or else the first that can be merged into it; raises `InputError`."""
        exact = self.card.head_for(label_set)
        if exact is not None:
            return exact
        for head in self.card.heads:
            if can_map(get_label_set(head.label_set), label_set):
                return head
        raise InputError(f"model {self.card.name!r} cannot say {label_set.name!r}")

    @abstractmethod
    def logits(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """Scores that the head's calibration makes probabilities.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, frame, frame)
            Aligned grey faces.
        head : str
            Name of the head's label set.
        crops : {1, 2, 5, 10}
            How many views of a face are averaged: see `mien.align.crop_views`.

        Returns
        -------
        ndarray of float32, shape (n, k)
            Finite.

        Raises
        ------
        InputError
            If the faces are not of the card's frame size, or the model does not know that many views.
        """

    def probabilities(self, faces: npt.NDArray[np.uint8], label_set: LabelSet, crops: int = 1) -> FloatArray:
        """Calibrated probabilities.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, frame, frame)
            Aligned grey faces.
        label_set : LabelSet
            What to call the expressions; another set than the heads' is merged from one of them.
        crops : {1, 2, 5, 10}
            As for `logits`.

        Returns
        -------
        ndarray of float32, shape (n, len(label_set))
            Rows sum to one.
        """
        head = self.choose_head(label_set)
        own = head.calibrated(self.logits(faces, head.label_set, crops), crops)
        return merge_probabilities(own, get_label_set(head.label_set), label_set)

    def check_faces(self, faces: npt.NDArray[Any], crops: int) -> None:
        """Whether `logits` can be asked this; raises `InputError`."""
        frame = self.card.input.frame
        if faces.ndim != 3 or faces.shape[1:] != (frame, frame) or faces.dtype != np.uint8:
            raise InputError(f"faces must be uint8 of shape (n, {frame}, {frame}), not {faces.dtype} {faces.shape}")
        if crops not in self.crop_counts:
            known = " or ".join(map(str, self.crop_counts))
            raise InputError(f"crops of model {self.card.name!r} must be {known}, not {crops}")
