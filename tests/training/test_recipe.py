from __future__ import annotations

import pytest

pytest.importorskip("torch")

from mien.errors import UnknownName
from mien.labels import EKMAN7, FERPLUS8, FIVE
from mien.models import list_models
from mien.models.preparation import PREPARATIONS
from mien.networks import NETWORKS
from mien.training.losses import LOSSES
from mien.training.recipe import Recipe, describe_recipe, restore_recipe
from mien.training.recipes import RECIPES, get_recipe
from mien.training.targets import VOTE_TARGETS
from mien.views.protocol.data import FACE


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda r: r.name)
def test_recipes_fit_together(recipe: Recipe) -> None:
    assert recipe.network in NETWORKS
    assert recipe.preparation in PREPARATIONS
    assert recipe.crop <= (FACE if recipe.name == "views" else 48)  # what the pose protocol cuts is larger
    assert recipe.size_at(recipe.epochs - 1) == recipe.crop  # it ends at the size at which it is used
    for objective in recipe.objectives:
        assert objective.loss in LOSSES
        assert objective.votes is None or (objective.votes in VOTE_TARGETS and objective.label_set == "ferplus8")
    assert restore_recipe(describe_recipe(recipe)) == recipe
    assert sum(recipe == other for other in RECIPES.values()) == 1


def test_only_recipes_that_say_so_pick_on_the_test_set() -> None:
    for recipe in RECIPES.values():
        picks = recipe.selection == "best" and "private" in recipe.validation
        assert picks == recipe.name.endswith("-published")


def test_recipes_with_a_teacher_say_so() -> None:
    """What is published had none, and what a teacher softens is not smoothed as well."""
    shipped = {card.name for card in list_models()}
    for recipe in RECIPES.values():
        assert bool(recipe.teacher) == ("taught" in recipe.description), recipe.name
        if recipe.teacher:
            assert recipe.teacher in shipped
            assert not any(objective.label_smoothing for objective in recipe.objectives), recipe.name
    taught = {name for name, recipe in RECIPES.items() if recipe.teacher and name.endswith("-short")}
    kernels = {f"kernel-{size}-short" for size in ("small", "medium", "large")}
    assert taught == {"alexnet-lite-short", "five-class-short"} | kernels


def test_a_recipe_fits_other_data() -> None:
    recipe = get_recipe("resnet18")
    assert recipe.fitted_to((EKMAN7,)) is recipe
    assert get_recipe("five-class-short").fitted_to((EKMAN7,)).classes == (5,)  # mapped
    assert recipe.fitted_to((FIVE,)).label_sets == (FIVE,)
    assert recipe.fitted_to((FERPLUS8,)).label_sets == (FERPLUS8,)  # not seven, though eight can be mapped to them
    assert get_recipe("mien").fitted_to((FERPLUS8,)).label_sets == (EKMAN7, FERPLUS8)
    assert get_recipe("mien").fitted_to((FIVE,)).label_sets == (FIVE,)


@pytest.mark.parametrize("name", ["vgg19-ckplus", "resnet18-ckplus"])
def test_the_schedule_of_ck_plus(name: str) -> None:
    """Wu Jie's script: 0.01 * 0.8^(e - 20) after epoch 20, of 60."""
    recipe = get_recipe(name)
    rates = [recipe.optimizer.learning_rate * recipe.schedule.factor(e, recipe.epochs, []) for e in (0, 20, 21, 30, 59)]
    assert rates == pytest.approx([0.01, 0.01, 0.008, 0.01 * 0.8**10, 0.01 * 0.8**39])
    assert (recipe.epochs, recipe.batch_size) == (60, 32)


def test_fine_tuning_on_sfew() -> None:
    """Kim et al. 2016: 0.004, 0.002, 0.001 and 0.0005 for 25 epochs each, from the weights of the same network."""
    for name in ("kernel-small-3072", "kernel-large-512-equalise"):
        before, after = get_recipe(name), get_recipe(f"{name}-sfew")
        rates = [
            after.optimizer.learning_rate * after.schedule.factor(e, after.epochs, []) for e in (0, 24, 25, 50, 75)
        ]
        assert rates == pytest.approx([0.004, 0.004, 0.002, 0.001, 0.0005])
        assert after.epochs == 100
        assert before.starts_like(after)
        assert before.preparation == after.preparation


def test_progressive_sizes() -> None:
    recipe = get_recipe("mien")
    assert [recipe.size_at(epoch) for epoch in (0, 23, 24, 47)] == [32, 32, 44, 44]


def test_unknown_recipe() -> None:
    with pytest.raises(UnknownName, match="no recipe is named 'maine'; did you mean 'mien'"):
        get_recipe("maine")
