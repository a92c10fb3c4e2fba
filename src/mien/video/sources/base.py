"""What a source of frames is, to those who use one and to those who write one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.video.closing import Closing
from mien.video.frame import Frame

ImageArray = npt.NDArray[np.uint8]


class FrameSource(Closing):
    """Frames one after the other; at most a few are in memory.

    It is read once: a loop over it closes it at its end, also when it is left early.

    Attributes
    ----------
    name : str
        What to call it in messages.
    fps : float or None
        Nominal or average number of frames a second that come; None where that is not known.
    duration : float or None
        Length in seconds of the whole source, whatever stretch of it was asked for; an estimate for a progress
        bar, and None where it is not known.
    live : bool
        Whether the frames come as they happen, so that nothing but the stretch to come can be read.
    """

    name: str
    fps: float | None
    duration: float | None
    live: bool

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]: ...


@dataclass(frozen=True, eq=False)
class LazyFrame:
    """A frame whose picture is made when asked for: frames that are passed over cost no conversion.

    Attributes
    ----------
    number : int
        Its place in the source, from 0.
    time : float
        Seconds from the start of the source.
    read : callable
        Makes the picture, upright RGB; called before the next frame is asked for. None where it cannot be read
        and the source goes on without it.
    """

    number: int
    time: float
    read: Callable[[], ImageArray | None]


class LazySource(ABC):
    """What a kind of source has to know; which of its frames are wanted is decided in `mien.video.sources.sampling`.

    The attributes are those of `FrameSource`.
    """

    name: str
    fps: float | None
    duration: float | None
    live: bool

    @abstractmethod
    def frames(self, start: float) -> Iterator[LazyFrame]:
        """The frames in the order of time; those before `start` seconds may be left out. Called once."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything; can be called again."""
