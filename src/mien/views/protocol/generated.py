"""What a trained generator makes of faces, for the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.models import checksum
from mien.training.run import Run
from mien.views.generator.trained import TrainedGenerator
from mien.views.protocol.data import VIEWS, ViewData, to_face

ByteArray = npt.NDArray[np.uint8]


def load_generator(folder: Path) -> TrainedGenerator:
    """The generator of a run (``mien train --recipe two-pathway-gan-64``).

    Raises
    ------
    InputError
        If that is no such run, no epoch of it has ended, or its views are not `VIEWS`.
    """
    generator = TrainedGenerator.load(Run(folder))
    if generator.views != VIEWS:
        known, needed = (", ".join(map(str, views)) for views in (generator.views, VIEWS))
        raise InputError(f"{folder}: this generator makes the views {known}, and the pose protocol needs {needed}")
    return generator


def describe_generator(folder: Path) -> dict[str, Any]:
    """Recipe, data and epochs of a run, and the sha256 of its weights, as JSON holds them."""
    run = Run(folder)
    return {
        "recipe": run.config["recipe"]["name"],
        "data": run.config["data"],
        "epochs": len(run.metrics),
        "sha256": checksum((folder / "weights.npz").read_bytes()),
    }


def turned_to(view: int, frames: ByteArray, generator: TrainedGenerator) -> ByteArray:
    """Faces, grey of (n, 72, 72), as the generator shows frames, RGB of (n, s, s, 3), in one of `VIEWS`."""
    turned = generator.turn(frames, np.full(len(frames), VIEWS.index(view)))
    return np.stack([to_face(frame, generator.rim) for frame in turned])


def turned_about(frontal: ViewData, generator: TrainedGenerator) -> ViewData:
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
