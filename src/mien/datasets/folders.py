"""Any pictures in folders named for their classes, with or without folders of parts around them."""

from __future__ import annotations

from pathlib import Path

from mien.datasets.files import folders_in, read_class
from mien.datasets.reader import Reader, Rows
from mien.datasets.words import CANDIDATES, SPLITS, find_label, find_label_set, find_split
from mien.errors import DatasetError
from mien.labels import LabelSet


def read(path: Path) -> Rows:
    """All pictures, part after part and class after class.

    Raises
    ------
    DatasetError
        If a folder is neither a part nor a class, or the classes are not all of one label set.
    """
    if not path.is_dir():
        raise DatasetError(f"{path}: not a folder")
    top = folders_in(path)
    parts = {folder: find_split(folder.name) for folder in top}
    classes = {folder: folders_in(folder) for folder in top} if any(parts.values()) else {path: top}
    label_set = _label_set(path, {folder.name for group in classes.values() for folder in group})
    for part, group in classes.items():
        split = parts.get(part)
        if part != path and split is None:
            raise DatasetError(f"{part}: this folder is none of the parts {', '.join(SPLITS)}")
        for folder in group:
            label = find_label(folder.name, label_set)
            if label is None:
                known = ", ".join(label_set.labels)
                raise DatasetError(f"{folder}: no class of {label_set.name}, as the other folders are ({known})")
            yield from read_class(path, folder, label, label_set, split)


def _label_set(path: Path, names: set[str]) -> LabelSet:
    label_set = find_label_set(names)
    if label_set is None:
        known = "; ".join(f"{s.name} ({', '.join(s.labels)})" for s in CANDIDATES)
        found = ", ".join(sorted(names)) or "none"
        raise DatasetError(f"{path}: no folder in it is named for an expression; there are {found}; known are {known}")
    return label_set


FOLDERS = Reader(
    name="folders",
    title="Pictures in folders named for their classes",
    needs="a folder a class (angry/, happiness/, smiling/ ...), by themselves or in train/, val/ and test/",
    source="your own pictures",
    read=read,
    splits=SPLITS,
)
