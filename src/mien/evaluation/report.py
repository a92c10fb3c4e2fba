"""The report of one evaluation: a folder with the figures as JSON, the plots, and a page that holds everything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from mien.evaluation.lighting import LightingRow
from mien.evaluation.plots import confusion_figure, plot_confusion, plot_reliability, reliability_figure
from mien.evaluation.protocol import Evaluation
from mien.evaluation.robustness import CORRUPTIONS, RobustnessRow
from mien.page import bar, face, label, page, picture, protocol, section, table, tiles

MISTAKES = 24
"""Pictures among the most confident mistakes."""

PAIRS, EXAMPLES = 6, 8
"""Pairs of classes that are confused most, and pictures of each."""

_PRIVATE = (
    "This page holds pictures of people from the data set that was measured. It is for private use: do not publish it"
    " unless the licence of the data and the people shown allow it."
)


def write_report(
    folder: Path,
    title: str,
    result: Evaluation,
    images: npt.NDArray[np.uint8],
    figures: Mapping[str, Any],
    settings: Mapping[str, str],
    lighting: Sequence[LightingRow] = (),
    robustness: Sequence[RobustnessRow] = (),
) -> Path:
    """Write ``index.html``, a page that needs no other file, and ``figures.json`` and the plots for other uses.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; older files of these names are replaced.
    title : str
        What was measured on what.
    result : Evaluation
        The answers.
    images : ndarray of uint8, shape (m, h, w)
        The faces of the data set, which the rows of the result count.
    figures : mapping
        What goes into ``figures.json``.
    settings : mapping from str to str
        The protocol, for people: model, data, split, command and so on.
    lighting : sequence of LightingRow
        As `mien.evaluation.lighting.lighting_table` gives them; left out if empty.
    robustness : sequence of RobustnessRow
        As `mien.evaluation.robustness.robustness_table` gives them; left out if empty.

    Returns
    -------
    Path
        Of the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    confusion = np.array(result.figures["confusion"])
    correct = result.predicted == result.truth
    plot_confusion(confusion, result.label_set, folder / "confusion.png")
    plot_reliability(result.confidence, correct, folder / "reliability.png")
    sections = [
        _headline(result),
        _classes(result),
        section(
            "Confusion and calibration",
            "The matrix shows how the faces of each true class were read, the diagram how often the model was right"
            " when it was how sure: on the diagonal, its confidence means what it says.",
            '<div class="plots">',
            _plot(confusion_figure(confusion, result.label_set), "confusion matrix"),
            _plot(reliability_figure(result.confidence, correct), "reliability diagram"),
            "</div>",
        ),
        *([_lighting(lighting)] if lighting else []),
        *([_robustness(result, images, robustness)] if robustness else []),
        _mistakes(result, images),
        _pairs(result, images),
        section("Protocol", "", protocol(settings.items())),
    ]
    lead = f"{len(result.truth):,} faces, {len(result.label_set)} classes ({result.label_set.name})"
    path = folder / "index.html"
    path.write_text(page(title, lead, sections, _PRIVATE, kind="evaluation report"), encoding="utf-8")
    return path


def _headline(result: Evaluation) -> str:
    figures = result.figures

    def interval(name: str) -> str:
        low, high = figures["intervals"][name]
        return f"{100 * low:.1f} to {high:.1%}"

    shown = [
        ("Accuracy", f"{figures['accuracy']:.1%}", interval("accuracy")),
        ("Balanced accuracy", f"{figures['balanced_accuracy']:.1%}", interval("balanced_accuracy")),
        ("Macro F1", f"{figures['macro_f1']:.1%}", "mean of the classes"),
        ("Calibration error", f"{figures['ece']:.1%}", "ECE, 15 bins; 0 is best"),
    ]
    text = "The ranges are 95% bootstrap intervals: where the figure would likely be on other such faces."
    if "accuracy_without_near_duplicates" in figures:
        text += " Near-duplicates are pictures that the training split has too."
        note = f"{figures['near_duplicates']:,} faces left out"
        shown.insert(1, ("Without near-duplicates", f"{figures['accuracy_without_near_duplicates']:.1%}", note))
    return section("Headline figures", text, tiles(shown))


def _classes(result: Evaluation) -> str:
    confusion = np.array(result.figures["confusion"])
    others = confusion - np.diag(np.diag(confusion))
    rows = []
    for i, (name, row) in enumerate(result.figures["per_class"].items()):
        taken = int(others[i].argmax())
        share = others[i, taken] / max(row["n"], 1)
        mostly = f'{label(result.label_set.labels[taken])} <span class="dim">{share:.0%}</span>' if share else ""
        numbers = (f"<td>{row[key]:.1%}</td>" for key in ("recall", "precision", "f1"))
        rows.append(
            (
                f'<th scope="row">{label(name)}</th>',
                f'<td class="bar">{bar(row["recall"])}</td>',
                *numbers,
                f"<td>{row['n']:,}</td>",
                f"<td>{mostly}</td>",
            )
        )
    return section(
        "Classes",
        "Recall is how many faces of a class were found, precision how many of those read as it were it.",
        table(("class", "", "recall", "precision", "F1", "faces", "else mostly read as"), rows, "classes"),
    )


