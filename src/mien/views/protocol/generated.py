"""What a trained generator makes of faces, for the protocol."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.views.generator.finished import Generator, Origin, open_generator
from mien.views.protocol.data import FACE, VIEWS, ViewData, to_face

ByteArray = npt.NDArray[np.uint8]


def load_generator(name: str) -> tuple[Generator, Origin]:
    """A generator for the protocol, and where it is from; see `mien.views.generator.finished.open_generator`.

    Raises
    ------
    InputError, ModelError
        As there; or if its views are not `VIEWS`.
    """
    generator, origin = open_generator(name, FACE)
    if generator.views != VIEWS:
        known, needed = (", ".join(map(str, views)) for views in (generator.views, VIEWS))
        raise InputError(f"{name}: this generator makes the views {known}, and the pose protocol needs {needed}")
    return generator, origin


def turned_to(view: int, frames: ByteArray, generator: Generator) -> ByteArray:
    """Faces, grey of (n, 72, 72), as the generator shows frames, RGB of (n, s, s, 3), in one of `VIEWS`."""
    turned = generator.turn(frames, np.full(len(frames), VIEWS.index(view)))
    return np.stack([to_face(frame, generator.rim) for frame in turned])


def turned_about(frontal: ViewData, generator: Generator) -> ViewData:
    """Frontal faces, and after them what the generator makes of them in each of the other views."""
    assert frontal.frames is not None
    others = [view for view in VIEWS if view]
    made = [turned_to(view, frontal.frames, generator) for view in others]
    views = np.repeat([0, *others], len(frontal))
    return ViewData(
        np.concatenate([frontal.faces, *made]),
        np.tile(frontal.labels, len(VIEWS)),
        np.tile(frontal.subjects, len(VIEWS)),
        views,
        views.astype(np.float32),
    )
