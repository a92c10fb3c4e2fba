"""Who was seen and what they showed, counted as it happens: a summary in the same memory for any length."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mien.labels import LabelSet
from mien.video.frame import WatchedFrame
from mien.video.summary import PersonSummary

_GAP = 1.0  # seconds; a person who is away for longer was not on screen


@dataclass(eq=False)
class _Person:
    first: float
    last: float
    probabilities: npt.NDArray[np.float32]
    lasted: float = 0.0
    seconds: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    weighted: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    changes: int = 0


class Tally:
    """Counts frames up to the same summary that `Timeline.summary` makes of all rows.

    The one difference: what a person shows last is taken to last as long as what came before it.

    Parameters
    ----------
    label_set : LabelSet
        Of the frames to come.
    """

    def __init__(self, label_set: LabelSet) -> None:
        self._label_set = label_set
        self._people: dict[int, _Person] = {}
        self.frames = 0

    def add(self, frame: WatchedFrame) -> None:
        """Count one more frame, not earlier than the last."""
        self.frames += 1
        for number, probabilities in zip(frame.tracks.tolist(), frame.faces.probabilities, strict=True):
            person = self._people.get(number)
            if person is None:
                zeros = np.zeros(len(self._label_set))
                person = _Person(frame.time, frame.time, probabilities, 0.0, zeros, zeros.copy())
                self._people[number] = person
            elif frame.time - person.last <= _GAP:
                person.lasted = frame.time - person.last
                self._spend(person)
                person.changes += int(probabilities.argmax() != person.probabilities.argmax())
            person.last, person.probabilities = frame.time, probabilities

    def _spend(self, person: _Person) -> None:
        person.seconds[person.probabilities.argmax()] += person.lasted
        person.weighted += person.lasted * person.probabilities

    def summary(self) -> list[PersonSummary]:
        """One a person, in the order in which they appeared."""
        return [self._summary(number, person) for number, person in self._people.items()]

    def _summary(self, number: int, person: _Person) -> PersonSummary:
        now = np.zeros(len(self._label_set))
        now[person.probabilities.argmax()] = 1
        # A person with a single row was there for no time at all; the row still says what was seen.
        last = person.lasted or (0.0 if person.seconds.any() else 1.0)
        seconds, weighted = person.seconds + last * now, person.weighted + last * person.probabilities
        on_screen = float(seconds.sum()) if person.lasted else 0.0
        labels = self._label_set.labels
        return PersonSummary(
            number,
            person.first,
            person.last,
            on_screen,
            dict(zip(labels, (seconds / seconds.sum()).tolist(), strict=True)),
            dict(zip(labels, (weighted / weighted.sum()).tolist(), strict=True)),
            person.changes / on_screen if on_screen else 0.0,
        )
