"""The table of a generator's measures: for a terminal, for a page of documentation, and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from mien.views.generator.measures import Measures, mean_of

HEADINGS = (
    "view",
    "L1",
    "untouched",
    "mean picture",
    "Fréchet",
    "real halves",
    "identity",
    "other expression",
    "expression",
    "real",
    "view read",
    "real",
)

LEGEND = (
    "L1 of 255 levels, Fréchet distance of HOG components: lower is better. Shares: higher is better; the view that is "
    "read is the encoder's own judgement. * no nearer to the real picture than one of the two trivial answers"
)


@dataclass(frozen=True)
class MeasuredRun:
    """A generator's measures, and what they were taken of.

    Attributes
    ----------
    run, recipe : str
        Folder of the training, or the generator's card; and its recipe.
    trained_on, data : str
        What it learnt from, and whose held-out people were turned.
    epochs : int
        Of the training, by now.
    people_learnt, people_held_out, sources : int
        How many; and from how many views at most each recording was turned.
    classifier : str
        Who read the expressions.
    views : tuple of Measures
        View by view.
    """

    run: str
    recipe: str
    trained_on: str
    data: str
    epochs: int
    people_learnt: int
    people_held_out: int
    sources: int
    classifier: str
    views: tuple[Measures, ...]

    @property
    def title(self) -> str:
        """What this is a table of."""
        return (
            f"{self.recipe} after {self.epochs} epochs, {self.people_held_out} people held out "
            f"(identity by chance {1 / self.people_held_out:.1%}), expressions read by {self.classifier}"
        )

    def numbers(self) -> dict[str, Any]:
        """For JSON: all of it, with the means over views and what chance would identify."""
        return asdict(self) | {"mean": asdict(mean_of(self.views)), "identity_by_chance": 1 / self.people_held_out}

    def console_table(self) -> Table:
        """For a terminal."""
        table = Table(title=self.title, caption=LEGEND, box=SIMPLE_HEAD, pad_edge=False)
        for heading in HEADINGS:
            table.add_column(heading, justify="right")
        for row in (*self.views, mean_of(self.views)):
            table.add_row(*_cells(row), end_section=row is self.views[-1])
        return table

    def markdown_table(self) -> str:
        """For a page of documentation."""
        rows = (*self.views, mean_of(self.views))
        lines = [HEADINGS, ("--:",) * len(HEADINGS), *map(_cells, rows)]
        return f"{self.title}.\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + f"\n{LEGEND}.\n"


def _cells(row: Measures) -> Sequence[str]:
    """As text, in the order of `HEADINGS`."""
    shares = (
        *(row.identity, row.identity_other_expression),
        *(row.expression, row.expression_real),
        *(row.view, row.view_real),
    )
    return (
        "mean" if row.yaw is None else f"{row.yaw:+d}",
        f"{row.l1:.1f}" + ("*" if row.l1 >= min(row.l1_untouched, row.l1_mean_picture) else ""),
        *(f"{level:.1f}" for level in (row.l1_untouched, row.l1_mean_picture)),
        *(f"{distance:.2f}" for distance in (row.frechet, row.frechet_halves)),
        *(f"{share:.1%}" for share in shares),
    )
