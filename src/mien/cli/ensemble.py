"""``mien ensemble``: several models as one."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import InputError


class Rule(StrEnum):
    """How the members of a committee come to one answer."""

    mean = "mean"
    weighted = "weighted"
    vote = "vote"
    median = "median"


def ensemble(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL", help="Names of models, or paths of cards; committees too.")
    ],
    out: Annotated[Path, typer.Option(metavar="CARD", help="The committee's card, for example committee.json.")],
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:PATH",
            help="Calibrate and measure on its validation split, for example fer2013:fer2013.csv.",
        ),
    ] = None,
    rule: Annotated[
        Rule,
        typer.Option(
            help="Mean of the probabilities, mean weighted by validation accuracy (needs --data), majority vote, or "
            "median."
        ),
    ] = Rule.mean,
    skip_bad: SkipBad = False,
) -> None:
    """Form a committee of models: a card that is a model like any other, and may be a member in its turn."""
    from mien.datasets import find_reader, read_data
    from mien.evaluation.card_figures import calibrate, weigh
    from mien.models import form_committee
    from mien.models.paths import find_card, name_card

    cards = [find_card(model) for model in models]
    if out.suffix != ".json":
        raise InputError(f"{out}: the name of a card must end in .json")
    if out.resolve() in [card.resolve() for card in cards]:
        raise InputError(f"{out}: a committee cannot take the place of its own member")
    weighted = rule is Rule.weighted
    fusion = Rule.mean.value if weighted else rule.value
    # As it would be said in the folder of the card.
    command = ["mien", "ensemble", *(name_card(card, out.parent) for card in cards), "--rule", rule.value]
    command += ["--out", out.name]
    if data is None:
        if weighted:
            raise InputError("weights come from validation accuracy: --rule weighted needs --data")
        out.parent.mkdir(parents=True, exist_ok=True)
        form_committee(cards, out, fusion, {"command": shlex.join(command)})
    else:
        reader, _ = find_reader(data)
        if len(reader.splits) < 2:
            raise InputError(f"{reader.name} has no official validation part to measure on")
        with Console(stderr=True).status("reading the data") as status:
            training, validation = (read_data(data, split, skip_bad=skip_bad) for split in reader.splits[:2])
            tell_skipped(training.skipped + validation.skipped)
            out.parent.mkdir(parents=True, exist_ok=True)
            command += ["--data", f"{reader.name}:PATH"]
            form_committee(cards, out, fusion, {"command": shlex.join(command)})
            if weighted:
                status.update("weighing the members")
                weigh(out, validation)
            status.update("calibrating and measuring")
            calibrate(out, validation, training, data=reader.name, split=reader.splits[1])
    Console().print(f"wrote {out}", soft_wrap=True, highlight=False)
