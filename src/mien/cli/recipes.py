"""``mien recipes``: what there is to train."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mien.errors import InputError, MissingExtra
from mien.views.generator.recipes import GENERATOR_RECIPES

VARIANTS = {
    "published": "its epoch picked on the test set, as its authors did",
    "short": "a schedule of our own that ends in hours on a CPU",
    "ckplus": "for CK+, with mien crossval",
    "isotropic": "the light of each face evened out first",
    "equalise": "the histogram of each face equalised first",
    "sfew": "fine-tuning on SFEW of what --start gives",
    "turned": "it goes on, with turned faces: --start MODEL --also views:VIEWS; then mien average",
    "single-path": "the reconstruction path alone",
    "perceptual": "it goes on, with a perceptual loss: --start RUN",
}
"""Ends of names, and what they mean: such recipes are told in the line of the recipe that they vary."""


def recipes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show everything about this one, as JSON.")] = None,
) -> None:
    """List the recipes that mien train knows."""
    if name is not None and "+" in name:
        raise InputError(f"{name} is a feature and a classifier: it has no recipe to show")
    try:
        from mien.training.recipe import describe_recipe
        from mien.training.recipes import RECIPES, get_recipe
    except ImportError:
        raise MissingExtra("training", "train") from None
    if name in GENERATOR_RECIPES:
        print(json.dumps(asdict(GENERATOR_RECIPES[name]), indent=2))
        return
    if name is not None:
        print(json.dumps(describe_recipe(get_recipe(name)), indent=2))
        return
    known = RECIPES | GENERATOR_RECIPES
    table = Table()
    table.add_column("recipe", no_wrap=True)
    table.add_column("what it is")
    table.add_column("labels")
    table.add_column("epochs", justify="right")
    for base, ends in fold_variants(known).items():
        recipe = known[base]
        labels = ", ".join(s.name for s in RECIPES[base].label_sets) if base in RECIPES else "views"
        # How long a variant takes is told where it differs.
        others = [
            end + ("" if known[base + end].epochs == recipe.epochs else f" ({known[base + end].epochs})")
            for end in ends
        ]
        about = recipe.description + (f"\nalso {', '.join(others)}" if others else "")
        table.add_row(base, about, labels, f"{recipe.epochs:,}")
    console = Console()
    console.print(table)
    for end, meaning in VARIANTS.items():
        console.print(f"NAME-{end}: {meaning}", soft_wrap=True, highlight=False)
    console.print(classic_names(), soft_wrap=True, highlight=False)


def classic_names() -> str:
    """What can stand on either side of the plus."""
    try:
        from mien.classifiers import CLASSIFIERS
        from mien.features import FEATURES
    except MissingExtra as error:
        return f"A feature and a classifier, hog+svm, are a recipe too: {error}"
    return (
        "Any feature with any classifier is a recipe too, for example hog+svm.\n"
        f"features: {', '.join(FEATURES)}\nclassifiers: {', '.join(CLASSIFIERS)}"
    )


def fold_variants(names: Iterable[str]) -> dict[str, list[str]]:
    """Each recipe that varies no other, with the ends of the names of those that vary it."""
    names = list(names)
    folded: dict[str, list[str]] = {}
    for name in names:
        base = name
        while end := next((end for end in VARIANTS if base.endswith(f"-{end}")), ""):
            base = base.removesuffix(f"-{end}")
        if base in names and base != name:
            folded.setdefault(base, []).append(name.removeprefix(base))
        else:
            folded.setdefault(name, [])
    return folded
