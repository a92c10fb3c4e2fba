"""The mean of networks' weights: `mien average`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from mien.cli.app import app  # noqa: E402
from mien.datasets.parts import read_parts  # noqa: E402
from mien.models import read_card  # noqa: E402
from mien.models.paths import find_card  # noqa: E402
from mien.networks import make_network  # noqa: E402
from mien.training.export import write_model  # noqa: E402
from mien.training.recipe import describe_recipe  # noqa: E402
from mien.training.recipes import get_recipe  # noqa: E402
from mien.training.run import Run  # noqa: E402

WEIGHT = "heads.0.bias"
LABELS = "\n".join(
    ["emotion,pixels,Usage"]
    + [f"{label},{' '.join(['0 255'] * 1152)},{usage}" for usage in ("Training", "PublicTest") for label in range(7)]
)


@pytest.fixture(autouse=True)
def csv(tmp_path: Path) -> Path:
    (tmp_path / "fer2013.csv").write_text(LABELS)
    return tmp_path / "fer2013.csv"


def make_run(folder: Path, value: float, seed: int = 0, start: Run | None = None, recipe: str = "mien") -> Run:
    """A run of one epoch, not trained; a bias of its network is of this value."""
    run, settings = Run(folder), get_recipe(recipe)
    config = {"recipe": describe_recipe(settings), "data": f"fer2013:{folder.parent / 'fer2013.csv'}", "seed": seed}
    config["also"] = ["views:V"] if start else []
    run.start(config | {"start": start.command if start else None})
    torch.manual_seed(0)
    tensors = make_network(settings.network, settings.classes).state_dict()
    tensors[WEIGHT].fill_(value)
    run.save_epoch([{"epoch": 1.0}], {"epoch": torch.tensor(1)}, tensors)
    return run


def average(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["average", *map(str, arguments)])
    return done.output if done.exit_code == 0 else str(done.exception)


def test_weights_are_averaged_by_shares(tmp_path: Path) -> None:
    base = make_run(tmp_path / "base", 1)
    runs = [base.folder, *(make_run(tmp_path / f"on-{seed}", 10.0 * seed, seed, base).folder for seed in (1, 2))]
    assert "next: mien export" in average(*runs, "--shares", "0.5,0.3,0.2", "--out", tmp_path / "mean")
    torch.testing.assert_close(Run(tmp_path / "mean").load_weights()[WEIGHT], torch.full((7,), 0.5 + 3 + 4))
    assert "next" in average(*runs, "--shares", "0.333333,0.333333,0.333333", "--out", tmp_path / "thirds")
    torch.testing.assert_close(Run(tmp_path / "thirds").load_weights()[WEIGHT], torch.full((7,), 31 / 3))
    assert "next" in average(*runs[:2], "--out", tmp_path / "half")
    torch.testing.assert_close(Run(tmp_path / "half").load_weights()[WEIGHT], torch.full((7,), 5.5))


def test_statistics_are_those_of_the_training_faces(tmp_path: Path, csv: Path) -> None:
    """Worked out with NumPy for the first normalisation; those of the runs say nothing of them."""
    chance = np.random.default_rng(0)
    faces = chance.integers(0, 256, (14, 48, 48))
    rows = [f"{n % 7},{' '.join(map(str, face.ravel()))},Training" for n, face in enumerate(faces)]
    csv.write_text("\n".join([*LABELS.splitlines()[:1], *rows, *LABELS.splitlines()[8:]]))
    runs = [make_run(tmp_path / str(seed), seed, seed) for seed in (1, 2)]
    average(*(run.folder for run in runs), "--out", tmp_path / "mean", "--data", f"fer2013:{csv}")
    weights = Run(tmp_path / "mean").load_weights()
    crops = faces[:, 2:46, 2:46].astype(float)
    crops = (crops - crops.mean((1, 2), keepdims=True)) / crops.std((1, 2), keepdims=True)  # as the network does first
    kernel = weights["stem.0.weight"][0, 0].double().numpy()
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(crops, ((0, 0), (1, 1), (1, 1))), (3, 3), (1, 2))
    seen = np.einsum("nhwij,ij->nhw", windows, kernel)
    assert float(weights["stem.1.running_mean"][0]) == pytest.approx(seen.mean(), abs=1e-3)
    assert float(weights["stem.1.running_var"][0]) == pytest.approx(seen.var(ddof=1), rel=1e-2)
    assert float(runs[0].load_weights()["stem.1.running_mean"][0]) == 0


def test_the_commands_that_make_it_again(tmp_path: Path) -> None:
    base = make_run(tmp_path / "base", 1)
    runs = [base.folder, *(make_run(tmp_path / f"on-{seed}", 1, seed, base).folder for seed in (1, 2))]
    average(*runs, "--shares", "0.3,0.35,0.35", "--out", tmp_path / "mean")
    train = "mien train --recipe mien --epochs 1 --seed"
    assert Run(tmp_path / "mean").command.split("; ") == [
        f"{train} 0 --data fer2013:PATH --out RUN",
        f"{train} 1 --data fer2013:PATH --also views:PATH --start RUN --out RUN2",
        f"{train} 2 --data fer2013:PATH --also views:PATH --start RUN --out RUN3",
        "mien average RUN RUN2 RUN3 --shares 0.3,0.35,0.35 --out RUN4",
    ]
    on = make_run(tmp_path / "on", 1, 3, start=Run(tmp_path / "mean"))
    assert on.command.endswith(f"; {train} 3 --data fer2013:PATH --also views:PATH --start RUN4 --out RUN5")


def test_a_mean_is_exported_as_a_model(tmp_path: Path, csv: Path) -> None:
    spec = f"fer2013:{csv}"
    for seed in (0, 1):
        arguments = ["train", "--recipe", "mien-tiny", "--epochs", 1, "--seed", seed, "--data", spec, "--out"]
        assert CliRunner().invoke(app, [*map(str, arguments), str(tmp_path / str(seed))]).exit_code == 0
    average(tmp_path / "0", tmp_path / "1", "--out", tmp_path / "mean")
    card = read_card(write_model(Run(tmp_path / "mean"), read_parts(spec).training, tmp_path / "model"))
    assert card.training["command"].endswith("; mien average RUN RUN2 --shares 0.5,0.5 --out RUN3")
    assert (card.training["recipe"], card.training["seed"], card.training["epochs"]) == ("mien-tiny", [0, 1], 1)
    # It is no training that could be gone on with.
    said = CliRunner().invoke(app, [*map(str, arguments), str(tmp_path / "mean")])
    assert "mean holds a run with another seed; give a new folder to --out" in str(said.exception)


def test_a_model_takes_part_in_it(tmp_path: Path) -> None:
    """Grown into the run's deeper network: a third of its bias and two of the run's, and its name in the command."""
    run = make_run(tmp_path / "run", 3, recipe="mien-large")
    assert "next" in average("mien", run.folder, "--shares", "0.333333,0.666667", "--out", tmp_path / "mean")
    mean = Run(tmp_path / "mean")
    model = onnx.load(find_card("mien").with_suffix(".onnx"))
    bias = next(onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer if tensor.name == WEIGHT)
    torch.testing.assert_close(mean.load_weights()[WEIGHT], torch.from_numpy(bias / 3 + 2).float(), atol=1e-4, rtol=0)
    assert mean.command.split("; ")[1:] == ["mien average mien RUN --shares 0.333333,0.666667 --out RUN2"]
    assert mean.recipe.name == "mien-large"


def test_runs_that_do_not_fit(tmp_path: Path) -> None:
    a, b, other = (
        make_run(tmp_path / name, 1, recipe=recipe).folder
        for name, recipe in (("a", "mien"), ("b", "mien"), ("other", "mien-tiny"))
    )
    out = "--out", tmp_path / "mean"
    assert average(a, other, *out) == f"{other}: its network is not that of {a}, or says other things"
    assert average(a, *out) == "a mean takes two runs at least"
    assert average(a, b, "--shares", "0.5,0.6", *out).startswith("2 runs need as many shares, and these must add up")
    assert average(a, b, "--shares", "1", *out).startswith("2 runs need as many shares")
    assert average(a, b, "--shares", "half", *out) == "--shares half: numbers are wanted, as 0.3,0.35,0.35"
    assert average(a, tmp_path / "none", *out) == f"{tmp_path / 'none'}: neither the folder of a run nor a model"
    assert "not a training run" in average(a, tmp_path, *out)
    assert average("mien", "mien", *out) == "a mean takes a run at least, for its recipe and its data; these are models"
    assert average(a, "mien-tiny", *out).endswith("its network is not that of recipe mien, or says other things")
    assert not (tmp_path / "mean").exists()
    assert average(a, b, *out, "--data", "fer2013:nowhere.csv").startswith("nowhere.csv: ")
    assert not (tmp_path / "mean").exists()
    assert average(a, b, "--out", a) == f"{a} holds a run already; give a new folder to --out"


def test_a_run_of_a_generator_is_none(tmp_path: Path) -> None:
    a = make_run(tmp_path / "a", 1).folder
    generator = make_run(tmp_path / "generator", 1)
    (generator.folder / "config.json").write_text('{"recipe": {"side": 64}, "data": "views:V", "seed": 0}')
    said = average(a, generator.folder, "--out", tmp_path / "mean")
    assert said == f"{generator.folder}: its recipe is none of a network that reads expressions"
