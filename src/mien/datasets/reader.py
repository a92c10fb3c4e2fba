"""What is known of a data set: its reader, its parts, its published counts, and where it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mien.datasets.sample import Sample
from mien.errors import BadSample, DatasetError, UnknownName
from mien.labels import LabelSet

ALL = "all"
"""The split that is every sample, in every data set."""

Rows = Iterator[Sample | BadSample]
"""What a reader yields: a row that is not as it should be takes its place as an error; the others go on."""


@dataclass(frozen=True)
class Reader:
    """One data set.

    Attributes
    ----------
    name : str
        What stands before the colon of ``--data``.
    title : str
        Name, authors and year.
    needs : str
        What the path after the colon must hold, in one sentence with the published names.
    source : str
        Where the data set is asked for.
    read : callable
        ``read(path)`` yields all samples lazily, in a fixed order, with `Sample.split` set where there are parts.
        Raises `DatasetError` where the copy as a whole is not what it should be.
    label_set : LabelSet or None
        Of the samples' labels; None where there are none (action units only) or the copy decides.
    splits : tuple of str
        The official parts, the one to train on first; empty where there are none.
    cropped : bool
        Whether the pictures are face crops already; otherwise the face is found and laid upright.
    published : mapping from str to mapping from str to int
        For each split (or ``"all"``), the published number of samples of each label (``""`` is their total).
    """

    name: str
    title: str
    needs: str
    source: str
    read: Callable[[Path], Rows]
    label_set: LabelSet | None = None
    splits: tuple[str, ...] = ()
    cropped: bool = False
    published: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def rows(self, path: str | Path, split: str = ALL) -> Rows:
        """The samples of one split; raises `UnknownName` if there is no such split, `DatasetError` if no such path."""
        if split != ALL and split not in self.splits:
            raise UnknownName(f"{self.name} split", split, (*self.splits, ALL))
        path = Path(path)
        if not path.exists():
            raise DatasetError(f"{path}: no such file or folder")
        return (
            row
            for row in self.read(path)
            if split in (ALL, row.split) or (isinstance(row, BadSample) and row.split is None)
        )
