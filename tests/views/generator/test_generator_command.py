"""The command that trains the generator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from mien.cli.app import app
from mien.errors import InputError
from mien.views.generator import recipes


@pytest.fixture
def small_recipe(monkeypatch: pytest.MonkeyPatch) -> str:
    recipe = recipes.GeneratorRecipe("two-pathway-gan-toy", "", side=16, base=2, epochs=5, batch_size=8)
    monkeypatch.setitem(recipes.GENERATOR_RECIPES, recipe.name, recipe)
    return recipe.name


def test_from_views_to_sheets(make_views: Callable[..., Path], tmp_path: Path, small_recipe: str) -> None:
    out = tmp_path / "run"
    arguments = ["train", "--recipe", small_recipe, "--data", f"views:{make_views()}", "--out", str(out)]
    done = CliRunner().invoke(app, [*arguments, "--epochs", "1"])
    assert done.exit_code == 0, done.output
    assert "sample sheets" in done.output
    assert (out / "samples" / "epoch-0001.png").exists()
    assert isinstance(CliRunner().invoke(app, arguments).exception, InputError)  # five epochs are another recipe


def test_other_data(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["train", "--recipe", "two-pathway-gan-64", "--data", f"fer2013:{tmp_path}", "--out", str(tmp_path / "o")]
    )
    assert isinstance(done.exception, InputError)
    assert "views:DIR" in str(done.exception)
    assert not (tmp_path / "o").exists()
