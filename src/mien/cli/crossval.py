"""``mien crossval``: a recipe's figures on a data set without official parts."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mien.cli.skipping import SkipBad, tell_skipped
from mien.errors import MissingExtra


class Protocol(StrEnum):
    """How the folds are made."""

    subjects = "subjects"
    loso = "loso"
    stratified = "stratified"
    ckplus = "ckplus"


def crossval(
    data: Annotated[
        str, typer.Option(metavar="NAME:PATH", help="For example ckplus:CKPLUS; all of its parts are used.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="A run a fold; a later call goes on there.")],
    recipe: Annotated[str, typer.Option(help="A recipe, or feature+classifier.")] = "mien",
    protocol: Annotated[
        Protocol,
        typer.Option(
            help="subjects: folds that share no person; loso: a fold a person; stratified: at random; "
            "ckplus: the published index folds of CK+48, which do share people."
        ),
    ] = Protocol.subjects,
    folds: Annotated[int, typer.Option(min=2, help="How many, for subjects and stratified.")] = 10,
    epochs: Annotated[int | None, typer.Option(min=1, help="Shorten or lengthen the recipe.")] = None,
    crops: Annotated[int, typer.Option(help="Views of each test face: 1, 2, 5 or 10.")] = 1,
    seed: Annotated[int, typer.Option(help="Source of chance.")] = 0,
    skip_bad: SkipBad = False,
) -> None:
    """Cross-validate a recipe; the answers of all folds are counted together."""
    from mien.cli.evaluate import figures_table
    from mien.datasets import ALL, read_data
    from mien.evaluation import folds as splitters

    console = Console()
    clips = landmarks = False
    if "+" in recipe:
        from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips, split_name

        plan = make_pipeline(*split_name(recipe))
        clips, landmarks = reads_clips(plan), learns_from_landmarks(plan)
    with Console(stderr=True).status("reading the data") as status:
        faces = read_data(data, ALL, skip_bad=skip_bad, clips=clips, landmarks=landmarks)
        tell_skipped(faces.skipped)
        if protocol is Protocol.subjects:
            parts = splitters.subject_folds(faces, folds, seed)
        elif protocol is Protocol.stratified:
            parts = splitters.stratified_folds(faces, folds, seed)
        else:
            parts = (splitters.leave_one_subject_out if protocol is Protocol.loso else splitters.ck_plus_folds)(faces)
        if "+" in recipe:
            from mien.classifiers.train import fit_classic_folds

            fit = fit_classic_folds(recipe, seed, status.update)
        else:
            try:
                import torch  # noqa: F401
            except ImportError:
                raise MissingExtra("training", "train") from None
            from mien.training.folds import fit_folds
            from mien.training.recipes import get_recipe

            settings = get_recipe(recipe).fitted_to(faces.label_sets)
            settings = settings if epochs is None else replace(settings, epochs=epochs)
            how = f"--protocol {protocol.value} --folds {folds} --epochs {settings.epochs} --seed {seed}"
            command = f"mien crossval --recipe {recipe} {how} --data {data.partition(':')[0]}:PATH --out DIR"
            fit = fit_folds(settings, data, out, command, crops, seed, status.update)
        result = splitters.cross_validate(fit, faces, parts)
    figures = {
        "model": recipe,
        "data": data.partition(":")[0],
        "split": f"{len(parts)} folds ({protocol.value})",
        "label_set": faces.label_set.name,
        "crops": crops,
        "skipped": faces.skipped,
        **result.figures,
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    console.print(figures_table(figures))
    console.print("folds: " + "  ".join(f"{accuracy:.1%}" for accuracy in figures["fold_accuracies"]))
