"""``mien quantize``: a smaller, faster twin of a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.errors import MissingExtra


def quantize(
    model: Annotated[str, typer.Argument(help="Name of a model, or the path of its card.")],
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="What it learnt from, as fer2013:fer2013.csv.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the new model.")],
) -> None:
    """Write a network as 8-bit integers, with its card: calibrated and measured on the validation split."""
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise MissingExtra("quantizing", "train") from None
    from mien.datasets.parts import read_parts
    from mien.evaluation.card_figures import calibrate
    from mien.models.paths import find_card
    from mien.training.quantize import quantize as write

    with Console(stderr=True).status("reading the data") as status:
        parts = read_parts(data)
        status.update("quantizing")
        card = write(find_card(model), parts.training, out)
        status.update("calibrating and measuring")
        calibrate(card, parts.validation, parts.training, data=parts.name, split=parts.split)
    Console().print(f"wrote {card} and {card.with_suffix('.onnx')}", soft_wrap=True, highlight=False)
