"""All recipes by name: this project's own, and one for each published system."""

from __future__ import annotations

from mien.errors import UnknownName
from mien.training.recipe import Recipe
from mien.training.recipes.own import OWN
from mien.training.recipes.published import PUBLISHED

RECIPES = {recipe.name: recipe for recipe in (*OWN, *PUBLISHED)}


def get_recipe(name: str) -> Recipe:
    """The recipe called `name`; raises `UnknownName`."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UnknownName("recipe", name, RECIPES) from None