def _lighting(measured: Sequence[LightingRow]) -> str:
    rows = [
        (
            f'<th scope="row">{row.measure}</th>' if row.quarter == 1 else "<td></td>",
            f"<td>{row.low:.0f} to {row.high:.0f}</td>",
            f'<td class="bar">{bar(row.accuracy)}</td>',
            f"<td>{row.accuracy:.1%}</td>",
            f"<td>{row.interval[0]:.1%} to {row.interval[1]:.1%}</td>",
            f"<td>{row.n:,}</td>",
        )
        for row in measured
    ]
    return section(
        "Light",
        "Accuracy by quarters of the faces, from the darkest and flattest on: mean and standard deviation of their grey"
        " levels, 0 to 255. It is a proxy for lighting and skin tone where nobody noted these, and no more.",
        table(("sorted by", "grey levels", "", "accuracy", "95 % interval", "faces"), rows),
    )


def _robustness(result: Evaluation, images: npt.NDArray[np.uint8], measured: Sequence[RobustnessRow]) -> str:
    # One face that the model reads well shows what each severity does to a picture.
    surest = int(np.where(result.predicted == result.truth, result.confidence, -1).argmax())
    example = images[result.rows[surest : surest + 1]]
    untouched = measured[0].accuracy
    rows = []
    for corruption in CORRUPTIONS:
        cells = [f'<th scope="row">{escape(corruption.name)}</th>']
        for row in measured:
            if row.corruption == corruption.name:
                worse = corruption.apply(example, row.severity, np.random.default_rng(0))[0]
                change = 100 * (row.accuracy - untouched)
                cells.append(
                    f'<td><div class="level">{_thumbnail(worse, f"{row.corruption}, {row.written}")}'
                    f'<div><b>{row.accuracy:.1%}</b><small class="{"drop" if change < 0 else ""}">{change:+.1f}</small>'
                    f"<br><small>{escape(row.written)}</small></div></div></td>"
                )
        rows.append(cells)
    severities = max(len(corruption.severities) for corruption in CORRUPTIONS)
    headings = ["corruption", "mild", *[""] * (severities - 2), "severe"]
    return section(
        "Robustness",
        f"Accuracy on the same faces made worse on purpose, and the difference in points to {untouched:.1%} as they"
        " are. The small picture shows what each step does to one of them.",
        table(headings, rows, "levels"),
    )


def _mistakes(result: Evaluation, images: npt.NDArray[np.uint8]) -> str:
    wrong = np.flatnonzero(result.predicted != result.truth)
    surest = wrong[np.argsort(-result.confidence[wrong], kind="stable")][:MISTAKES]
    names = result.label_set.labels
    shown = []
    for i in surest:
        truth, predicted = names[result.truth[i]], names[result.predicted[i]]
        image = _thumbnail(images[result.rows[i]], f"{truth}, read as {predicted}")
        shown.append(
            face(
                image,
                f"<b>{label(predicted)}</b>{result.confidence[i]:.0%} sure<br>true: {escape(truth)}<br>"
                f'<span class="dim">row {result.rows[i]:,}</span>',
            )
        )
    text = (
        "Where the model was surest and the data set says otherwise. Look here first for wrong labels. The row is the"
        " picture's place in the split, from 0."
        if shown
        else "There are none."
    )
    return section("Most confident mistakes", text, f'<div class="faces">{"".join(shown)}</div>')


def _pairs(result: Evaluation, images: npt.NDArray[np.uint8]) -> str:
    names = result.label_set.labels
    shown = []
    for truth, predicted, count in _confused(np.array(result.figures["confusion"])):
        cell = np.flatnonzero((result.truth == truth) & (result.predicted == predicted))
        surest = cell[np.argsort(-result.confidence[cell], kind="stable")][:EXAMPLES]
        description = f"{names[truth]}, read as {names[predicted]}"
        strip = "".join(
            face(_thumbnail(images[result.rows[i]], description), f"{result.confidence[i]:.0%}") for i in surest
        )
        total = result.figures["per_class"][names[truth]]["n"]
        shown.append(
            f'<div class="pair card"><div><h3>{label(names[truth])}</h3><h3>→ {label(names[predicted])}</h3>'
            f"<p>{count:,} of {total:,} faces, {count / total:.1%}</p></div>"
            f'<div class="strip">{strip}</div></div>'
        )
    text = "The true class and what it is read as, with the faces on which the model was surest."
    return section("Most confused pairs", text if shown else "There are none.", *shown)


def _confused(confusion: npt.NDArray[np.integer]) -> Iterator[tuple[int, int, int]]:
    """The pairs of classes, true and predicted, that are confused most often, with their count."""
    off = confusion - np.diag(np.diag(confusion))
    for cell in np.argsort(-off, axis=None, kind="stable")[:PAIRS]:
        truth, predicted = divmod(int(cell), len(off))
        if off[truth, predicted]:
            yield truth, predicted, int(off[truth, predicted])


def _plot(figure: Figure, description: str) -> str:
    buffer = BytesIO()
    figure.savefig(buffer, dpi=160, format="png")
    return f'<figure class="plot card">{picture(buffer.getvalue(), description)}</figure>'


def _thumbnail(image: npt.NDArray[np.uint8], description: str) -> str:
    _, data = cv2.imencode(".png", image)
    return picture(data.tobytes(), description)
