"""``mien recipes``: what there is to train."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mien.errors import MissingExtra
from mien.views.generator.recipes import GENERATOR_RECIPES


def recipes(name: Annotated[str | None, typer.Argument(help="Show all of this one, as JSON.")] = None) -> None:
    """List the recipes that mien train knows."""
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
    table = Table(caption="any feature with any classifier is a recipe too, for example hog+svm")
    table.add_column("recipe", no_wrap=True)
    table.add_column("what it is")
    table.add_column("labels")
    table.add_column("epochs", justify="right")
    for recipe in RECIPES.values():
        labels = ", ".join(label_set.name for label_set in recipe.label_sets)
        table.add_row(recipe.name, recipe.description, labels, f"{recipe.epochs:,}")
    for generator in GENERATOR_RECIPES.values():
        table.add_row(generator.name, generator.description, "views", f"{generator.epochs:,}")
    Console().print(table)
