"""A generator's training that begins with the weights of another."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from mien.cli.app import app  # noqa: E402
from mien.errors import InputError, ModelError  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.turning import read_generator  # noqa: E402
from mien.views.generator import recipes  # noqa: E402
from mien.views.generator.beginning import begin_with  # noqa: E402
from mien.views.generator.networks import Networks, Shape, one_hot  # noqa: E402
from mien.views.generator.pairs import Recordings, read_recordings, to_network  # noqa: E402
from mien.views.generator.trained import TrainedGenerator  # noqa: E402
from moving_squares import SIZE, VIEWS  # noqa: E402

TOY = recipes.GeneratorRecipe("toy", "", SIZE, base=8, epochs=1, batch_size=8)


@pytest.fixture
def recordings(make_views: Callable[..., Path]) -> Recordings:
    return read_recordings(make_views(4), SIZE)


def begun(name: Path, recordings: Recordings) -> Networks:
    networks = Networks(Shape(len(VIEWS), SIZE, 8))
    networks.load_state_dict(begin_with(str(name), TOY, recordings).weights)
    return networks.eval()


def test_from_a_card_it_makes_what_the_run_makes(generator_run: Path, generator: Path, recordings: Recordings) -> None:
    """The files lack normalisations, and say equal biases once."""
    networks, run = begun(generator, recordings), TrainedGenerator.load(Run(generator_run))
    pictures, views = recordings.images[:, 0], np.arange(len(recordings.images)) % len(VIEWS)
    with torch.no_grad():
        _, z = networks.encoder(to_network(torch.from_numpy(pictures)))
        made = networks.generator(one_hot(torch.from_numpy(views), networks.shape), z)
    expected = to_network(torch.from_numpy(run.turn(pictures, views)))
    assert expected.std() > 0.1
    np.testing.assert_allclose(made.numpy(), expected.numpy(), atol=0.01)


def test_from_a_card_its_normalisations_know_the_pictures(generator: Path, recordings: Recordings) -> None:
    """So a batch of these very pictures, which brings its own statistics, changes little."""
    networks = begun(generator, recordings)
    norms = [norm for name, norm in networks.generator.named_modules() if name.endswith("residual.4")]
    assert len(norms) == 2
    seen = []
    hooks = [norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0])) for norm in norms]
    with torch.no_grad():
        views, z = networks.encoder(to_network(torch.from_numpy(recordings.images).flatten(0, 1)))
        networks.generator(one_hot(views.argmax(1), networks.shape), z)
    for hook in hooks:
        hook.remove()
    for norm, x in zip(norms, seen, strict=True):
        np.testing.assert_allclose(norm.running_mean.numpy(), x.mean((0, 2, 3)).numpy(), atol=1e-4)
        np.testing.assert_allclose(norm.running_var.numpy(), x.var((0, 2, 3), correction=0).numpy(), rtol=1e-3)


def test_from_a_run_all_weights_are_its_own(generator_run: Path, recordings: Recordings) -> None:
    weights = Run(generator_run).load_weights()
    beginning = begin_with(str(generator_run), TOY, recordings)
    assert beginning.source == "mien train --recipe toy --epochs 10 --seed 0 --data views:DIR --out RUN"
    assert beginning.weights.keys() == weights.keys()
    assert all(torch.equal(tensor, weights[name]) for name, tensor in beginning.weights.items())


@pytest.mark.parametrize("kind", ["run", "card"])
def test_other_networks(generator_run: Path, generator: Path, recordings: Recordings, kind: str) -> None:
    name = str({"run": generator_run, "card": generator}[kind])
    for recipe in (replace(TOY, base=4), replace(TOY, rim=0.2)):
        with pytest.raises(InputError, match="are not those of recipe toy here") as refused:
            begin_with(name, recipe, recordings)
        assert str(refused.value).startswith(name)


def test_a_card_whose_file_is_missing_or_another(generator: Path, recordings: Recordings, tmp_path: Path) -> None:
    card = Path(shutil.copytree(generator.parent, tmp_path / "copy")) / generator.name
    with card.with_name("toy-decoder.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"toy-decoder\.onnx: .*sha256 differs"):
        begin_with(str(card), TOY, recordings)
    card.with_name("toy-encoder.onnx").unlink()
    with pytest.raises(ModelError, match=r"toy-encoder\.onnx: no such file"):
        begin_with(str(card), TOY, recordings)


def test_the_command(
    generator: Path, make_views: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one epoch it is still near; what trains it again is two commands."""
    monkeypatch.setitem(recipes.GENERATOR_RECIPES, "toy", replace(TOY, learning_rate=1e-5))
    views, out = make_views(4), tmp_path / "run"
    before = begin_with(str(generator), TOY, read_recordings(views, SIZE)).weights["encoder.z.weight"]
    arguments = ["train", "--recipe", "toy", "--data", f"views:{views}", "--out", str(out)]
    done = CliRunner().invoke(app, [*arguments, "--start", str(generator)])
    assert done.exit_code == 0, done.output
    after = Run(out).load_weights()["encoder.z.weight"]
    assert not torch.equal(before, after)
    assert (before - after).abs().max() < 0.01
    refused = CliRunner().invoke(app, arguments).exception
    assert isinstance(refused, InputError)
    assert "another start" in str(refused)
    done = CliRunner().invoke(app, ["export", str(out), "--out", str(tmp_path / "exported")])
    assert done.exit_code == 0, done.output
    assert read_generator(tmp_path / "exported" / "toy.json").training["command"] == (
        "mien train --recipe toy --epochs 10 --seed 0 --data views:DIR --out RUN; "
        "mien train --recipe toy --epochs 1 --seed 0 --data views:DIR --start RUN --out RUN2"
    )


def test_what_is_no_generator(recordings: Recordings) -> None:
    with pytest.raises(InputError, match="nowhere: neither the folder of a run, nor a generator's card"):
        begin_with("nowhere", TOY, recordings)
