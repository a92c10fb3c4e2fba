"""Accuracy by angle and expression, and error of the yaw by angle; for the screen, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mien.labels import MULTIPIE6
from mien.views.protocol.data import VIEWS, ViewData
from mien.views.protocol.readings import READINGS, Comparison

Accuracies = np.ma.MaskedArray[Any, np.dtype[np.float64]]

ANGLES = tuple(view for view in VIEWS if view >= 0)
"""Rows of the tables: faces turned to either side count under the same angle."""

WIDE = 60  # degrees, from which on a face counts as seen from the side


@dataclass(frozen=True)
class Published:
    """What somebody reports on Multi-PIE: the mean in percent, and the accuracy at `ANGLES` where it is given."""

    name: str
    description: str
    mean: float
    by_angle: tuple[float, ...] = ()


PUBLISHED = (
    Published(
        "two-pathway",
        "two-pathway multi-view generator, seven angles from 0 to 90 degrees",
        86.71,
        (89.3, 88.8, 90.2, 88.7, 87.8, 85.0, 77.1),
    ),
    Published("joint pose", "joint pose and expression modelling (Zhang et al. 2018), -30 to 30 degrees only", 91.80),
)

NOT_COMPARABLE = (
    "Published figures are of photos (CMU Multi-PIE); they say nothing of rendered pictures, and these nothing of them."
)


@dataclass(frozen=True)
class Row:
    """A row of cells in words, with its heading."""

    heading: str
    cells: tuple[str, ...]


def accuracy_table(tested: ViewData, predicted: npt.NDArray[np.integer]) -> Accuracies:
    """Share of right answers by angle and expression, shape (7, 6); masked where there are no faces."""
    table = np.full((len(ANGLES), len(MULTIPIE6)), np.nan)
    right = predicted == tested.labels
    for i, angle in enumerate(ANGLES):
        for k in range(len(MULTIPIE6)):
            cell = right[(tested.angles == angle) & (tested.labels == k)]
            if len(cell):
                table[i, k] = cell.mean()
    return np.ma.masked_invalid(table)


def figures_of(table: Accuracies) -> dict[str, Any]:
    """A table and its means, as JSON holds them: cells weigh the same, and those without faces are null."""
    by_angle = table.mean(1)
    means = {
        "accuracy": table,
        "by_angle": by_angle,
        "by_expression": table.mean(0),
        "mean": by_angle.mean(),
        "mean_60_to_90": by_angle[np.array(ANGLES) >= WIDE].mean(),
        "at_90": by_angle[-1],
    }
    return {name: np.ma.asarray(values).tolist() for name, values in means.items()}


def yaw_errors(tested: ViewData, yaws: npt.NDArray[np.floating]) -> dict[str, Any]:
    """Mean absolute error of the yaw in degrees, of all faces and by angle, as JSON holds it."""
    error = np.abs(yaws.astype(np.float64) - tested.yaws)
    by_angle = [error[tested.angles == angle] for angle in ANGLES]
    return {
        "mean": float(error.mean()),
        "by_angle": [float(part.mean()) if len(part) else None for part in by_angle],
    }


def figures(comparison: Comparison) -> dict[str, Any]:
    """All tables, as JSON holds them."""
    tested = comparison.tested
    return {
        "tested": {"people": len(np.unique(tested.subjects)), "pictures": len(tested)},
        "angles": list(ANGLES),
        "expressions": list(MULTIPIE6.labels),
        "readings": {
            name: figures_of(accuracy_table(tested, comparison.predicted[name]))
            for name in READINGS
            if name in comparison.predicted
        },
        "yaw_error": yaw_errors(tested, comparison.yaws),
        "published": [
            {
                "name": row.name,
                "description": row.description,
                "data": "multipie",
                "mean": row.mean / 100,
                "by_angle": [accuracy / 100 for accuracy in row.by_angle],
            }
            for row in PUBLISHED
        ],
    }


SUMMARY_COLUMNS = (*map(str, ANGLES), "mean", "60 to 90")
READING_COLUMNS = (*MULTIPIE6.labels, "mean")


def summary_rows(found: Mapping[str, Any]) -> Iterator[Row]:
    """Each reading's accuracy by angle, in percent."""
    for name, reading in found["readings"].items():
        yield Row(name, _percent([*reading["by_angle"], reading["mean"], reading["mean_60_to_90"]]))


def published_rows() -> Iterator[Row]:
    """The same of what is published, as far as it is."""
    for row in PUBLISHED:
        wide = [accuracy for angle, accuracy in zip(ANGLES, row.by_angle, strict=False) if angle >= WIDE]
        by_angle = [f"{accuracy:.1f}" for accuracy in row.by_angle] or [""] * len(ANGLES)
        yield Row(row.name, (*by_angle, f"{row.mean:.2f}", f"{sum(wide) / len(wide):.1f}" if wide else ""))


def reading_rows(reading: Mapping[str, Any]) -> Iterator[Row]:
    """One reading's accuracy by angle and expression, in percent, with means at the edges."""
    for angle, accuracies, mean in zip(ANGLES, reading["accuracy"], reading["by_angle"], strict=True):
        yield Row(str(angle), _percent([*accuracies, mean]))
    yield Row("mean", _percent([*reading["by_expression"], reading["mean"]]))


def yaw_row(found: Mapping[str, Any]) -> Row:
    """The pose head's error by angle, degrees; under the columns of the summary but the last."""
    errors = found["yaw_error"]
    return Row("yaw error", tuple("" if x is None else f"{x:.1f}" for x in [*errors["by_angle"], errors["mean"]]))


def markdown(found: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """All tables as a page.

    Parameters
    ----------
    found : mapping
        As `figures` gives it.
    settings : mapping
        What was done.
    """
    parts = [
        "# The pose protocol",
        "\n".join(f"- {name}: {_written(value)}" for name, value in settings.items()),
        "## Accuracy by angle, percent",
        _table("reading", SUMMARY_COLUMNS, summary_rows(found)),
        "\n".join(f"- **{name}**: {READINGS[name]}" for name in found["readings"]),
        "Published, Multi-PIE:",
        _table("approach", SUMMARY_COLUMNS, published_rows()),
        "\n".join(f"- **{row.name}**: {row.description}" for row in PUBLISHED),
        NOT_COMPARABLE,
        "## Error of the pose head (joint), degrees of yaw",
        _table("", SUMMARY_COLUMNS[:-1], [yaw_row(found)]),
    ]
    for name, reading in found["readings"].items():
        parts += [f"## {name}", _table("angle", READING_COLUMNS, reading_rows(reading))]
    return "\n\n".join(parts) + "\n"


def _table(heading: str, columns: Sequence[str], rows: Iterable[Row]) -> str:
    lines = [(heading, *columns), ("---", *("--:" for _ in columns)), *((row.heading, *row.cells) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _written(value: Any) -> str:
    """A value of JSON in words."""
    match value:
        case None:
            return "none"
        case dict():
            return ", ".join(f"{name} {part}" for name, part in value.items())
        case list():
            return ", ".join(map(str, value))
    return str(value)


def _percent(values: Iterable[float | None]) -> tuple[str, ...]:
    return tuple("" if value is None else f"{100 * value:.1f}" for value in values)
