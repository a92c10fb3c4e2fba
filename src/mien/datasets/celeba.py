"""CelebA, CelebFaces Attributes (Liu et al. 2015): of its forty attributes the one that says who smiles."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from mien.datasets.files import ListedPicture, attempt, find
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_words
from mien.errors import BadSample, DatasetError
from mien.labels import SMILE2

SPLITS = {"0": "train", "1": "val", "2": "test"}
"""The numbers of ``list_eval_partition.txt``."""

SMILES = {"-1": SMILE2.index("not smiling"), "1": SMILE2.index("smiling")}

Line = tuple[str, list[str]]


def read(path: Path) -> Rows:
    """All pictures, in the order of the lists."""
    attributes = find(path, "list_attr_celeba.txt", "Anno/list_attr_celeba.txt")
    partition = find(path, "list_eval_partition.txt", "Eval/list_eval_partition.txt")
    images = find(path, "img_align_celeba", "Img/img_align_celeba")
    lines = read_words(attributes)
    next(lines, None)  # the number of pictures
    _, names = next(lines, ("", []))
    if "Smiling" not in names:
        raise DatasetError(f"{attributes}: there is no attribute Smiling in line 2")
    column = 1 + names.index("Smiling")
    for part, attribute in zip_longest(read_words(partition), lines):
        if part is None or attribute is None:
            raise DatasetError(f"{attributes}: it has not as many pictures as {partition}")
        yield attempt(_sample, images, column, part, attribute)


def _sample(images: Path, column: int, part: Line, attribute: Line) -> Sample:
    where, cells = part
    if len(cells) != 2 or cells[1] not in SPLITS:
        raise BadSample(f"{where}: not a name and a part, 0 to 2")
    name, split = cells[0], SPLITS[cells[1]]
    where, cells = attribute
    if cells[0] != name:
        raise BadSample(f"{where}: {cells[0]} stands here, {name} in {part[0]}", split)
    smile = SMILES.get(cells[column]) if column < len(cells) else None
    if smile is None:
        raise BadSample(f"{where}: the attribute Smiling is neither 1 nor -1", split)
    return Sample(name, ListedPicture(images / name, where), smile, SMILE2, split)


CELEBA = Reader(
    name="celeba",
    title="CelebA, CelebFaces Attributes (Liu et al. 2015): smiling or not",
    needs="list_attr_celeba.txt (or under Anno/), list_eval_partition.txt (or under Eval/) and img_align_celeba/ (or "
    "under Img/)",
    source="https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html",
    read=read,
    label_set=SMILE2,
    splits=tuple(SPLITS.values()),
    published={"train": {"": 162_770}, "val": {"": 19_867}, "test": {"": 19_962}},
)
