"""``mien evaluate``: a model's figures on a data set."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import DatasetError, MissingExtra

if TYPE_CHECKING:
    from mien.datasets import FaceData
    from mien.evaluation.lighting import LightingRow
    from mien.evaluation.robustness import RobustnessRow
    from mien.labels import LabelSet


def evaluate(
    data: Annotated[str, typer.Option(metavar="NAME:PATH", help="For example fer2013:fer2013.csv.")],
    model: Annotated[str, typer.Option(help="Name of a model, or the path of its card.")] = "mien",
    split: Annotated[
        str | None, typer.Option(help="Part of the data set; its second by default (public of FER2013), else all.")
    ] = None,
    crops: Annotated[int, typer.Option(help="Crops of each face: 1, 2, 5 or 10.")] = 1,
    head: Annotated[
        str | None, typer.Option(help="Label set; by default the model's own that the data has labels for.")
    ] = None,
    json_to: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="All figures as one JSON object.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a page with figures and pictures.")] = None,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Measure on blurred, noisy, dark, ... faces too (takes minutes).")
    ] = False,
    skip_bad: SkipBad = False,
) -> None:
    """Measure a model on a data set of faces."""
    from mien.datasets import ALL, find_reader, read_data
    from mien.datasets.duplicates import near_duplicates
    from mien.evaluation.lighting import lighting_table
    from mien.evaluation.protocol import choose_label_set
    from mien.evaluation.protocol import evaluate as measure
    from mien.evaluation.robustness import robustness_table
    from mien.labels import get_label_set
    from mien.models import load_model

    if report is not None:
        # Before the long work, so that nothing is measured in vain.
        try:
            from mien.evaluation.report import write_report
        except ImportError:
            raise MissingExtra("--report", "train") from None
    reader, path = find_reader(data)
    if split is None:
        split = reader.splits[1] if len(reader.splits) > 1 else ALL
    label_set = get_label_set(head) if head is not None else None
    network = load_model(model, threads=os.cpu_count() or 1)
    table: list[RobustnessRow] = []
    with Console(stderr=True).status("reading the data") as status:
        faces = read_data(data, split, skip_bad=skip_bad)
        tell_skipped(faces.skipped)
        label_set = label_set or choose_label_set(network, faces)
        check_classes(faces, label_set, f"{path}: split {split!r}")
        seen = None
        if reader.splits and split not in (reader.splits[0], ALL):
            try:
                training = read_data(data, reader.splits[0], skip_bad=True)
            except DatasetError as error:
                print(f"mien: near-duplicates are not looked for ({error})", file=sys.stderr)
            else:
                status.update("looking for near-duplicates")
                seen = near_duplicates(faces.images, training.images)
        status.update(f"reading {len(faces)} faces")
        result = measure(network, faces, label_set, crops, seen)
        if robustness:
            status.update("reading them blurred, noisy, dark, tilted, covered, compressed and small")
            table = robustness_table(network, faces, label_set, crops)
    lighting = lighting_table(result, faces.images)
    figures: dict[str, Any] = {
        "model": network.card.name,
        "data": reader.name,
        "split": split,
        "label_set": label_set.name,
        "crops": crops,
        "skipped": faces.skipped,
        **result.figures,
        "lighting": [asdict(row) for row in lighting],
    }
    if table:
        figures["robustness"] = [asdict(row) for row in table]
    if report is not None:
        settings = {
            "Model": f"{network.card.name}: {network.card.description}",
            "Data": reader.title,
            "Split": f"{split}, {figures['n']:,} faces, bad samples left out: {faces.skipped}",
            "Labels": f"{label_set.name}: {', '.join(label_set.labels)}",
            "Crops": written_crops(crops),
            "Command": shlex.join(["mien", *sys.argv[1:]]),
            "Date": date.today().isoformat(),
        }
        write_report(report, written_title(figures), result, faces.images, figures, settings, lighting, table)
    text = json.dumps(figures, indent=2)
    if json_to == "-":
        print(text)
        return
    if json_to is not None:
        Path(json_to).write_text(text + "\n")
    console = Console()
    console.print(figures_table(figures))
    if table:
        console.print(corruptions_table(table))
        console.print(quarters_table(lighting))
    if report is not None:
        console.print(f"wrote {report / 'index.html'}", soft_wrap=True, highlight=False)


def check_classes(faces: FaceData, label_set: LabelSet, where: str) -> None:
    """Raise `DatasetError`, naming `where` they are from, if there is nothing to tell apart."""
    from mien.evaluation.protocol import labelled

    _, truth = labelled(faces, label_set)
    present = np.unique(truth)
    if len(present) == 1:
        raise DatasetError(f"{where} has only the class {label_set.labels[present[0]]!r}")


def written_crops(crops: int) -> str:
    """For people."""
    return "single crop" if crops == 1 else f"{crops} crops"


def written_title(figures: dict[str, Any]) -> str:
    """What was measured on what."""
    return f"{figures['model']} on {figures['data']} {figures['split']}"


OVERALL = {
    "accuracy": "accuracy",
    "accuracy_without_near_duplicates": "without near-duplicates",
    "balanced_accuracy": "balanced accuracy (UAR)",
    "macro_f1": "macro f1 (UF1)",
    "ece": "ece",
}
"""What the figures of all classes together are called."""


def figures_table(figures: dict[str, Any]) -> Table:
    """The figures for people."""
    table = Table(title=f"{written_title(figures)}, {written_crops(figures['crops'])}, n {figures['n']}")
    for heading in ("class", "precision", "recall", "f1", "n"):
        table.add_column(heading, justify="left" if heading == "class" else "right")
    for label, row in figures["per_class"].items():
        table.add_row(label, f"{row['precision']:.1%}", f"{row['recall']:.1%}", f"{row['f1']:.1%}", str(row["n"]))
    parts = []
    for key, name in OVERALL.items():
        if key in figures:
            ends = figures["intervals"].get(key)
            between = f" ({100 * ends[0]:.1f} to {ends[1]:.1%})" if ends else ""
            parts.append(f"{name} {figures[key]:.2%}{between}")
    table.caption = "\n".join([*parts, "in brackets: 95% bootstrap intervals"])
    return table


def corruptions_table(measured: Sequence[RobustnessRow]) -> Table:
    """The robustness table for people."""
    table = Table(title="accuracy on worsened faces, mild to severe", show_header=False)
    for name, rows in groupby(measured, key=lambda row: row.corruption):
        table.add_row(name, *(f"{row.accuracy:.1%}\n[dim]{row.written}[/dim]" for row in rows))
    return table


def quarters_table(measured: Sequence[LightingRow]) -> Table:
    """The lighting table for people."""
    table = Table(title="accuracy by quarters of brightness and contrast, least to most", show_header=False)
    for name, rows in groupby(measured, key=lambda row: row.measure):
        cells = (f"{row.accuracy:.1%}\n[dim]{row.low:.0f} to {row.high:.0f}[/dim]" for row in rows)
        table.add_row(name, *cells)
    return table
