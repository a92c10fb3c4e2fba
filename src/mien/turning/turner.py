"""A generator at work: two ONNX sessions, fed and read as their card says, and a face's own pixels over theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import DatasetError, InputError, ModelError
from mien.models.files import read_checked
from mien.session import open_session
from mien.turning.card import Part, read_generator
from mien.turning.laying import lay_over
from mien.turning.turns import Turns, read_turns

FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]

SHIPPED = Path(__file__).with_name("weights") / "two-pathway-gan-64.json"
"""The card of the generator that comes with the package."""

BATCH = 32
"""Faces a network run; more would only take more memory."""


class Encoded(NamedTuple):
    """Faces as the encoder reads them.

    Attributes
    ----------
    crops : ndarray of uint8, shape (n, s, s, 3)
        As they are.
    likely : ndarray of float32, shape (n, views)
        How likely each view is.
    z : ndarray of float32, shape (n, k)
        All else about them.
    """

    crops: ImageArray
    likely: FloatArray
    z: FloatArray

    @property
    def views(self) -> FloatArray:
        """How they are turned: numbers of views, with fractions, float32 of (n,)."""
        return np.asarray(self.likely @ np.arange(self.likely.shape[1], dtype=np.float32), np.float32)


class Turner:
    """Shows faces from any angle between the first and the last that its generator was trained on.

    Safe to share between threads.

    Parameters
    ----------
    card : str or Path
        The generator's card, which ``mien export`` writes; its networks lie beside it. By default `SHIPPED`.
    threads : int
        Threads of one network run.

    Attributes
    ----------
    card : GeneratorCard
        All that is known of it.

    Raises
    ------
    ModelError
        If the card or a network is missing or damaged, or they do not belong together.
    """

    def __init__(self, card: str | Path = SHIPPED, threads: int = 1) -> None:
        path = Path(card)
        self.card = read_generator(path)
        self._turns = None if self.card.turns is None else _open_turns(self.card.turns, path, len(self.card.views))
        views, side = len(self.card.views), self.card.side
        self._encoder = _open(self.card.encoder, path, threads)
        self._decoder = _open(self.card.decoder, path, threads)
        z = _shapes(self._encoder.get_outputs()).get("z", ())
        for network, session, takes, gives in (
            (self.card.encoder, self._encoder, {"pictures": (3, side, side)}, {"views": (views,), "z": z}),
            (self.card.decoder, self._decoder, {"views": (views,), "z": z}, {"pictures": (3, side, side)}),
        ):
            if (_shapes(session.get_inputs()), _shapes(session.get_outputs())) != (takes, gives):
                raise ModelError(f"{path.with_name(network.file)}: does not take and give what {path.name} says")

    def turn(self, crops: ImageArray, yaw: float) -> ImageArray:
        """Show faces from another angle.

        Parameters
        ----------
        crops : ndarray of uint8, shape (n, s, s, 3)
            RGB, framed as the generator knows faces (`mien.turning.cut_faces`), with at least as many pixels a side as
            on its card.
        yaw : float
            Degrees, positive to the right side of the picture, as in `mien.pose.estimate_pose`.

        Returns
        -------
        ndarray of uint8, shape (n, s, s, 3)
            What the crops show of the faces is theirs (`mien.turning.laying`), if the card has turns; all else is the
            generator's, and has no more detail than its pictures.

        Raises
        ------
        InputError
            If the crops are not such an array, or the generator was not trained on angles so far out.
        """
        return self.show(self.encode(crops), yaw)

    def encode(self, crops: ImageArray) -> Encoded:
        """What `show` needs of faces; `crops` as in `turn`."""
        side = self.card.side
        if (
            crops.dtype != np.uint8
            or crops.ndim != 4
            or crops.shape[3] != 3
            or not crops.shape[1] == crops.shape[2] >= side
        ):
            raise InputError(
                f"generator {self.card.name!r} takes uint8 faces of shape (n, s, s, 3), s from {side} on,"
                f" not {crops.dtype} of shape {crops.shape}"
            )
        pictures = np.empty((len(crops), 3, side, side), np.float32)
        for picture, crop in zip(pictures, crops, strict=True):
            picture[:] = np.moveaxis(cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), 2, 0)
        logits, z = _run(self._encoder, ("views", "z"), {"pictures": pictures / np.float32(127.5) - np.float32(1)})
        likely = np.exp(logits - logits.max(1, keepdims=True, initial=-np.inf))
        return Encoded(crops, likely / likely.sum(1, keepdims=True), z)

    def show(self, faces: Encoded, yaw: float) -> ImageArray:
        """Faces that `encode` read, from an angle; otherwise as `turn`.

        Between two trained views, the codes of both are mixed by nearness.
        """
        views = self.card.views
        if not views[0] <= yaw <= views[-1]:
            raise InputError(
                f"generator {self.card.name!r} shows faces at {views[0]} to {views[-1]} degrees, not {yaw:g}"
            )
        to = float(np.interp(yaw, views, range(len(views))))
        code = [np.interp(yaw, views, alone) for alone in np.eye(len(views))]
        codes = np.tile(np.array(code, np.float32), (len(faces.z), 1))
        (pictures,) = _run(self._decoder, ("pictures",), {"views": codes, "z": faces.z})
        shown = np.empty_like(faces.crops)
        for face, picture, crop, of in zip(shown, pictures, faces.crops, faces.views, strict=True):
            made = cv2.resize(np.moveaxis((picture + 1) * 127.5, 0, 2), crop.shape[:2], interpolation=cv2.INTER_CUBIC)
            if self._turns is not None:
                made = lay_over(made, crop.astype(np.float32), self._turns, float(of), to)
            face[:] = made.round().clip(0, 255)
        return shown


def _open_turns(part: Part, card: Path, views: int) -> Turns:
    file = card.with_name(part.file)
    try:
        return read_turns(file, views, read_checked(file, part.sha256, card))
    except DatasetError as error:
        raise ModelError(str(error)) from None


def _open(network: Part, card: Path, threads: int) -> Any:
    file = card.with_name(network.file)
    return open_session(read_checked(file, network.sha256, card), file, threads)


def _shapes(ports: Any) -> dict[str, tuple[int, ...]]:
    """Of a network's inputs or outputs by name, without the first axis."""
    return {port.name: tuple(port.shape[1:]) for port in ports}


def _run(session: Any, outputs: tuple[str, ...], inputs: dict[str, FloatArray]) -> list[FloatArray]:
    """These outputs, `BATCH` rows at a time."""
    rows, shapes = len(next(iter(inputs.values()))), _shapes(session.get_outputs())
    results = [np.empty((rows, *shapes[output]), np.float32) for output in outputs]
    for start in range(0, rows, BATCH):
        part = slice(start, start + BATCH)
        said = session.run(outputs, {name: array[part] for name, array in inputs.items()})
        for result, array in zip(results, said, strict=True):
            result[part] = array
    return results
