"""The command that measures a generator, on a toy that was trained."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
pytest.importorskip("pyarrow")

from mien.cli.views_measure import measure  # noqa: E402
from mien.errors import InputError  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.views.dataset import SETTINGS_FILE  # noqa: E402
from mien.views.generator.pairs import read_recordings  # noqa: E402
from mien.views.generator.trained import TrainedGenerator  # noqa: E402
from moving_squares import SIZE, VIEWS  # noqa: E402

app = typer.Typer()
app.command()(measure)


def run(*arguments: object) -> Exception | str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exception if isinstance(done.exception, Exception) else done.output


@pytest.fixture
def folder(make_views: Callable[..., Path]) -> Path:
    return make_views(people=4)


def test_from_a_run_to_a_table(generator_run: Path, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "measures"
    output = run(generator_run, "--data", f"views:{folder}", "--out", out)
    assert "identity by chance 100.0%" in " ".join(str(output).split())  # one person is held out
    assert "note: it learnt from views:made-up" in str(output)
    numbers = json.loads((out / "measures.json").read_text())
    assert [row["yaw"] for row in numbers["views"]] == list(VIEWS)
    assert (numbers["people_learnt"], numbers["people_held_out"], numbers["epochs"]) == (3, 1, 10)
    for row in numbers["views"]:
        # As worked out in test_squares_that_are_not_turned.
        assert row["l1_untouched"] == pytest.approx((125 + (255 + 195) / 2 + 255) / 3 / 2)
        assert row["l1_mean_picture"] == pytest.approx(80 / 3 * 12 / 16)
    generator = TrainedGenerator.load(Run(generator_run))
    images = read_recordings(folder, SIZE).split()[1].images.astype(int)
    for view, row in enumerate(numbers["views"]):
        turned = [
            generator.turn(images[:, source].astype(np.uint8), np.full(2, view))
            for source in range(3)
            if source != view
        ]
        assert row["l1"] == pytest.approx(np.mean([np.abs(t - images[:, view]).mean() for t in turned]))
    lines = (out / "measures.md").read_text().splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("|")] == [
        *("view", "--:"),
        *("-45", "+0", "+45", "mean"),
    ]
    starred = [line for line in lines if line.startswith("| ") and "*" in line]
    assert len(starred) == sum(
        row["l1"] >= min(row["l1_untouched"], row["l1_mean_picture"]) for row in [*numbers["views"], numbers["mean"]]
    )


def test_a_trained_generator_is_its_networks(generator_run: Path, folder: Path) -> None:
    """Batches of 64 and one by one; read views are the encoder's most probable."""
    generator = TrainedGenerator.load(Run(generator_run))
    pictures = read_recordings(folder, SIZE).images.reshape(-1, SIZE, SIZE, 3).repeat(3, axis=0)
    views = np.arange(len(pictures)) % 3
    turned = generator.turn(pictures, views)
    assert len(pictures) == 72
    for n in (0, 63, 64, 71):
        alone = generator.turn(pictures[n : n + 1], views[n : n + 1])[0]
        assert np.abs(turned[n].astype(int) - alone).max() <= 1
    assert np.array_equal(generator.read_views(pictures)[[0, 70]], generator.read_views(pictures[[0, 70]]))
    assert generator.views == VIEWS


def test_a_card_is_measured_like_its_run(generator_run: Path, generator: Path, folder: Path, tmp_path: Path) -> None:
    """The toy's card has no turns, so all is the generator's."""
    numbers = []
    for name in (generator_run, generator):
        run(name, "--data", f"views:{folder}", "--out", tmp_path / name.name)
        numbers.append(json.loads((tmp_path / name.name / "measures.json").read_text()))
    of_run, of_card = numbers
    assert (of_card["recipe"], of_card["epochs"]) == (of_run["recipe"], of_run["epochs"])
    for run_row, card_row in zip(of_run["views"], of_card["views"], strict=True):
        assert card_row["l1"] == pytest.approx(run_row["l1"], abs=0.2)
        assert card_row["view"] == run_row["view"]
    assert "neither the folder of a run" in str(run(tmp_path / "none", "--data", f"views:{folder}", "--out", tmp_path))


def test_what_cannot_be_measured(generator_run: Path, folder: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    error = run(generator_run, "--data", f"fer2013:{folder}", *out)
    assert isinstance(error, InputError)
    assert "views:DIR" in str(error)
    assert isinstance(error := run(folder, "--data", f"views:{folder}", *out), InputError)
    assert "not a training run" in str(error)

    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text(
        json.dumps({"recipe": {"name": "mien", "network": "mien"}, "seed": 0, "data": "x:y"})
    )
    assert isinstance(error := run(other, "--data", f"views:{folder}", *out), InputError)
    assert "did not train a multi-view generator" in str(error)

    settings = json.loads((folder / SETTINGS_FILE).read_text())
    (folder / SETTINGS_FILE).write_text(json.dumps(settings | {"views": [-30, 0, 30]}))
    assert isinstance(error := run(generator_run, "--data", f"views:{folder}", *out), InputError)
    assert "not the views that the generator" in str(error)
    assert not (tmp_path / "out").exists()


def test_weights_of_another_recipe(generator_run: Path, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(generator_run, other)
    config = json.loads((other / "config.json").read_text())
    config["recipe"]["base"] = 4
    (other / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="the weights are not those of recipe toy"):
        TrainedGenerator.load(Run(other))


def test_where_nothing_can_be_written(generator_run: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = run(generator_run, "--data", f"views:{folder}", "--out", tmp_path / "file" / "out")
    assert isinstance(error, InputError)
    assert "cannot be written" in str(error)
