"""``mien rotate``: a face of a photo, shown from another angle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from mien.acquire import read_image
from mien.boxes import box_sizes
from mien.cli.pictures import write_picture
from mien.detect import Detections, get_detector
from mien.errors import InputError

LARGEST = 256
"""Pixels a side of the turned face at most: what the photo does not show of it is imagined with far fewer."""


def rotate(
    photo: Annotated[Path, typer.Argument(help="Picture with a face.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Picture to write, for example turned.png.")],
    yaw: Annotated[float | None, typer.Option(help="Degrees; to the right side of the picture. [default: 0]")] = None,
    strip: Annotated[bool, typer.Option("--strip", help="The face as it is, then in all views side by side.")] = False,
    face: Annotated[int | None, typer.Option(min=1, help="Number, as mien analyze counts; else the largest.")] = None,
    generator: Annotated[
        Path | None, typer.Option(metavar="CARD", help="Of a generator that mien export wrote; by default mien's own.")
    ] = None,
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Least confidence of a detection.")] = 0.6,
) -> None:
    """Turn a face with a trained generator."""
    from mien.turning import SHIPPED, Turner, cut_faces

    if strip and yaw is not None:
        raise InputError("a strip has all views; give either --strip or --yaw")
    turner = Turner(generator or SHIPPED)
    card = turner.card
    image = read_image(photo)
    found = get_detector("yunet", min_score=min_score).detect(image)
    number = _choose(photo, found, face)
    chosen = Detections(found.boxes[number, None], found.scores[number, None], found.landmarks[number, None])
    height = float(np.ptp(chosen.boxes[0, 1::2])) * card.framing.side
    side = max(card.side, min(LARGEST, round(height))) if card.turns else card.side
    crop = cut_faces(image, chosen, card.framing, side)
    encoded = turner.encode(crop)
    if strip:
        picture = np.hstack([crop[0], *(turner.show(encoded, view)[0] for view in card.views)])
    else:
        picture = turner.show(encoded, yaw or 0.0)[0]
    write_picture(out, picture)
    if height < card.side:
        Console(stderr=True).print(
            f"mien: the face and what is around it have {height:.0f} pixels, and {card.side} are shown: enlarged",
            soft_wrap=True,
            highlight=False,
        )
    Console().print(f"wrote {out}: face {number + 1} of {len(found)}", soft_wrap=True, highlight=False)


def _choose(photo: Path, found: Detections, face: int | None) -> int:
    """The row of the wanted face, or of the largest."""
    if not len(found):
        raise InputError(f"{photo}: no face was found; those that are small or tilted far are often missed")
    if face is None:
        return int(box_sizes(found.boxes).argmax())
    if face > len(found):
        raise InputError(f"{photo}: there is no face {face}; {len(found)} found")
    return face - 1
