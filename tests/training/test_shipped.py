"""A training goes on from a finished model, whose file holds no batch normalisation any more."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from mien.align import crop_views  # noqa: E402
from mien.cli.app import app  # noqa: E402
from mien.datasets import FaceData  # noqa: E402
from mien.errors import InputError, ModelError  # noqa: E402
from mien.labels import EKMAN7  # noqa: E402
from mien.models import load_model  # noqa: E402
from mien.models.paths import find_card  # noqa: E402
from mien.networks import make_network  # noqa: E402
from mien.training.beginning import Beginning  # noqa: E402
from mien.training.export import write_model  # noqa: E402
from mien.training.recipe import describe_recipe  # noqa: E402
from mien.training.recipes import get_recipe  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.training.shipped import load_shipped  # noqa: E402

TINY = get_recipe("mien-tiny")


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    """Forty smooth pictures, dark and bright."""
    chance = np.random.default_rng(0)
    coarse = chance.integers(0, 256, (40, 6, 6), dtype=np.uint8)
    return coarse.repeat(8, 1).repeat(8, 2)


def shipped(images: np.ndarray, recipe=TINY) -> torch.nn.Module:
    network = make_network("mien-tiny", recipe.classes)
    network.load_state_dict(load_shipped(find_card("mien-tiny"), recipe, images))
    return network


def seen(images: np.ndarray, recipe=TINY) -> torch.Tensor:
    crops = torch.from_numpy(crop_views(images, recipe.crop, 1, recipe.views))
    return (crops.float() / 255 - recipe.mean) / recipe.std


def test_it_says_what_the_model_says(images: np.ndarray) -> None:
    """ONNX Runtime is asked for the yardstick."""
    network, model = shipped(images).eval(), load_model("mien-tiny")
    with torch.no_grad():
        logits = network(seen(images))
    for of, name in zip(logits, ("ekman7", "ferplus8"), strict=True):
        np.testing.assert_allclose(of.numpy(), model.logits(images, name), atol=2e-3)


def test_a_deeper_network_says_what_the_model_says(images: np.ndarray) -> None:
    recipe, model = get_recipe("mien-large"), load_model("mien")
    network = make_network(recipe.network, recipe.classes).eval()
    network.load_state_dict(load_shipped(find_card("mien"), recipe, images))
    with torch.no_grad():
        logits = network(seen(images, recipe))
    for of, name in zip(logits, ("ekman7", "ferplus8"), strict=True):
        np.testing.assert_allclose(of.numpy(), model.logits(images, name), atol=2e-3)


def test_its_statistics_are_those_of_the_faces(images: np.ndarray) -> None:
    """So a batch of these very faces, which brings its own, changes nothing."""
    network = shipped(images)
    with torch.no_grad():
        usual, own = (network.train(training)(seen(images))[0] for training in (False, True))
    assert usual.std() > 0.5
    np.testing.assert_allclose(own.numpy(), usual.numpy(), atol=2e-3)


@pytest.mark.parametrize("name", ["mini-xception", "atulapra", "kernel-small-512"])
def test_models_of_other_recipes(name: str, images: np.ndarray, tmp_path: Path) -> None:
    """With normalisations, with none, and with dense layers."""
    torch.manual_seed(0)
    recipe = get_recipe(name)
    network = make_network(recipe.network, recipe.classes)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point() and tensor.ndim == 1:
            tensor.uniform_(0.5, 1.5)
    run = Run(tmp_path / "run")
    run.start({"recipe": describe_recipe(recipe), "data": "fer2013:x", "seed": 0})
    run.save_weights([], network.state_dict())
    data = FaceData(images, np.zeros(len(images), np.int64), EKMAN7)
    again = make_network(recipe.network, recipe.classes)
    again.load_state_dict(load_shipped(write_model(run, data, tmp_path), recipe, images))
    with torch.no_grad():
        one, other = (of.eval()(seen(images, recipe))[0] for of in (network, again))
    np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-3, atol=1e-3)


def test_a_card_whose_file_is_missing(images: np.ndarray, tmp_path: Path) -> None:
    card = Path(shutil.copy(find_card("mien-tiny"), tmp_path))
    with pytest.raises(ModelError, match=r"mien-tiny\.onnx: no such file"):
        load_shipped(card, TINY, images)


def test_a_training_that_begins_with_a_model(images: np.ndarray, tmp_path: Path) -> None:
    """After one small step it is still near; what trains it again names the model."""
    rows = [
        f"{n % 7},{' '.join(map(str, image.ravel()))},{use}"
        for use in ("Training", "PublicTest")
        for n, image in enumerate(images)
    ]
    (tmp_path / "f.csv").write_text("\n".join(["emotion,pixels,Usage", *rows]))
    spec, out = f"fer2013:{tmp_path / 'f.csv'}", tmp_path / "run"
    arguments = ["train", "--recipe", "mien-turned", "--data", spec, "--start", "mien", "--epochs", "1"]
    done = CliRunner().invoke(app, [*arguments, "--out", str(out)])
    assert done.exit_code == 0, done.output
    before = load_shipped(find_card("mien"), get_recipe("mien-turned"), images)["blocks.1.conv1.weight"]
    after = Run(out).load_weights()["blocks.1.conv1.weight"]
    assert not torch.equal(before, after)
    assert torch.corrcoef(torch.stack([before.flatten(), after.flatten()]))[0, 1] > 0.999
    assert Run(out).command == (
        "mien train --recipe mien-turned --epochs 1 --seed 0 --data fer2013:PATH --start mien --out RUN"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mien", "its network is not that of recipe mien-tiny, or says other things"),
        ("mien-tiny-int8", r"a training cannot go on from this model, whose file lacks blocks\.0\.conv1"),
        ("mien-committee", "this model was not trained by a recipe"),
        ("runs/nowhere", "runs/nowhere: neither the folder of a run nor a model"),
    ],
)
def test_what_cannot_be_begun_with(name: str, reason: str, images: np.ndarray) -> None:
    with pytest.raises(InputError, match=reason):
        Beginning.of(name, TINY, images)
