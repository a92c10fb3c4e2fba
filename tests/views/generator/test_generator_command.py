"""The command that trains the generator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from mien.cli.app import app
from mien.errors import DatasetError, InputError
from mien.training.run import Run
from mien.turning import read_generator
from mien.turning.turns import Turns, write_turns
from mien.views.dataset import TURNS_FILE
from mien.views.generator import recipes
from mien.views.generator.export import export_generator


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


def test_photos_beside_the_views(
    make_views: Callable[..., Path],
    tmp_path: Path,
    small_recipe: str,
    astronaut: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One labelled photo; the run and the exported card say what was learnt from."""
    recipe = replace(recipes.GENERATOR_RECIPES[small_recipe], photos=2, epochs=1)
    monkeypatch.setitem(recipes.GENERATOR_RECIPES, small_recipe, recipe)
    photos, views, out = tmp_path / "photos.csv", make_views(), tmp_path / "run"
    cv2.imwrite(str(tmp_path / "astronaut.png"), astronaut[..., ::-1])
    photos.write_text("path,label,split\nastronaut.png,happy,train\n")
    spec = f"csv:{photos}"
    arguments = ["train", "--recipe", small_recipe, "--data", f"views:{views}", "--also", spec, "--out", str(out)]
    refused = CliRunner().invoke(app, arguments).exception
    assert isinstance(refused, DatasetError)
    assert "turns.npz: no such file" in str(refused)
    assert not out.exists()
    places = np.zeros((3, 3, 16, 16, 2), np.float32)
    write_turns(Turns(places, np.ones(places.shape[:4], np.float32)), views / TURNS_FILE)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "and 1 photos" in done.output
    card = read_generator(export_generator(Run(out), tmp_path / "exported"))
    assert card.training["data"] == "rendered views, also csv"
    assert "--data views:DIR --also csv:PATH --out RUN" in card.training["command"]


def test_recipes_without_photos(make_views: Callable[..., Path], tmp_path: Path) -> None:
    arguments = ["--data", f"views:{make_views()}", "--also", "fer2013:x", "--out", str(tmp_path / "o")]
    refused = CliRunner().invoke(app, ["train", "--recipe", "two-pathway-gan", *arguments]).exception
    assert isinstance(refused, InputError)
    assert "two-pathway-gan learns from rendered views alone; leave out --also" in str(refused)


def test_other_data(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["train", "--recipe", "two-pathway-gan-64", "--data", f"fer2013:{tmp_path}", "--out", str(tmp_path / "o")]
    )
    assert isinstance(done.exception, InputError)
    assert "views:DIR" in str(done.exception)
    assert not (tmp_path / "o").exists()
