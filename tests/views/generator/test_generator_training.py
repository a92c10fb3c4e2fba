"""Short trainings of toy networks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("pyarrow")

from mien.errors import InputError, TrainingError  # noqa: E402
from mien.models.paths import find_card  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.turning import Turns  # noqa: E402
from mien.views.generator.networks import Networks, Shape  # noqa: E402
from mien.views.generator.pairs import Recordings, read_recordings  # noqa: E402
from mien.views.generator.photos import Photos  # noqa: E402
from mien.views.generator.recipes import GENERATOR_RECIPES, GeneratorRecipe  # noqa: E402
from mien.views.generator.sheets import draw_sheet, write_sheet  # noqa: E402
from mien.views.generator.training import IMAGINED_SHARE, Draw, start_run, train  # noqa: E402
from moving_squares import SIZE, VIEWS  # noqa: E402

TOY = GeneratorRecipe("toy", "toy", side=SIZE, base=2, epochs=2, batch_size=4)
AVERAGED = replace(TOY, ema_decay=0.5)
WARMED_UP = replace(TOY, warm_up=1)


@pytest.fixture
def recordings(make_views: Callable[..., Path]) -> Recordings:
    return read_recordings(make_views(), SIZE)


def run_training(
    folder: Path,
    recordings: Recordings,
    recipe: GeneratorRecipe = TOY,
    seed: int = 0,
    stop_in: int | None = None,
    photos: tuple[Photos, Turns] | None = None,
) -> Run:
    """Train, and press Ctrl-C in the middle of an epoch if one is given."""
    run = Run(folder)
    start_run(run, recipe, recordings.views, "views:made-up", seed)

    def report(epoch: int, *_: float) -> None:
        if epoch + 1 == stop_in:
            raise KeyboardInterrupt

    train(run, recipe, recordings, seed, report, lambda _: None, photos)
    return run


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    assert a.keys() == b.keys()
    return all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("recipe", [TOY, AVERAGED, WARMED_UP])
def test_same_seed_same_weights_also_when_interrupted(
    tmp_path: Path, recordings: Recordings, recipe: GeneratorRecipe
) -> None:
    whole = run_training(tmp_path / "whole", recordings, recipe)
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "halted", recordings, recipe, stop_in=2)
    assert [row["epoch"] for row in Run(tmp_path / "halted").metrics] == [1]
    resumed = run_training(tmp_path / "halted", recordings, recipe)
    assert [row["epoch"] for row in resumed.metrics] == [1, 2]
    assert same(whole.load_weights(), resumed.load_weights())
    state, again = whole.load_state(), resumed.load_state()
    assert state is not None
    assert again is not None
    assert same(state, again)
    assert any(name.startswith("optimizer.exp_avg_sq.encoder") for name in state)
    assert not same(whole.load_weights(), run_training(tmp_path / "other", recordings, recipe, seed=1).load_weights())


def test_photos_are_learnt_from(tmp_path: Path, recordings: Recordings) -> None:
    """Of somebody who looks to the left; turning moves nothing and shows all. In the same way after an interruption."""
    middles = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    places = np.broadcast_to(np.stack(np.meshgrid(middles, middles), -1), (3, 3, SIZE, SIZE, 2))
    turns = Turns(places.astype(np.float32), np.ones((3, 3, SIZE, SIZE), np.float32))
    image = np.full((1, SIZE, SIZE), 240, np.uint8)
    image[:, SIZE // 2 :] = 20
    photos = Photos(image, np.array([0])), turns
    recipe = replace(TOY, base=4, photos=4, warm_up=1, learning_rate=1e-3)
    whole = run_training(tmp_path / "whole", recordings, recipe, photos=photos)
    with pytest.raises(KeyboardInterrupt):
        run_training(tmp_path / "halted", recordings, recipe, stop_in=2, photos=photos)
    resumed = run_training(tmp_path / "halted", recordings, recipe, photos=photos)
    assert same(whole.load_weights(), resumed.load_weights())
    without = run_training(tmp_path / "without", recordings, recipe)
    assert not same(whole.load_weights(), without.load_weights())
    # With likeness alone, the photo is made again better and better.
    recipe = replace(recipe, base=8, warm_up=20, epochs=20)
    run = run_training(tmp_path / "warm", recordings, recipe, photos=photos)
    networks = Networks(Shape(3, SIZE, 8))
    networks.load_state_dict(run.load_weights())
    shown = torch.from_numpy(image)[:, None].expand(1, 3, SIZE, SIZE) / 127.5 - 1
    with torch.no_grad():
        made = networks.eval().generator(torch.eye(3)[:1], networks.encoder(shown)[1])
    assert (made - shown).abs().mean() < 0.8 * shown.abs().mean()


def test_warm_up_leaves_the_discriminator_alone(tmp_path: Path, recordings: Recordings) -> None:
    torch.manual_seed(0)
    start = Networks(Shape(len(VIEWS), SIZE, TOY.base)).state_dict()
    warm = run_training(tmp_path / "warm", recordings, replace(WARMED_UP, epochs=1))
    after = warm.load_weights()
    changed = {name.split(".")[0] for name in start if not torch.equal(after[name], start[name])}
    assert changed == {"encoder", "generator"}
    assert warm.metrics[0]["discriminator"] == 0
    run_training(tmp_path / "both", recordings, WARMED_UP)
    assert Run(tmp_path / "both").metrics[1]["discriminator"] != 0


def test_the_average_follows_the_training_and_does_not_change_it(tmp_path: Path, recordings: Recordings) -> None:
    plain, averaged = (
        run_training(tmp_path / recipe.name, recordings, recipe) for recipe in (TOY, replace(AVERAGED, name="averaged"))
    )
    last = {name: tensor for name, tensor in plain.load_weights().items() if tensor.is_floating_point()}
    state, weights = averaged.load_state(), averaged.load_weights()
    assert state is not None
    assert same(last, {name: state[f"network.{name}"] for name in last})
    name = "generator.start.weight"
    assert not torch.equal(weights[name], last[name])


def test_a_run_folder(tmp_path: Path, recordings: Recordings) -> None:
    run = run_training(tmp_path / "run", recordings)
    config = json.loads((run.folder / "config.json").read_text())
    assert (config["views"], config["recipe"]["paths"]) == ([-45, 0, 45], "both")
    for row in run.metrics:
        assert row["validation_l1"] > 0
        assert 0 <= row["validation_view_accuracy"] <= 1
    assert sorted(path.name for path in (run.folder / "samples").iterdir()) == ["epoch-0001.png", "epoch-0002.png"]
    networks = Networks(Shape(3, SIZE, 2))
    networks.load_state_dict(run.load_weights())
    networks.eval()
    shown = cv2.imread(str(run.folder / "samples" / "epoch-0002.png"))[..., ::-1]
    drawn = draw_sheet(networks, recordings.split()[1], torch.device("cpu"))
    assert np.abs(shown.astype(int) - drawn).max() <= 1  # the order of sums hangs on where memory lies


def test_a_person_it_has_not_seen_is_turned_better_and_better(tmp_path: Path, recordings: Recordings) -> None:
    recipe = replace(TOY, base=8, epochs=25, learning_rate=2e-3, paths="reconstruction")
    metrics = run_training(tmp_path / "run", recordings, recipe).metrics
    assert metrics[-1]["validation_l1"] < 0.75 * metrics[0]["validation_l1"]
    assert metrics[-1]["l1"] < 0.75 * metrics[0]["l1"]


def test_the_single_path_is_another_training(tmp_path: Path, recordings: Recordings) -> None:
    both = run_training(tmp_path / "both", recordings)
    single = run_training(tmp_path / "single", recordings, replace(TOY, paths="reconstruction"))
    steps = {run: int(run.load_state()["optimizer.step.discriminator.score.bias"]) for run in (both, single)}
    assert steps == {both: 12, single: 6}  # 12 pictures of two people, 3 steps an epoch, 2 epochs, 2 paths


def test_some_reconstructions_are_of_imagined_faces(tmp_path: Path, recordings: Recordings) -> None:
    """The encoder has all of its 12 steps; the generator those of its own path and those of real pictures."""
    state = run_training(tmp_path / "run", recordings, replace(TOY, epochs=4)).load_state()
    assert int(state["optimizer.step.encoder.z.bias"]) == 12
    assert 12 < int(state["optimizer.step.generator.start.bias"]) < 24


def test_a_coin_is_fair() -> None:
    """2,000 flips: four deviations are 89."""
    draw = Draw(1, torch.Generator().manual_seed(0), torch.device("cpu"))
    assert abs(sum(draw.coin(IMAGINED_SHARE) for _ in range(2000)) - 1000) < 89


def test_another_recipe_views_or_seed_in_the_same_folder(tmp_path: Path, recordings: Recordings) -> None:
    run = run_training(tmp_path / "run", recordings, replace(TOY, epochs=1))
    with pytest.raises(InputError, match="another recipe; "):
        start_run(run, replace(TOY, epochs=1, paths="reconstruction"), VIEWS, "", 0)
    with pytest.raises(InputError, match="another views and seed"):
        start_run(run, replace(TOY, epochs=1), (0, 45), "", 1)
    start_run(run, replace(TOY, epochs=1), VIEWS, "views:moved", 0)


def test_a_loss_that_is_not_a_number(tmp_path: Path, recordings: Recordings) -> None:
    with pytest.raises(TrainingError, match="recipe toy, epoch 1"):
        run_training(tmp_path / "run", recordings, replace(TOY, learning_rate=1e30))
    assert not (tmp_path / "run" / "state.npz").exists()


def test_a_reader_is_heeded(tmp_path: Path, recordings: Recordings) -> None:
    read = replace(WARMED_UP, reader="mien-tiny", perception=1.0)
    runs = [run_training(tmp_path / str(n), recordings, recipe) for n, recipe in enumerate((WARMED_UP, read))]
    assert not same(*(run.load_weights() for run in runs))


def test_a_run_from_before_there_were_readers_goes_on(tmp_path: Path, recordings: Recordings) -> None:
    run = run_training(tmp_path, recordings)
    config = run.config
    del config["recipe"]["reader"], config["recipe"]["perception"], config["start"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    start_run(run, TOY, recordings.views, "views:made-up", 0)
    with pytest.raises(InputError, match="another recipe"):
        start_run(run, replace(TOY, perception=1.0), recordings.views, "views:made-up", 0)


def test_a_sheet(recordings: Recordings) -> None:
    """Four recordings with two rows each and two faces of nobody; three views, after the one that was shown."""
    networks = Networks(Shape(3, SIZE, 2)).eval()
    sheet = draw_sheet(networks, recordings, torch.device("cpu"))
    assert sheet.shape == (10 * SIZE, 4 * SIZE, 3)
    cells = sheet.reshape(10, SIZE, 4, SIZE, 3).swapaxes(1, 2)
    assert not cells[[0, 2, 4, 6, 8, 9], 0].any()
    for row, recording in enumerate((0, 2, 3, 5)):  # evenly spaced out of six
        assert np.array_equal(cells[2 * row, 1:], recordings.images[recording])
        shown = row * 3 // 4
        assert np.array_equal(cells[2 * row + 1, 0], recordings.images[recording, shown])
        with torch.no_grad():
            picture = torch.from_numpy(recordings.images[recording, shown]).permute(2, 0, 1)[None] / 127.5 - 1
            made = networks.generator(torch.eye(3)[1:2], networks.encoder(picture)[1])[0]
        expected = (made.permute(1, 2, 0).numpy() + 1) * 127.5
        assert np.abs(cells[2 * row + 1, 2] - expected).max() <= 0.51


def test_a_sheet_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "samples").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        write_sheet(tmp_path / "samples" / "epoch-0001.png", np.zeros((4, 4, 3), np.uint8))


def test_recipes() -> None:
    assert list(GENERATOR_RECIPES) == [
        "two-pathway-gan",
        "two-pathway-gan-single-path",
        "two-pathway-gan-64",
        "two-pathway-gan-64-single-path",
        "two-pathway-gan-64-perceptual",
    ]
    published = GENERATOR_RECIPES["two-pathway-gan"]
    assert (published.side, published.base, published.epochs, published.batch_size) == (128, 64, 25, 64)
    assert published.learning_rate == 1e-4
    single = GENERATOR_RECIPES["two-pathway-gan-64-single-path"]
    assert (single.side, single.paths) == (64, "reconstruction")
    perceptual = GENERATOR_RECIPES["two-pathway-gan-64-perceptual"]
    assert find_card(perceptual.reader).is_file()
    assert perceptual.perception > 0
