"""Micro-expression spotting: short movements of a face in clips of 50 and more frames a second, and their scoring."""

from __future__ import annotations

from mien.errors import MissingExtra

try:
    import sklearn  # noqa: F401
except ImportError:
    raise MissingExtra("spotting short movements", "classic") from None

from mien.video.spotting.movement import Movement
from mien.video.spotting.score import SpottingScore, score_spotting
from mien.video.spotting.spot import METHODS, spot

__all__ = ["METHODS", "Movement", "SpottingScore", "score_spotting", "spot"]
