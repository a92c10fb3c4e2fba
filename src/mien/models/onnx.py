"""A network at work: an ONNX session fed and read as its card says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.align import crop_views
from mien.errors import ModelError
from mien.labels import get_label_set
from mien.models.card import FloatArray, ModelCard, read_weights
from mien.models.model import Model
from mien.models.preparation import prepare
from mien.session import open_session

BATCH = 128
"""Views a network run: more is not faster on a CPU and takes more memory."""


class OnnxModel(Model):
    """A network.

    Parameters
    ----------
    card : ModelCard
        What it takes and gives.
    path : Path
        Where the card lies; its ONNX file lies beside it.
    threads : int
        Threads of one network run.

    Raises
    ------
    ModelError
        If the file is missing or damaged, or does not belong to the card.
    """

    def __init__(self, card: ModelCard, path: Path, threads: int = 1) -> None:
        super().__init__(card)
        file = path.with_name(card.file)
        self._session = open_session(read_weights(card, path), file, threads)
        outputs = {output.name for output in self._session.get_outputs()}
        missing = {head.label_set for head in card.heads} - outputs
        if missing:
            raise ModelError(f"{file}: has no output named {', '.join(sorted(missing))}")

    def logits(self, faces: npt.NDArray[np.uint8], head: str, crops: int = 1) -> FloatArray:
        """As `Model.logits`, from the mean of the views' logits or, where the card says so, probabilities.

        A mean probability answers by its logarithm, whose softmax it is.
        """
        self.check_faces(faces, crops)
        n_outputs = len(get_label_set(head))
        result = np.empty((len(faces), n_outputs), np.float32)
        step = max(1, BATCH // crops)
        for start in range(0, len(faces), step):
            views = self.network_input(faces[start : start + step], crops)
            (outputs,) = self._session.run([head], {"faces": views})
            scores = np.asarray(outputs, np.float32).reshape(-1, crops, n_outputs)
            result[start : start + step] = (
                log_mean_probability(scores) if self.card.input.average == "probabilities" else scores.mean(1)
            )
        return result

    def network_input(self, faces: npt.NDArray[np.uint8], crops: int = 1) -> FloatArray:
        """What the network is run on: the views of all faces, prepared and scaled, of shape (n * crops, 1, size, size).

        Parameters are those of `logits`; the views of a face follow each other.
        """
        settings = self.card.input
        views = crop_views(prepare(faces, settings.preparation), settings.size, crops, settings.views)
        scale, offset = np.float32(1 / (255 * settings.std)), np.float32(settings.mean / settings.std)
        return views.reshape(-1, 1, settings.size, settings.size).astype(np.float32) * scale - offset


def log_mean_probability(logits: FloatArray) -> FloatArray:
    """Logits of views, shape (n, views, k), to the logarithm of their mean probability, shape (n, k)."""
    scores = logits.astype(np.float64)
    logarithms = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)
    return np.asarray(np.logaddexp.reduce(logarithms, axis=1) - np.log(logits.shape[1]), np.float32)
