"""Faces shown from other angles by a trained generator, without PyTorch.

``card.py`` says what a generator is, ``frame.py`` which square of a photo it takes, ``turner.py`` runs it, and
``frontal.py`` turns faces to the front before they are read.
"""

from mien.turning.card import Framing, GeneratorCard, Network, read_generator, write_generator
from mien.turning.frame import RENDERED_VIEWS, cut_faces, frame_transforms
from mien.turning.turner import SHIPPED, Turner

__all__ = [
    "RENDERED_VIEWS",
    "SHIPPED",
    "Framing",
    "GeneratorCard",
    "Network",
    "Turner",
    "cut_faces",
    "frame_transforms",
    "read_generator",
    "write_generator",
]
