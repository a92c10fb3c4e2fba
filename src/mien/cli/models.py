"""``mien models``: what there is to choose from."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from mien.labels import EKMAN7, FERPLUS8
from mien.models import list_models


def models() -> None:
    """List the models that come with the package."""
    table = Table(caption="PublicTest of FER2013 (ekman7) and FER+ (ferplus8, majority), ten crops")
    table.add_column("model", no_wrap=True)
    table.add_column("parameters", justify="right")
    table.add_column("MACs a face", justify="right")
    table.add_column("ekman7", justify="right")
    table.add_column("ferplus8", justify="right")
    table.add_column("what it is")
    for card in list_models():
        table.add_row(
            card.name,
            f"{card.parameters / 1e6:.2f} M",
            f"{card.macs / 1e6:.0f} M",
            _percent(card.accuracy(EKMAN7, "public", 10)),
            _percent(card.accuracy(FERPLUS8, "public", 10)),
            card.description,
        )
    Console().print(table)


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
