"""`Movement`: what spotting finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Movement:
    """A short movement of the face.

    Attributes
    ----------
    onset, apex, offset : float
        Seconds: when it begins, is strongest, and is over.
    onset_frame, apex_frame, offset_frame : int
        The frames at these times, as places in the clip from 0.
    strength : float
        How far the apex stands out from what the clip shows without movement, in robust standard deviations.
    """

    onset: float
    apex: float
    offset: float
    onset_frame: int
    apex_frame: int
    offset_frame: int
    strength: float

    @property
    def duration(self) -> float:
        """Seconds from onset to offset."""
        return self.offset - self.onset
