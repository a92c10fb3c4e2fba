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
from mien.datasets.parts import Parts  # noqa: E402
from mien.errors import DatasetError, InputError, TrainingError  # noqa: E402
from mien.labels import EKMAN7, FERPLUS8  # noqa: E402
from mien.models import load_model  # noqa: E402
from mien.training.augmentation import NONE  # noqa: E402
from mien.training.export import count_macs, export  # noqa: E402
from mien.training.loop import batches, train  # noqa: E402
from mien.training.recipe import Objective, Optimizer, Recipe, describe_recipe  # noqa: E402
from mien.training.recipes import get_recipe  # noqa: E402
from mien.training.run import Run, load_tensors  # noqa: E402
from mien.training.schedule import Cosine, Plateau, Steps  # noqa: E402
from mien.training.targets import limit_per_class, make_targets  # noqa: E402

SHORT = replace(get_recipe("mien"), epochs=2, batch_size=16, schedule=Cosine(warmup=1))


def faces(n: int, seed: int = 0) -> FaceData:
    """Pictures whose class can be learnt: a bright bar, lower with each."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 7, n)
    images = rng.integers(0, 40, (n, 48, 48)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 6 * label : 10 + 6 * label] += 200
    votes = np.zeros((n, 10), np.uint8)
    votes[np.arange(n), labels] = 10
    return FaceData(images, labels, EKMAN7, votes)


class StoppedError(Exception):
    pass


def run_training(folder: Path, recipe: Recipe = SHORT, seed: int = 0, stop_after: int | None = None) -> Run:
    run = Run(folder)
    run.start({"recipe": describe_recipe(recipe), "data": "fer2013:made-up", "seed": seed})

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


def test_faces_that_are_too_small_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="recipe mien is for faces of 72 pixels a side, and these have 48"):
        run_training(tmp_path, replace(SHORT, crop=72))


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
        run_training(tmp_path, replace(SHORT, ema_decay=0.99))


def test_a_run_from_before_a_setting_existed_goes_on(tmp_path: Path) -> None:
    config = {"recipe": describe_recipe(SHORT), "data": "old.csv", "seed": 0}
    del config["recipe"]["teacher_share"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    run = Run(tmp_path)
    run.start({"recipe": describe_recipe(SHORT), "data": "new.csv", "seed": 0})
    for broken in ({}, {"name": 3}, None):
        (tmp_path / "config.json").write_text(json.dumps(config | {"recipe": broken}))
        with pytest.raises(InputError, match="another recipe"):
            run.start({"recipe": describe_recipe(SHORT), "data": "new.csv", "seed": 0})


def test_a_run_goes_on_with_the_data_set_it_began_with(tmp_path: Path) -> None:
    config = {"recipe": describe_recipe(SHORT), "seed": 0}
    run = Run(tmp_path)
    run.start(config | {"data": "fer2013:here"})
    run.start(config | {"data": "fer2013:there"})
    for other in ({"data": "rafdb:there"}, {"data": "fer2013:here", "also": ["views:here"]}):
        with pytest.raises(InputError, match="another data set; give a new folder"):
            run.start(config | other)
    with pytest.raises(InputError, match="another start; give a new folder"):
        run.start(config | {"data": "fer2013:here", "start": "mien train --recipe mien"})


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "{}"])
def test_a_damaged_configuration(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    for use in (lambda run: run.recipe, lambda run: run.start({"recipe": {}, "data": "x", "seed": 0})):
        with pytest.raises(InputError, match="not a training run"):
            use(Run(tmp_path))


def test_damaged_files_of_a_run_are_named(tmp_path: Path) -> None:
    run = run_training(tmp_path, stop_after=1)
    whole = (tmp_path / "state.npz").read_bytes()
    middle = len(whole) // 2
    for broken in (b"", b"no archive", whole[:middle], whole[:middle] + bytes(64) + whole[middle + 64 :]):
        (tmp_path / "state.npz").write_bytes(broken)
        with pytest.raises(DatasetError, match=r"state\.npz: damaged"):
            run.load_state()
    (tmp_path / "metrics.jsonl").write_text('{"epoch": 1, "lo')
    with pytest.raises(DatasetError, match=r"metrics\.jsonl: damaged"):
        _ = run.metrics


def test_folders_that_are_no_runs(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a training run"):
        _ = Run(tmp_path).recipe
    with pytest.raises(InputError, match="no epoch"):
        Run(tmp_path).load_weights()


def test_nothing_is_pickled(tmp_path: Path) -> None:
    run = run_training(tmp_path, stop_after=1)
    for name in ("state.npz", "weights.npz"):
        assert load_tensors(run.folder / name)  # numpy refuses pickles there


def test_targets_by_hand() -> None:
    data = FaceData(np.zeros((1, 48, 48), np.uint8), np.array([3]), EKMAN7, np.array([[6, 4, 1, 0, 0, 0, 0, 0, 0, 0]]))
    smoothed = make_targets(data, Objective("ekman7", label_smoothing=0.07)).numpy()
    np.testing.assert_allclose(smoothed, [[0.01, 0.01, 0.01, 0.94, 0.01, 0.01, 0.01]], atol=1e-6)
    shares = make_targets(data, Objective("ferplus8", votes="share")).numpy()
    np.testing.assert_allclose(shares, [[0.6, 0.4, 0, 0, 0, 0, 0, 0]], atol=1e-6)
    assert make_targets(data, Objective("five")).tolist() == [[0, 0, 0, 1, 0]]  # happy is the fourth of the five
    plain = FaceData(data.images, data.labels, EKMAN7)
    with pytest.raises(DatasetError, match="nothing in this data set says 'ferplus8'"):
        make_targets(plain, Objective("ferplus8"))


def test_a_limit_keeps_the_first_of_each_class() -> None:
    data = FaceData(np.arange(6, dtype=np.uint8)[:, None, None], np.array([3, 0, 3, 3, 0, 6]), EKMAN7)
    assert limit_per_class(data, 2).images.ravel().tolist() == [0, 1, 2, 4, 5]


OPTIMIZERS = [
    Optimizer("sgd", 0.05, clamp=0.1),
    Optimizer("adam", 1e-3),
    Optimizer("nadam", 1e-3),
    Optimizer("muon", 0.05, turn=0.05),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: o.kind)
def test_the_loss_falls_and_a_resumed_run_is_the_same(optimizer: Optimizer, tmp_path: Path) -> None:
    # Dropout, an average, an optimiser with a memory: all must go on where they stopped.
    objective = Objective("ferplus8", votes="probability")
    recipe = replace(get_recipe("alexnet-lite"), optimizer=optimizer, schedule=Steps(), objectives=(objective,))
    recipe = replace(recipe, epochs=3, batch_size=16, selection="last")
    whole = run_training(tmp_path / "whole", recipe)
    losses = [row["loss"] for row in whole.metrics]
    assert losses[-1] < losses[0]
    run_training(tmp_path / "halted", recipe, stop_after=1)
    assert same(whole.load_weights(), run_training(tmp_path / "halted", recipe).load_weights())


def test_batches_hold_each_row_once_but_none_alone() -> None:
    rows = [part.tolist() for part in batches(10, 4, torch.Generator().manual_seed(0))]
    assert [len(part) for part in rows] == [4, 4, 2]
    assert sorted(row for part in rows for row in part) == list(range(10))
    assert [len(part) for part in batches(9, 4, torch.Generator())] == [4, 4]


def test_parts_of_a_batch_add_up_to_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tang's network has no dropout and no batch statistics, and nothing is varied: only rounding may differ.
    monkeypatch.setattr("mien.training.loop.bfloat16_is_fast", lambda _device: False)
    recipe = replace(get_recipe("tang"), epochs=1, batch_size=32, augmentation=NONE, schedule=Steps())
    whole = run_training(tmp_path / "whole", recipe).load_weights()
    parts = run_training(tmp_path / "parts", replace(recipe, accumulate=4)).load_weights()
    for name, tensor in whole.items():
        torch.testing.assert_close(parts[name], tensor, atol=1e-5, rtol=1e-4)


def test_the_best_epoch_is_kept_where_the_recipe_says_so(tmp_path: Path) -> None:
    # The rate is so high in the end that the network is ruined.
    recipe = replace(SHORT, epochs=6, batch_size=8, augmentation=NONE, sizes=(), ema_decay=0.0, selection="best")
    recipe = replace(recipe, optimizer=Optimizer("muon", 0.1, turn=0.1), schedule=Steps(((4, 1e2),)))
    run = run_training(tmp_path / "best", recipe)
    accuracy = [row["ekman7_accuracy"] for row in run.metrics]
    best = accuracy.index(max(accuracy)) + 1
    assert best < recipe.epochs
    until_then = run_training(tmp_path / "last", replace(recipe, epochs=best, selection="last"))
    assert same(run.load_weights(), until_then.load_weights())


def test_patience_and_deadline_end_a_training(tmp_path: Path) -> None:
    still = replace(SHORT, epochs=9, optimizer=Optimizer("sgd", 0.0), schedule=Plateau(1), ema_decay=0.0, patience=2)
    still = replace(still, network="kernel-small-512", objectives=(Objective(),), crop=42, sizes=())
    assert len(run_training(tmp_path / "patience", still).metrics) == 3
    run = Run(tmp_path / "deadline")
    run.start({"recipe": describe_recipe(SHORT), "data": "fer2013:made-up", "seed": 0})
    train(run, SHORT, faces(64), faces(32, 1), 0, lambda *_: None, lambda _: None, until=time.monotonic())
    assert len(run.metrics) == 1  # the first always runs, so that there is something to go on from


def test_a_training_that_diverges_says_so(tmp_path: Path) -> None:
    wild = replace(SHORT, optimizer=Optimizer("sgd", 1e30), schedule=Steps())
    with pytest.raises(TrainingError, match="recipe mien, epoch 1: the loss is not a number"):
        run_training(tmp_path, wild)


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    run = run_training(tmp_path, stop_after=1)
    before = run.load_state()
    assert before is not None
    (tmp_path / "state.partial.npz").mkdir()  # nothing can be written there, as on a full disk
    with pytest.raises(InputError, match=r"state\.npz: cannot be written .*; what was there before stays"):
        run_training(tmp_path)
    after = run.load_state()
    assert after is not None
    assert same(before, after)


def test_macs_by_hand() -> None:
    # 8x8 pixels out, 3 channels, 2*3*3 products each; then 3*64 inputs to 5 outputs.
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(3 * 64, 5))
    assert count_macs(network, torch.zeros(1, 1, 8, 8)) == 64 * 3 * 9 + 3 * 64 * 5


def test_export_gives_a_model_that_loads(tmp_path: Path) -> None:
    run = run_training(tmp_path / "run", stop_after=1)
    card = export(run, Parts("fer2013:made-up", faces(20), faces(40, 2), "public"), tmp_path / "model", "short-1")
    assert (card.name, card.with_suffix(".onnx").is_file()) == ("short-1.json", True)
    model = load_model(card)
    assert (model.card.name, model.card.training["recipe"]) == ("short-1", SHORT.name)
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
    plain = [FaceData(data.images, data.labels, EKMAN7) for data in (faces(20), faces(40, 2))]
    model = load_model(export(run, Parts("fer2013:made-up", *plain, "public"), tmp_path / "model"))
    assert [head.label_set for head in model.card.heads] == ["ekman7"]
    assert {row["label_set"] for row in model.card.measured} == {"ekman7"}
    with pytest.raises(InputError, match="cannot say 'ferplus8'"):
        model.probabilities(faces(1).images, FERPLUS8)


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
