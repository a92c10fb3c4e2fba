"""The two official parts of a data set that a training needs: one to learn from, one to measure on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mien.datasets import ALL, find_reader, read_data
from mien.datasets.data import FaceData, join, translate
from mien.errors import DatasetError


@dataclass(frozen=True, eq=False)
class Parts:
    """What a model learns from and what it is measured on.

    Attributes
    ----------
    spec : str
        ``name:path``, as on the command line.
    training, validation : FaceData
        The faces.
    split : str
        What the validation part is called.
    """

    spec: str
    training: FaceData
    validation: FaceData
    split: str

    @property
    def name(self) -> str:
        """Of the data set."""
        return self.spec.partition(":")[0]

    @property
    def skipped(self) -> int:
        """Bad samples that were left out."""
        return self.training.skipped + self.validation.skipped


def read_parts(
    spec: str,
    fer2013: Sequence[str] = ("public",),
    *,
    also: Sequence[str] = (),
    skip_bad: bool = False,
    clips: bool = False,
    landmarks: bool = False,
) -> Parts:
    """Read the first official part to train on, and the second to measure on.

    Parameters
    ----------
    spec : str
        ``name:path``.
    fer2013 : sequence of str
        Of FER2013, the parts to measure on: publications differ in them.
    also : sequence of str
        More data sets to train on, each ``name:path``, all parts of them. They get the labels of the first.
    clips : bool
        Read clips and not faces.
    landmarks : bool
        Whether what is learnt from must have landmarks.
    skip_bad : bool
        As for `read_data`; and do without the classes of which there is nothing to learn from.

    Raises
    ------
    DatasetError
        If the data set has no official parts, a copy cannot be read, its training part has a single class or none of
        one that it is measured on, or the labels of another have no counterpart in it.
    """
    reader, _ = find_reader(spec)
    if len(reader.splits) < 2:
        raise DatasetError(f"{reader.name} has no official training and validation parts; use mien crossval")
    splits = fer2013 if reader.name == "fer2013" else reader.splits[1:2]
    training = read_data(spec, reader.splits[0], skip_bad=skip_bad, clips=clips, landmarks=landmarks)
    validation = join([read_data(spec, split, skip_bad=skip_bad, clips=clips) for split in splits])
    known = np.unique(training.labels)
    if len(known) < 2:
        only = training.label_set.labels[known[0]]
        raise DatasetError(f"{spec}: all pictures of split {reader.splits[0]} are {only!r}; there is nothing to learn")
    more = [
        translate(read_data(other, ALL, skip_bad=skip_bad, clips=clips, landmarks=landmarks), training)
        for other in also
    ]
    joined = join([training, *more])
    unlearnt = np.setdiff1d(validation.labels, joined.labels)
    if len(unlearnt) and not skip_bad:
        missing = ", ".join(training.label_set.labels[label] for label in unlearnt)
        raise DatasetError(
            f"{spec}: split {reader.splits[0]} has no picture of {missing}, on which split {'+'.join(splits)} tests; "
            "--skip-bad trains without"
        )
    return Parts(spec, joined, validation, "+".join(splits))
