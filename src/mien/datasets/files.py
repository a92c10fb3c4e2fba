"""What readers share: files in a fixed order, and the samples that a folder or a file name describes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mien.acquire.sources import FORMAT_EXTENSIONS
from mien.datasets.media import Media, Picture
from mien.datasets.reader import Rows
from mien.datasets.sample import Sample
from mien.errors import BadSample, DatasetError, UnreadableImage
from mien.labels import LabelSet

PICTURES = tuple(extension for group in FORMAT_EXTENSIONS.values() for extension in group)
"""What picture files are called, in lower case."""

VIDEOS = (".avi", ".mp4", ".mov", ".mkv", ".webm")
"""What video files are called, in lower case."""

T = TypeVar("T")


@dataclass(frozen=True)
class ListedPicture(Picture):
    """A picture file that a line of a list names; the line stands in the message if the file cannot be read."""

    where: str

    def image(self) -> npt.NDArray[np.uint8]:
        try:
            return super().image()
        except UnreadableImage as error:
            raise type(error)(f"{self.where}: {error.source}", error.reason) from None


def find(root: Path, *places: str) -> Path:
    """The first of the places under `root` that exists; raises `DatasetError` naming all of them if none does."""
    for place in places:
        if (root / place).exists():
            return root / place
    raise DatasetError(f"{root / places[0]}: no such file or folder")


def folders_in(folder: Path) -> list[Path]:
    """The folders directly under a folder, sorted; hidden ones are passed over."""
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))


def files_in(folder: Path, extensions: tuple[str, ...] = PICTURES) -> Iterator[Path]:
    """The files of a kind in a folder and its subfolders, sorted; hidden ones are passed over."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(extensions):
                yield Path(parent, name)


def attempt(make: Callable[..., T], *arguments: object) -> T | BadSample:
    """What `make` returns, or the `BadSample` that it raises, to be yielded in the sample's place."""
    try:
        return make(*arguments)
    except BadSample as error:
        return error


def read_class(
    root: Path,
    folder: Path,
    label: int,
    label_set: LabelSet,
    split: str | None = None,
    extensions: tuple[str, ...] = PICTURES,
    media: Callable[[Path], Media] = Picture,
) -> Rows:
    """The files of a class folder; one without any is a `BadSample`, one that does not exist a `DatasetError`."""
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder")
    empty = True
    for file in files_in(folder, extensions):
        empty = False
        yield Sample(file.relative_to(root).as_posix(), media(file), label, label_set, split)
    if empty:
        yield BadSample(f"{folder}: nothing in the folder of class {label_set.labels[label]!r}", split)


def read_by_name(
    root: Path, pattern: re.Pattern[str], form: str, make: Callable[[str, Path, Mapping[str, str]], Sample]
) -> Rows:
    """The pictures of a data set that says everything in the file name.

    Parameters
    ----------
    root : Path
        The folder; subfolders are read too.
    pattern : re.Pattern
        What the whole name without its extension must match, with a named group for each part.
    form : str
        The same for people, for the message about a name that does not match.
    make : callable
        ``make(name, file, parts)`` is the sample.

    Raises
    ------
    DatasetError
        If there are no pictures.
    """
    empty = True
    for file in files_in(root):
        empty = False
        match = pattern.fullmatch(file.stem)
        if match is None:
            yield BadSample(f"{file}: the name is not of the form {form}")
        else:
            yield make(file.relative_to(root).as_posix(), file, match.groupdict())
    if empty:
        raise DatasetError(f"{root}: no pictures in this folder")
