"""Short trainings of the real recipe on a few faces."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.datasets import FaceData  # noqa: E402
from mien.errors import InputError, UnknownName  # noqa: E402
from mien.labels import EKMAN7, FERPLUS8  # noqa: E402
from mien.models import Model  # noqa: E402
from mien.networks import NETWORKS, make_network  # noqa: E402
from mien.training.export import count_macs, export, write_onnx  # noqa: E402
from mien.training.loop import learning_rate, train, training_step  # noqa: E402
from mien.training.preparation import make_targets  # noqa: E402
from mien.training.recipe import RECIPES, Recipe, get_recipe  # noqa: E402
from mien.training.run import Run, describe_recipe, load_tensors  # noqa: E402

SHORT = replace(get_recipe("mien"), epochs=2, batch_size=16, warmup_epochs=1)


def faces(n: int, seed: int = 0) -> FaceData:
    """Pictures whose class can be learnt: brighter with each."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 7, n)
    images = (labels[:, None, None] * 30 + rng.integers(0, 40, (n, 48, 48))).astype(np.uint8)
    votes = np.zeros((n, 10), np.uint8)
    votes[np.arange(n), labels] = 10
    return FaceData(images, labels, EKMAN7, votes)


class StoppedError(Exception):
    pass


def run_training(folder: Path, recipe: Recipe = SHORT, seed: int = 0, stop_after: int | None = None) -> Run:
    run = Run(folder)
    run.start({"recipe": describe_recipe(recipe), "data": "made:up", "seed": seed})

    def epoch_done(row: dict[str, float]) -> None:
        if row["epoch"] == stop_after:
            raise StoppedError

    with suppress(StoppedError):
        train(run, recipe, faces(64), faces(32, 1), seed, lambda *_: None, epoch_done)
    return run


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(a[name], b[name]) for name in a)


def test_same_seed_same_weights_also_when_interrupted(tmp_path: Path) -> None:
    whole = run_training(tmp_path / "whole")
    run_training(tmp_path / "halted", stop_after=1)
    resumed = run_training(tmp_path / "halted")
    assert [row["epoch"] for row in resumed.metrics] == [1, 2]
    assert same(whole.load_weights(), resumed.load_weights())
    assert not same(whole.load_weights(), run_training(tmp_path / "other", seed=1).load_weights())


def test_a_run_killed_while_it_saved_repeats_the_epoch(tmp_path: Path) -> None:
    run = run_training(tmp_path / "killed", stop_after=1)
    (run.folder / "state.npz").unlink()  # the state is written last, so a kill may leave the metrics alone
    resumed = run_training(tmp_path / "killed")
    assert [row["epoch"] for row in resumed.metrics] == [1, 2]
    assert same(resumed.load_weights(), run_training(tmp_path / "whole").load_weights())


def test_a_run_remembers_its_recipe(tmp_path: Path) -> None:
    run = run_training(tmp_path, stop_after=1)
    assert run.recipe == SHORT
    with pytest.raises(InputError, match="another recipe; give a new folder"):
        run_training(tmp_path, replace(SHORT, label_smoothing=0.2))


def test_folders_that_are_no_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a training run"):
        _ = Run(tmp_path).recipe
    with pytest.raises(InputError, match="no epoch"):
        Run(tmp_path).load_weights()


def test_nothing_is_pickled(tmp_path: Path) -> None:
    run = run_training(tmp_path, stop_after=1)
    for name in ("state.npz", "weights.npz"):
        assert load_tensors(run.folder / name)  # numpy refuses pickles there


def test_learning_rate_rises_then_falls_to_zero() -> None:
    recipe = replace(SHORT, epochs=10, warmup_epochs=2, learning_rate=0.1)
    assert learning_rate(recipe, 1) == pytest.approx(0.05)
    assert learning_rate(recipe, 2) == pytest.approx(0.1)
    assert learning_rate(recipe, 6) == pytest.approx(0.05)  # half of the way down the cosine
    assert learning_rate(recipe, 10) == pytest.approx(0)


def test_targets_by_hand() -> None:
    data = FaceData(np.zeros((1, 48, 48), np.uint8), np.array([3]), EKMAN7, np.array([[6, 4, 1, 0, 0, 0, 0, 0, 0, 0]]))
    (row,) = make_targets(data, smoothing=0.07).numpy()
    np.testing.assert_allclose(row[:7], [0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01], atol=1e-6)
    np.testing.assert_allclose(row[7:], [0.6, 0.4, 0, 0, 0, 0, 0, 0], atol=1e-6)


