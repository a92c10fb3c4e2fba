"""The table in which systems stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.table import Table

from mien.evaluation.speed import faces_per_second
from mien.models import load_model

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


def measure(system: str, kind: str, card_path: Path, seconds: float = 3.0) -> Row:
    """The row of a model: accuracies from its card, its speed measured now."""
    model = load_model(card_path)
    card = model.card
    rows = {row["crops"]: row for row in card.measured if row["label_set"] == card.heads[0].label_set}
    single, ten = rows.get(1, {}), rows.get(10, {})
    return Row(
        system=system,
        kind=kind,
        label_set=card.heads[0].label_set,
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


def console_table(rows: Iterable[Row], title: str) -> Table:
    """For a terminal, best first within each label set."""
    table = Table(
        title=title, caption="* trained for fewer epochs than its recipe has", box=SIMPLE_HEAD, pad_edge=False
    )
    for heading in HEADINGS:
        left = heading in HEADINGS[:2]
        table.add_column(heading, justify="left" if left else "right", no_wrap=left)
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
