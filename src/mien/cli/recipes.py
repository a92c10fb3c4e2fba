"""``mien recipes``: what there is to train."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mien.errors import MissingExtra


def recipes(name: Annotated[str | None, typer.Argument(help="Show all of this one, as JSON.")] = None) -> None:
    """List the recipes that mien train knows."""
    try:
        from mien.training.recipe import describe_recipe
        from mien.training.recipes import RECIPES, get_recipe
    except ImportError:
        raise MissingExtra("training", "train") from None
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
    Console().print(table)
