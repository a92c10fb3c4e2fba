"""Faces shown from other angles by a trained generator, without PyTorch.

``card.py`` says what a generator is, ``frame.py`` which square of a photo it takes, ``turns.py`` where the face's own
pixels go when the head turns, ``laying.py`` lays them over what the generator imagines, ``turner.py`` does all of it,
and ``frontal.py`` turns faces to the front before they are read.
"""

from mien.turning.card import Framing, GeneratorCard, Part, read_generator, write_generator
from mien.turning.frame import RENDERED_VIEWS, cut_faces, frame_transforms
from mien.turning.turner import SHIPPED, Turner
from mien.turning.turns import Turns

__all__ = [
    "RENDERED_VIEWS",
    "SHIPPED",
    "Framing",
    "GeneratorCard",
    "Part",
    "Turner",
    "Turns",
    "cut_faces",
    "frame_transforms",
    "read_generator",
    "write_generator",
]
