"""Any pictures in a csv of paths and labels, with subject, part and the face's box where the header has them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from mien.datasets.files import ListedPicture, attempt
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_table, to_numbers
from mien.datasets.words import CANDIDATES, SPLITS, find_label, find_label_set, find_split
from mien.errors import BadSample, DatasetError
from mien.labels import LabelSet

BOX = ("x1", "y1", "x2", "y2")


def read(path: Path) -> Rows:
    """All rows. The file is read twice: the labels say together which label set they are of.

    Raises
    ------
    DatasetError
        If a column is missing or no label is known.
    """
    columns = ("path", "label")
    label_set = find_label_set({row["label"] for _, row in read_table(path, columns)})
    if label_set is None:
        known = "; ".join(f"{s.name} ({', '.join(s.labels)})" for s in CANDIDATES)
        raise DatasetError(f"{path}: no label in it is known; known are {known}")
    make = partial(_sample, path.parent, label_set)
    for where, row in read_table(path, columns):
        yield attempt(make, where, row)


def _sample(folder: Path, label_set: LabelSet, where: str, row: dict[str, str]) -> Sample:
    split = find_split(row["split"]) if "split" in row else None
    if "split" in row and split is None:
        raise BadSample(f"{where}: split {row['split']!r} is none of {', '.join(SPLITS)}")
    label = find_label(row["label"], label_set)
    if label is None:
        raise BadSample(f"{where}: label {row['label']!r} is none of {', '.join(label_set.labels)}", split)
    for column in ("path", "subject"):
        if row.get(column) == "":
            raise BadSample(f"{where}: there is no {column}", split)
    media = ListedPicture(folder / row["path"], where)
    return Sample(where, media, label, label_set, split, row.get("subject"), _box(row, where, split))


def _box(row: dict[str, str], where: str, split: str | None) -> tuple[float, float, float, float] | None:
    cells = [row.get(column, "") for column in BOX]
    if not any(cells):
        return None
    x1, y1, x2, y2 = to_numbers(cells, where, split)
    if x1 >= x2 or y1 >= y2:
        raise BadSample(f"{where}: the box {', '.join(cells)} has no area", split)
    return x1, y1, x2, y2


LISTING = Reader(
    name="csv",
    title="Pictures named in a csv",
    needs="a csv with the columns path (seen from the csv's folder) and label; if you like subject, split (train, val, "
    "test) and the face's box in pixels, x1, y1, x2, y2",
    source="your own pictures",
    read=read,
    splits=SPLITS,
)
