"""A finished generator at work on rendered frames: that of a run, or one with a card, as users have it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.models import checksum
from mien.training.run import Run
from mien.turning import RENDERED_VIEWS, SHIPPED, Turner
from mien.turning.turner import Encoded
from mien.views.generator.trained import TrainedGenerator


@dataclass(frozen=True)
class Origin:
    """Where a generator is from.

    Attributes
    ----------
    recipe, data : str
        How it was trained, and on what.
    epochs : int
        Of the training.
    sha256 : str
        Of the run's weights, or of what a card says of its files: not of the card, which may be told more figures.
    """

    recipe: str
    data: str
    epochs: int
    sha256: str


class ExportedGenerator:
    """A generator with a card. What a picture shows of a face stays the picture's, as in `mien.turning.Turner`.

    Parameters
    ----------
    card : Path
        What ``mien export`` wrote.
    side : int, optional
        Of the pictures, pixels; by default the least, those of its networks.

    Raises
    ------
    ModelError
        As `mien.turning.Turner`.
    """

    def __init__(self, card: Path, side: int | None = None) -> None:
        self._turner = Turner(card)
        self.card = self._turner.card
        self.views = self.card.views
        self.rim = 1 - self.card.framing.side / RENDERED_VIEWS.side
        self.side = max(side or 0, self.card.side)

    def turn(self, pictures: npt.NDArray[np.uint8], views: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        """The same people in other views; see `TrainedGenerator.turn`."""
        faces, turned = self._turner.encode(pictures), np.empty_like(pictures)
        for view in np.unique(views):
            rows = views == view
            turned[rows] = self._turner.show(Encoded(*(part[rows] for part in faces)), self.views[view])
        return turned

    def read_views(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
        """The view that the encoder sees; see `TrainedGenerator.read_views`."""
        return np.asarray(self._turner.encode(pictures).likely.argmax(1), np.int64)


Generator = TrainedGenerator | ExportedGenerator


def open_generator(name: str, side: int | None = None) -> tuple[Generator, Origin]:
    """The generator of a run's folder, that of a card, or the one that comes with the package.

    Parameters
    ----------
    name : str
        Folder, card, or ``two-pathway-gan-64``.
    side : int, optional
        Of the pictures that it is to turn, pixels, where it can turn larger ones than its own.

    Raises
    ------
    InputError
        If it is none of these, or a run of something else.
    ModelError
        As `mien.turning.Turner`.
    """
    found = find_generator(name)
    if isinstance(found, Run):
        generator = TrainedGenerator.load(found)
        sha256 = checksum((found.folder / "weights.npz").read_bytes())
        return generator, Origin(found.config["recipe"]["name"], found.config["data"], len(found.metrics), sha256)
    exported = ExportedGenerator(found, side)
    card = exported.card
    recipe, data, epochs = (card.training[key] for key in ("recipe", "data", "epochs"))
    parts = [part.sha256 for part in (card.encoder, card.decoder, card.turns) if part is not None]
    return exported, Origin(recipe, data, epochs, checksum(" ".join(parts).encode()))


def find_generator(name: str) -> Run | Path:
    """The run in the folder of that name, or the card of that name or path; raises `InputError` if it is neither."""
    path = Path(name)
    if path.is_dir():
        return Run(path)
    if path.is_file():
        return path
    if name != SHIPPED.stem:
        raise InputError(f"{name}: neither the folder of a run, nor a generator's card, nor {SHIPPED.stem}")
    return SHIPPED
