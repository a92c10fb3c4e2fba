"""One calm colour an expression, the same in every label set."""

from __future__ import annotations

import numpy as np

Colour = tuple[int, int, int]

INK: Colour = (20, 24, 31)
"""Text on a coloured plate, and the panels behind charts. Every colour below is light enough to carry it."""

PAPER: Colour = (236, 239, 243)
"""Text on `INK`."""

PAPER_DIMMED: Colour = (188, 194, 202)
"""Text on `INK` that matters less."""

# By stem, so that happy, happiness and happily are one expression.
_COLOURS: dict[str, Colour] = {
    "neutral": (190, 199, 209),
    "happ": (246, 200, 95),
    "surpris": (238, 153, 199),
    "sad": (110, 171, 226),
    "ang": (233, 117, 108),
    "disgust": (140, 196, 106),
    "fear": (171, 147, 226),
    "contempt": (95, 193, 184),
    # Label sets of single data sets.
    "joy": (246, 200, 95),
    "smil": (246, 200, 95),
    "positive": (246, 200, 95),
    "negative": (110, 171, 226),
    "relief": (95, 193, 184),
    "squint": (171, 147, 226),
    "scream": (233, 117, 108),
}


def colour_of(label: str) -> Colour:
    """The colour of an expression, as red, green and blue from 0 to 255.

    A compound expression such as ``"happily surprised"`` has the mean of its parts; one that names no basic
    expression is grey like ``"neutral"``.
    """
    words = label.lower()
    parts = [colour for stem, colour in _COLOURS.items() if stem in words and not words.startswith("not ")]
    red, green, blue = np.mean(parts or [_COLOURS["neutral"]], axis=0).astype(int).tolist()
    return red, green, blue
