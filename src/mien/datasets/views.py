"""Rendered views of synthetic people (``mien views render``): every person with every expression in every pose.

The same file has two label sets, so there are two readers: the seven basic expressions, and the six of Multi-PIE. Each
passes over the expressions that its label set has no word for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mien.datasets.media import Picture
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Pose, Sample
from mien.errors import BadSample, DatasetError
from mien.labels import EKMAN7, MULTIPIE6, LabelSet
from mien.views.dataset import PICTURES_FILE, Settings, read_rows, read_settings, schema, subject_name, unit_column
from mien.views.expressions import EXPRESSIONS, UNITS

Key = tuple[str, str, int]
"""Subject, expression, view."""


def read(path: Path, label_set: LabelSet) -> Rows:
    """The pictures whose expression is in a label set, person by person; a view that is missing is a `BadSample`."""
    settings = read_settings(path)
    file = path / PICTURES_FILE
    if not file.exists():
        raise DatasetError(f"{path}: not all views are rendered yet; the same mien views render goes on")
    labels = {e.name: getattr(e, label_set.name) for e in EXPRESSIONS}
    expected = _expected(settings, {name for name, label in labels.items() if label is not None})
    for row in read_rows(file, schema().names):
        key = row["subject"], row["expression"], row["view"]
        if labels.get(row["expression"]) is None:
            continue
        for missing in expected:
            if missing == key:
                break
            yield _missing(file, missing)
        else:
            raise DatasetError(f"{file}: the view of {row['subject']} is one that {path} has no place for")
        yield _sample(row, label_set)
    for missing in expected:
        yield _missing(file, missing)


def _expected(settings: Settings, expressions: set[str]) -> Iterator[Key]:
    for number in range(settings.people):
        for expression in settings.expressions:
            if expression in expressions:
                for view in settings.views:
                    yield subject_name(number), expression, view


def _missing(file: Path, key: Key) -> BadSample:
    subject, expression, view = key
    return BadSample(f"{file}: the view at {view} degrees of {subject}, {expression}, is missing")


def _sample(row: dict[str, Any], label_set: LabelSet) -> Sample:
    landmarks = np.array(row["landmarks"], np.float32).reshape(68, 2)
    left, top = map(float, landmarks.min(0))
    right, bottom = map(float, landmarks.max(0))
    return Sample(
        f"{row['subject']}/{row['expression']}/{row['view']:+d}",
        Picture(row["image"]),
        label_set.index(row[label_set.name]),
        label_set,
        subject=row["subject"],
        box=(left, top, right, bottom),
        landmarks=landmarks,
        action_units={unit: row[unit_column(unit)] for unit in UNITS},
        pose=Pose(row["yaw"], row["pitch"], row["roll"]),
        details={"expression": row["expression"], "view": row["view"], "seed": row["seed"]},
    )


def _reader(name: str, label_set: LabelSet) -> Reader:
    return Reader(
        name=name,
        title=f"Rendered views of synthetic people (mien views render), labels {label_set.name}",
        needs=f"{PICTURES_FILE} and views.json, as mien views render writes them",
        source="mien views render, from ICT-FaceKit's light model (MIT licence)",
        read=lambda path: read(path, label_set),
        label_set=label_set,
    )


VIEWS = _reader("views", EKMAN7)
VIEWS_MULTIPIE6 = _reader("views-multipie6", MULTIPIE6)