def test_the_loss_falls() -> None:
    torch.manual_seed(0)
    network, data = make_network("mien"), faces(64)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9)
    pixels = torch.from_numpy(data.images[:, None, 2:46, 2:46]).float() / 255 - 0.5
    targets = make_targets(data, 0.0)
    losses = [training_step(network, optimizer, pixels, targets, 1.0) for _ in range(12)]
    assert losses[-1] < 0.6 * losses[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_onnx_says_what_the_network_says(name: str, tmp_path: Path) -> None:
    import onnxruntime as ort

    torch.manual_seed(0)
    network = make_network(name)
    with torch.no_grad():
        for _ in range(3):  # give the normalisation layers statistics of their own
            network(torch.randn(8, 1, 44, 44))
    write_onnx(network, 44, tmp_path / "net.onnx")
    pixels = torch.randn(5, 1, 44, 44)
    with torch.no_grad():
        expected = network.eval()(pixels)
    session = ort.InferenceSession(str(tmp_path / "net.onnx"))
    for label_set, logits in zip((EKMAN7, FERPLUS8), expected, strict=True):
        (got,) = session.run([label_set.name], {"faces": pixels.numpy()})
        assert got.shape == (5, len(label_set))
        np.testing.assert_allclose(got, logits.numpy(), atol=1e-4)


def test_macs_by_hand() -> None:
    # 8x8 pixels out, 3 channels, 2*3*3 products each; then 3*64 inputs to 5 outputs.
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(3 * 64, 5))
    assert count_macs(network, 8) == 64 * 3 * 9 + 3 * 64 * 5


def test_export_gives_a_model_that_loads(tmp_path: Path) -> None:
    run = run_training(tmp_path / "run", stop_after=1)
    card = export(run, faces(40, 2), faces(20), tmp_path / "model")
    model = Model(card)
    assert model.card.input.margin == SHORT.margin
    assert model.card.training["epochs"] == 1
    assert [(row["label_set"], row["crops"], row["n"]) for row in model.card.measured] == [
        ("ekman7", 1, 40),
        ("ekman7", 10, 40),
        ("ferplus8", 1, 40),
        ("ferplus8", 10, 40),
    ]
    assert model.probabilities(faces(3).images, EKMAN7).shape == (3, 7)


def test_without_votes_there_is_one_head(tmp_path: Path) -> None:
    run = run_training(tmp_path / "run", stop_after=1)
    plain = [FaceData(data.images, data.labels, EKMAN7) for data in (faces(40, 2), faces(20))]
    model = Model(export(run, *plain, tmp_path / "model"))
    assert [head.label_set for head in model.card.heads] == ["ekman7"]
    assert {row["label_set"] for row in model.card.measured} == {"ekman7"}
    with pytest.raises(InputError, match="cannot say 'ferplus8'"):
        model.probabilities(faces(1).images, FERPLUS8)


def test_unknown_recipe_and_network() -> None:
    with pytest.raises(UnknownName, match="no recipe is named 'maine'"):
        get_recipe("maine")
    with pytest.raises(UnknownName, match="no network is named"):
        make_network("lenet")


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda r: r.name)
def test_recipes_fit_together(recipe: Recipe) -> None:
    assert recipe.network in NETWORKS
    assert recipe.size_at(0) == recipe.sizes[0][1]
    assert recipe.size_at(recipe.epochs - 1) == recipe.crop  # it ends at the size at which it is used


@pytest.mark.slow
def test_the_command_survives_being_killed(tmp_path: Path) -> None:
    lines = ["emotion,pixels,Usage"]
    for usage, data in (("Training", faces(400)), ("PublicTest", faces(30, 1))):
        lines += [f"{e},{' '.join(map(str, p.ravel()))},{usage}" for e, p in zip(data.labels, data.images, strict=True)]
    csv_file = tmp_path / "fer2013.csv"
    csv_file.write_text("\n".join(lines))

    def command(out: str) -> list[str]:
        options = ["--recipe", "mien", "--epochs", "3", "--data", f"fer2013:{csv_file}", "--out", str(tmp_path / out)]
        return [sys.executable, "-m", "mien", "train", *options]

    process = subprocess.Popen(command("killed"))
    metrics = tmp_path / "killed" / "metrics.jsonl"
    end = time.monotonic() + 120
    while not metrics.exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(metrics.read_text().splitlines())
    assert 1 <= done < 3
    subprocess.run(command("killed"), check=True, timeout=300)
    subprocess.run(command("whole"), check=True, timeout=300)
    rows = [json.loads(line) for line in metrics.read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert same(Run(tmp_path / "killed").load_weights(), Run(tmp_path / "whole").load_weights())
    for picture in ("curves.png", "confusion-ekman7.png"):
        assert (tmp_path / "killed" / picture).stat().st_size > 5000
