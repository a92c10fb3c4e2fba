"""Every error that mien raises on purpose.

::

    MienError
     +-- InputError            what the caller handed in cannot be used
     |    +-- UnreadableImage  a file or buffer that is not a whole picture; names it
     |    |    +-- ImageTooLarge
     |    +-- NoImages         a folder or pattern in which there is no picture
     |    +-- UnreadableVideo  a file, folder, address or camera that gives no frames; names it
     |    +-- UnknownName      a model, label set, data set or recipe that does not exist
     +-- BatchError            some pictures of a list could not be read; carries the results of the rest
     +-- ModelError            a model file or its card is damaged
     +-- DatasetError          a data set is not as its reader expects it
     |    +-- BadSample        one of its samples is not; the others can be used
     +-- TrainingError         a training cannot go on
     +-- MissingExtra          an optional dependency is not installed
     +-- VideoWarning          a warning: a video or its timeline can be used, but not all of it

The message of each is one sentence that a user can act on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class MienError(Exception):
    """Base class of all errors that mien raises on purpose."""


class InputError(MienError, ValueError):
    """What the caller handed in cannot be used."""


class UnreadableImage(InputError):
    """A file or buffer that is not a whole picture.

    Attributes
    ----------
    source : str
        The path, or a description such as ``<bytes>``.
    reason : str
        Why it could not be read.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class ImageTooLarge(UnreadableImage):
    """A picture with more pixels than the limit; it was not decoded."""


class NoImages(InputError):
    """A folder or pattern in which there is no picture."""


class UnreadableVideo(InputError):
    """A file, folder, address or camera that gives no frames.

    Attributes
    ----------
    source : str
        The path, address (without password) or camera.
    reason : str
        Why there are no frames.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


MANY = 40  # names in a sentence


class UnknownName(InputError):
    """A model, label set, data set or recipe that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = list(known)
        near = get_close_matches(name, known, n=1)
        more = f" and {len(known) - MANY} more" if len(known) > MANY else ""
        every = f"there are: {', '.join(known[:MANY])}{more}"
        hint = f"did you mean {near[0]!r}?" if near else every
        super().__init__(f"no {kind} is named {name!r}; {hint}")


class BatchError(MienError):
    """Some pictures of a list could not be read.

    Attributes
    ----------
    results : list
        For each picture, in order, its `Faces` or the `MienError` that it met.
    """

    def __init__(self, results: Sequence[object]) -> None:
        errors = [result for result in results if isinstance(result, MienError)]
        super().__init__(f"{len(errors)} of {len(results)} pictures could not be read; the first: {errors[0]}")
        self.results = list(results)


class ModelError(MienError):
    """A model file or its card is damaged."""


class DatasetError(MienError):
    """A data set is not as its reader expects it."""


class BadSample(DatasetError):
    """One sample of a data set is not as it should be; the message names file and row.

    Attributes
    ----------
    split : str or None
        The part it belongs to, where that is known.
    """

    def __init__(self, message: str, split: str | None = None) -> None:
        super().__init__(message)
        self.split = split


class TrainingError(MienError):
    """A training cannot go on."""


class MissingExtra(MienError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an optional part of mien: pip install 'mien[{extra}]'")


class VideoWarning(MienError, UserWarning):
    """Something about a video or its timeline that the user should know, though it can be used.

    It is warned about, not raised; who has warnings raised gets an error of mien's.
    """
