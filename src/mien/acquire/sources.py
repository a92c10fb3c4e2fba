"""What a picture can be handed in as, and how folders and patterns become pictures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from mien.errors import NoImages

ImageSource: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | npt.NDArray[Any]
)
"""A path, an encoded picture in memory or in a binary file, a Pillow image, or an RGB array."""

FORMAT_EXTENSIONS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WebP": (".webp",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
    "GIF": (".gif",),
}
"""The formats that mien reads and, in lower case, what their files are called."""

FORMAT_NAMES = ", ".join(FORMAT_EXTENSIONS)

_EXTENSIONS = tuple(extension for group in FORMAT_EXTENSIONS.values() for extension in group)


def describe_source(source: ImageSource) -> str:
    """What to call `source` in a message: the path as given, a file's name, or a word such as ``<bytes>``."""
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "<bytes>"
    if isinstance(source, np.ndarray):
        return "<array>"
    if isinstance(source, Image.Image):
        return "<image>"
    name = getattr(source, "name", None)
    # A file opened from a descriptor has the descriptor's number as its name.
    return name if isinstance(name, str) and name else "<file>"


def expand_sources(sources: ImageSource | Sequence[ImageSource]) -> list[ImageSource]:
    """Put the pictures of folders and patterns in the place of the folders and patterns.

    Parameters
    ----------
    sources : ImageSource, or list or tuple of ImageSource
        A folder stands for the pictures in it and in its subfolders. A string with ``*``, ``?`` or ``[`` that
        is not the path of anything stands for the pictures it matches; ``**`` matches any number of folders.
        Pictures are known by their extension, in any case; hidden files and folders are passed over.

    Returns
    -------
    list of ImageSource
        In the order given, with the pictures of a folder or pattern sorted, as `Path`. Everything else is
        unchanged, missing files too, so that a batch can report each of them.

    Raises
    ------
    NoImages
        If a folder or pattern has no pictures.
    """
    # Bytes and arrays are sequences too, but one picture each.
    given = sources if isinstance(sources, (list, tuple)) else [cast(ImageSource, sources)]
    return [picture for source in given for picture in _expand(source)]


def _expand(source: ImageSource) -> list[ImageSource]:
    if not isinstance(source, (str, os.PathLike)):
        return [source]
    if os.path.isdir(source):
        pictures = _pictures(_walk(source))
        reason = "no pictures in this folder"
    elif isinstance(source, str) and has_magic(source) and not os.path.exists(source):
        pictures = _pictures(map(Path, glob(source, recursive=True)))
        reason = "no pictures match this pattern"
    else:
        return [source]
    if not pictures:
        raise NoImages(f"{describe_source(source)}: {reason} ({FORMAT_NAMES})")
    return [*pictures]


def _walk(folder: str | os.PathLike[str]) -> Iterable[Path]:
    # Not a "**" glob: that one follows links to folders, round in circles if they are so laid.
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(parent, name) for name in files if not name.startswith("."))


def _pictures(paths: Iterable[Path]) -> list[Path]:
    return sorted(path for path in paths if path.suffix.lower() in _EXTENSIONS and path.is_file())
