"""A generator at work: two ONNX sessions, fed and read as their card says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import InputError, ModelError
from mien.models.files import read_checked
from mien.session import open_session
from mien.turning.card import Network, read_generator

FloatArray = npt.NDArray[np.float32]
ImageArray = npt.NDArray[np.uint8]

SHIPPED = Path(__file__).with_name("weights") / "two-pathway-gan-64.json"
"""The card of the generator that comes with the package."""

BATCH = 32
"""Faces a network run; more would only take more memory."""


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
            RGB, framed as the generator knows faces (`mien.turning.cut_faces`), `s` pixels a side as on its card.
        yaw : float
            Degrees, positive to the right side of the picture, as in `mien.pose.estimate_pose`.

        Returns
        -------
        ndarray of uint8, shape (n, s, s, 3)

        Raises
        ------
        InputError
            If the crops are not such an array, or the generator was not trained on angles so far out.
        """
        return self.show(self.encode(crops), yaw)

    def encode(self, crops: ImageArray) -> FloatArray:
        """All of faces but how they are turned, float32 of (n, numbers); `crops` as in `turn`."""
        side = self.card.side
        if crops.dtype != np.uint8 or crops.shape[1:] != (side, side, 3):
            raise InputError(
                f"generator {self.card.name!r} takes uint8 faces of shape (n, {side}, {side}, 3),"
                f" not {crops.dtype} of shape {crops.shape}"
            )
        pictures = np.moveaxis(crops, 3, 1).astype(np.float32) / np.float32(127.5) - np.float32(1)
        return _run(self._encoder, "z", {"pictures": pictures})

    def show(self, z: FloatArray, yaw: float) -> ImageArray:
        """Faces that `encode` read, from an angle; otherwise as `turn`.

        Between two trained views, the codes of both are mixed by nearness.
        """
        views = self.card.views
        if not views[0] <= yaw <= views[-1]:
            raise InputError(
                f"generator {self.card.name!r} shows faces at {views[0]} to {views[-1]} degrees, not {yaw:g}"
            )
        code = [np.interp(yaw, views, alone) for alone in np.eye(len(views))]
        codes = np.tile(np.array(code, np.float32), (len(z), 1))
        pictures = _run(self._decoder, "pictures", {"views": codes, "z": z})
        return np.moveaxis((pictures + 1) * 127.5, 1, 3).round().clip(0, 255).astype(np.uint8)


def _open(network: Network, card: Path, threads: int) -> Any:
    file = card.with_name(network.file)
    return open_session(read_checked(file, network.sha256, card), file, threads)


def _shapes(ports: Any) -> dict[str, tuple[int, ...]]:
    """Of a network's inputs or outputs by name, without the first axis."""
    return {port.name: tuple(port.shape[1:]) for port in ports}


def _run(session: Any, output: str, inputs: dict[str, FloatArray]) -> FloatArray:
    """One output, `BATCH` rows at a time."""
    rows = len(next(iter(inputs.values())))
    result = np.empty((rows, *_shapes(session.get_outputs())[output]), np.float32)
    for start in range(0, rows, BATCH):
        part = slice(start, start + BATCH)
        (result[part],) = session.run([output], {name: array[part] for name, array in inputs.items()})
    return result
