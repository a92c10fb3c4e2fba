"""A model at work: an ONNX session fed and read as its card says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.align import centre_crop, ten_crops
from mien.errors import InputError, ModelError
from mien.labels import LabelSet, can_map, get_label_set, merge_probabilities
from mien.models.card import Head, ModelCard, checksum, read_card
from mien.session import open_session

BATCH = 128
"""Faces a network run: more is not faster on a CPU and takes more memory."""

FloatArray = npt.NDArray[np.float32]


class Model:
    """Reads expressions off aligned faces. Safe to share between threads.

    Parameters
    ----------
    card : Path
        The card; its ONNX file lies beside it.
    threads : int
        Threads of one network run.

    Raises
    ------
    ModelError
        If card or file are missing or damaged, or do not belong together.
    """

    def __init__(self, card: Path, threads: int = 1) -> None:
        self.card: ModelCard = read_card(card)
        path = card.with_name(self.card.file)
        if not path.is_file():
            raise ModelError(f"{path}: no such file, though {card.name} names it")
        network = path.read_bytes()
        if checksum(network) != self.card.sha256:
            raise ModelError(f"{path}: this is not the file that {card.name} describes (its sha256 differs)")
        self._session = open_session(network, path, threads)
        outputs = {output.name for output in self._session.get_outputs()}
        missing = {head.label_set for head in self.card.heads} - outputs
        if missing:
            raise ModelError(f"{path}: has no output named {', '.join(sorted(missing))}")

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

    def logits(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """Raw scores, before temperature.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, frame, frame)
            Aligned grey faces.
        head : str
            Name of the head's label set.
        crops : {1, 10}
            The centre crop, or the mean over centre and corners, each also mirrored (Krizhevsky et al. 2012).

        Returns
        -------
        ndarray of float32, shape (n, k)
        """
        frame, size = self.card.input.frame, self.card.input.size
        if faces.ndim != 3 or faces.shape[1:] != (frame, frame) or faces.dtype != np.uint8:
            raise InputError(f"faces must be uint8 of shape (n, {frame}, {frame}), not {faces.dtype} {faces.shape}")
        if crops not in (1, 10):
            raise InputError(f"crops must be 1 or 10, not {crops}")
        n_outputs = len(get_label_set(head))
        result = np.empty((len(faces), n_outputs), np.float32)
        step = max(1, BATCH // crops)
        for start in range(0, len(faces), step):
            part = faces[start : start + step]
            views = ten_crops(part, size) if crops == 10 else centre_crop(part, size)[:, None]
            scores = self._run(views.reshape(-1, size, size), head)
            result[start : start + step] = scores.reshape(len(part), crops, n_outputs).mean(1)
        return result

    def probabilities(self, faces: npt.NDArray[np.uint8], label_set: LabelSet, crops: int = 1) -> FloatArray:
        """Calibrated probabilities.

        Parameters
        ----------
        faces : ndarray of uint8, shape (n, frame, frame)
            Aligned grey faces.
        label_set : LabelSet
            What to call the expressions; another set than the heads' is merged from one of them.
        crops : {1, 10}
            As for `logits`.

        Returns
        -------
        ndarray of float32, shape (n, len(label_set))
            Rows sum to one.
        """
        head = self.choose_head(label_set)
        own = softmax(self.logits(faces, head.label_set, crops) / head.temperature)
        return merge_probabilities(own, get_label_set(head.label_set), label_set)

    def _run(self, crops: npt.NDArray[np.uint8], head: str) -> FloatArray:
        settings = self.card.input
        scale, offset = np.float32(1 / (255 * settings.std)), np.float32(settings.mean / settings.std)
        faces = crops[:, None].astype(np.float32) * scale - offset
        (scores,) = self._session.run([head], {"faces": faces})
        return np.asarray(scores, np.float32)


def softmax(logits: FloatArray) -> FloatArray:
    """Over the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True), np.float32)
