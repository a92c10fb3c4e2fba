"""The table in which systems stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from mien.datasets.duplicates import near_duplicates
from mien.datasets.parts import Parts
from mien.errors import InputError
from mien.evaluation.protocol import choose_label_set, evaluate, labelled
from mien.evaluation.speed import faces_per_second
from mien.labels import LabelSet, get_label_set
from mien.models import Model, load_model

HEADINGS = (
    "system",
    "labels",
    "accuracy",
    "ten crops",
    "without near-duplicates",
    "balanced",
    "parameters",
    "MACs",
    "faces/s",
    "epochs",
)


@dataclass(frozen=True)
class Row:
    """One system's figures.

    Attributes
    ----------
    system, kind, label_set : str
        What it is and what it says.
    accuracy, ten_crops, without_near_duplicates, balanced : float or None
        On the validation data, 0 to 1; all but `ten_crops` of single crops.
    parameters, macs : int
        Of one face.
    faces_per_second : float
        On one thread.
    epochs, epochs_of_recipe : int or None
        How far the training went; None where there are no epochs.
    """

    system: str
    kind: str
    label_set: str
    accuracy: float | None
    ten_crops: float | None
    without_near_duplicates: float | None
    balanced: float | None
    parameters: int
    macs: int
    faces_per_second: float
    epochs: int | None
    epochs_of_recipe: int | None

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of `HEADINGS`; a training that was cut short is marked with a star."""
        cut = self.epochs is not None and self.epochs_of_recipe is not None and self.epochs < self.epochs_of_recipe
        return (
            self.system + ("*" if cut else ""),
            self.label_set,
            _percent(self.accuracy),
            _percent(self.ten_crops),
            _percent(self.without_near_duplicates),
            _percent(self.balanced),
            _count(self.parameters),
            _count(self.macs) if self.macs else "-",
            f"{self.faces_per_second:,.0f}",
            "-" if self.epochs is None else f"{self.epochs}" + (f" of {self.epochs_of_recipe:,}" if cut else ""),
        )


def measure(system: str, kind: str, card_path: Path, data: Parts, seconds: float = 3.0) -> Row:
    """The row of a model: accuracies on the validation part, its speed measured now."""
    model = load_model(card_path)
    card = model.card
    try:
        label_set = choose_label_set(model, data.validation)
        figures = figures_by_crops(model, label_set, data)
    except InputError:  # the model says nothing that the data have labels for
        label_set, figures = get_label_set(card.heads[0].label_set), {}
    single, ten = figures.get(1, {}), figures.get(10, {})
    return Row(
        system=system,
        kind=kind,
        label_set=label_set.name,
        accuracy=single.get("accuracy"),
        ten_crops=ten.get("accuracy"),
        without_near_duplicates=single.get("accuracy_without_near_duplicates"),
        balanced=single.get("balanced_accuracy"),
        parameters=card.parameters,
        macs=card.macs,
        faces_per_second=faces_per_second(model, seconds),
        epochs=card.training.get("epochs"),
        epochs_of_recipe=card.training.get("epochs_of_recipe"),
    )


def figures_by_crops(model: Model, label_set: LabelSet, data: Parts) -> dict[int, dict[str, Any]]:
    """What a model is worth with 1 and 10 crops: from its card if that says so of these faces, else measured now."""
    rows, _ = labelled(data.validation, label_set)
    protocol = {"label_set": label_set.name, "data": data.name, "split": data.split, "n": len(rows)}
    known = {row["crops"]: row for row in model.card.measured if row.items() >= protocol.items()}
    if known:
        return known
    seen = near_duplicates(data.validation.images, data.training.images)
    counts = [count for count in (1, 10) if count in model.crop_counts]
    return {count: evaluate(model, data.validation, label_set, count, seen).figures for count in counts}


def console_table(rows: Iterable[Row], title: str) -> Table:
    """For a terminal, best first within each label set."""
    table = Table(
        title=title, caption="* trained for fewer epochs than its recipe has", box=SIMPLE_HEAD, pad_edge=False
    )
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in HEADINGS[:2] else "right", no_wrap=True)
    for row in ranked(rows):
        table.add_row(*row.cells())
    return table


def markdown_table(rows: Iterable[Row]) -> str:
    """For a page of documentation."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in ranked(rows))]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Best first within each label set."""
    return sorted(rows, key=lambda row: (row.label_set, -max(row.accuracy or 0, row.ten_crops or 0)))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _count(number: float) -> str:
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"
