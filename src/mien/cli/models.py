"""``mien models``: what there is to choose from."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from mien.labels import EKMAN7, FERPLUS8, LabelSet
from mien.models import ModelCard, list_models


def models() -> None:
    """List the models that come with the package."""
    table = Table(
        caption="MACs: multiplications a face. PublicTest of FER2013 and, majority, FER+: one crop, ten crops"
    )
    table.add_column("model", no_wrap=True)
    table.add_column("MACs", justify="right", no_wrap=True)
    table.add_column("FER2013, %", justify="right", no_wrap=True)
    table.add_column("FER+, %", justify="right", no_wrap=True)
    table.add_column("what it is")
    for card in list_models():
        table.add_row(
            card.name,
            f"{card.macs / 1e6:.0f} M",
            _percent(card, EKMAN7),
            _percent(card, FERPLUS8),
            card.description,
        )
    Console().print(table)


def _percent(card: ModelCard, label_set: LabelSet) -> str:
    accuracies = [card.accuracy(label_set, "public", crops) for crops in (1, 10)]
    return ", ".join("-" if value is None else f"{100 * value:.1f}" for value in accuracies)
