"""From the time stamps that a file has to times that never run backwards."""

from __future__ import annotations

import warnings

from mien.errors import VideoWarning

# A larger step back is a clock that was set anew (recordings laid end to end): time goes on from there. A smaller
# one is a frame out of order, and the next is right again.
_RESET = 1.0


class Clock:
    """Seconds from the start of a source, as its time stamps say, but never less than before.

    A frame without time stamp comes one step after the one before it, and so does the first after a clock that was
    set back by more than a second; a smaller step back waits. Either is warned about once.

    Parameters
    ----------
    name : str
        The source, for the warning.
    step : float
        Seconds from one frame to the next, nominally.
    """

    def __init__(self, name: str, step: float) -> None:
        self._name = name
        self._step = step
        self._last: float | None = None
        self._shift = 0.0
        self._warned: set[str] = set()

    def read(self, stamp: float | None) -> float:
        """The time of the next frame, from its own time stamp in seconds; None is a missing one."""
        self._last = max(0.0, self._next(stamp))
        return self._last

    def _next(self, stamp: float | None) -> float:
        following = 0.0 if self._last is None else self._last + self._step
        if stamp is None:
            self._warn(f"frames without a time are taken to be {self._step:.3g} s apart")
            return following
        time = stamp + self._shift
        if self._last is None or time >= self._last:
            return time
        self._warn("times run backwards; they are held or shifted so that they do not")
        if self._last - time > _RESET:
            self._shift = following - stamp
            return following
        return self._last

    def _warn(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            warnings.warn(VideoWarning(f"{self._name}: {message}"), stacklevel=2)
