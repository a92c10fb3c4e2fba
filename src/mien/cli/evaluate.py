"""``mien evaluate``: a model's figures on a data set."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from mien.errors import DatasetError, MissingExtra


class Split(StrEnum):
    """The three parts of FER2013."""

    train = "train"
    public = "public"
    private = "private"


def evaluate(
    data: Annotated[str, typer.Option(help="For example fer2013:fer2013.csv.")],
    model: Annotated[str, typer.Option(help="Name of a model, or the path of its card.")] = "mien",
    split: Annotated[Split, typer.Option(help="Part of the data set.")] = Split.public,
    crops: Annotated[int, typer.Option(help="Crops of each face: 1 or 10.")] = 1,
    head: Annotated[str, typer.Option(help="Label set: ekman7 or ferplus8 (majority protocol).")] = "ekman7",
    json_to: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="All figures as one JSON object.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the figures and pictures of them.")] = None,
) -> None:
    """Measure a model on a data set of face crops."""
    from mien.datasets import read_data
    from mien.datasets.duplicates import near_duplicates
    from mien.evaluation.protocol import evaluate as measure
    from mien.labels import get_label_set
    from mien.models import load_model

    if report is not None:
        # Before the long work, so that nothing is measured in vain.
        try:
            from mien.evaluation.plots import plot_confusion, plot_reliability
        except ImportError:
            raise MissingExtra("--report", "train") from None
    label_set = get_label_set(head)
    network = load_model(model, threads=os.cpu_count() or 1)
    with Console(stderr=True).status("reading the data") as status:
        faces = read_data(data, split.value)
        seen = None
        if split is not Split.train:
            try:
                training = read_data(data, "train")
            except DatasetError as error:
                print(f"mien: near-duplicates are not looked for ({error})", file=sys.stderr)
            else:
                status.update("looking for near-duplicates")
                seen = near_duplicates(faces.images, training.images)
        status.update(f"reading {len(faces)} faces")
        result = measure(network, faces, label_set, crops, seen)
    figures: dict[str, Any] = {
        "model": network.card.name,
        "data": data.partition(":")[0],
        "split": split.value,
        "label_set": head,
        "crops": crops,
        **result.figures,
    }
    text = json.dumps(figures, indent=2)
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        (report / "figures.json").write_text(text + "\n")
        plot_confusion(np.array(figures["confusion"]), label_set, report / "confusion.png")
        plot_reliability(result.probabilities.max(1), result.predicted == result.truth, report / "reliability.png")
    if json_to == "-":
        print(text)
        return
    if json_to is not None:
        Path(json_to).write_text(text + "\n")
    Console().print(figures_table(figures))


def figures_table(figures: dict[str, Any]) -> Table:
    """The figures for people."""
    single = "single crop" if figures["crops"] == 1 else f"{figures['crops']} crops"
    table = Table(title=f"{figures['model']} on {figures['data']} {figures['split']}, {single}, n {figures['n']}")
    for heading in ("class", "precision", "recall", "f1", "n"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for label, row in figures["per_class"].items():
        table.add_row(label, f"{row['precision']:.1%}", f"{row['recall']:.1%}", f"{row['f1']:.1%}", str(row["n"]))
    overall = {"accuracy": figures["accuracy"]}
    if "accuracy_without_near_duplicates" in figures:
        overall["without near-duplicates"] = figures["accuracy_without_near_duplicates"]
    overall |= {k.replace("_", " "): figures[k] for k in ("balanced_accuracy", "macro_f1", "ece")}
    table.caption = "  ".join(f"{name} {value:.2%}" for name, value in overall.items())
    return table
