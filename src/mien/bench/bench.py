"""Train what fits into a budget of time, then measure all alike. What is done stays done for the next call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from mien.bench.systems import System
from mien.bench.table import Row, measure
from mien.datasets.parts import Parts
from mien.errors import InputError

COMMITTEE = "committee"


def bench(
    systems: Sequence[System],
    data: Parts,
    folder: Path,
    minutes: float,
    report: Callable[[str], None],
    row_done: Callable[[Row], None],
) -> list[Row]:
    """Put systems side by side.

    Parameters
    ----------
    systems : sequence of System
        In the order in which they are trained.
    data : Parts
        What they learn from and are measured on.
    folder : Path
        Each system has its own folder in it, with its run and its model; a later call goes on from there.
    minutes : float
        Time for all trainings. What is left is shared out evenly among the networks still to come; a pair of feature
        and classifier is begun if any is left, and takes what it takes. Measuring comes on top.
    report, row_done : callable
        Told what is being done, and of each finished row.

    Returns
    -------
    list of Row
        Of all systems that have a model. The last is a committee of the networks that read the data's own labels, if
        there are several.
    """
    left = 60 * minutes
    rows: list[Row] = []
    cards: list[Path] = []
    for number, system in enumerate(systems):
        place = folder / system.name
        begun = [place / f"{system.name}.json", place / "weights.npz"]
        if left <= 0 and system.kind != "shipped" and not any(file.exists() for file in begun):
            report(f"{system.name}: no time left")
            continue
        if left > 0:
            networks = sum(other.kind == "network" for other in systems[number:])
            started = time.monotonic()
            system.train(place, data, started + left / max(networks, 1), report)
            left -= time.monotonic() - started
        card = system.card(place, data, report)
        rows.append(_row(system.name, system.kind, card, data, place, report))
        row_done(rows[-1])
        if system.kind == "network" and rows[-1].label_set == data.training.label_set.name:
            cards.append(card)
    if len(cards) > 1:
        rows.append(_committee(cards, data, folder / COMMITTEE, report))
        row_done(rows[-1])
    return rows


def _row(name: str, kind: str, card: Path, data: Parts, place: Path, report: Callable[[str], None]) -> Row:
    """The row of a card, timed once: the same card is not measured again on the same data."""
    from mien.models import checksum

    path = place / "row.json"
    key = {"card": checksum(card.read_bytes()), "data": f"{data.name} {data.split}, n {len(data.validation)}"}
    if path.exists():
        try:
            stored = json.loads(path.read_text())
            if key == {"card": stored.pop("card"), "data": stored.pop("data", "")}:
                return Row(**stored)
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}: damaged ({error}); remove it and it is measured again") from None
    report(f"{name}: timing")
    row = measure(name, kind, card, data)
    place.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(key | asdict(row), indent=2) + "\n")
    return row


def _committee(cards: Sequence[Path], data: Parts, place: Path, report: Callable[[str], None]) -> Row:
    from mien.evaluation.card_figures import calibrate, weigh
    from mien.models import form_committee

    report(f"{COMMITTEE} of {len(cards)}: weighing and measuring")
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{COMMITTEE}.json"
    form_committee(cards, path)
    weigh(path, data.validation)
    calibrate(path, data.validation, data.training, data=data.name, split=data.split)
    return _row(f"{COMMITTEE} of {len(cards)}", COMMITTEE, path, data, place, report)
