"""The readings, with a generator whose weights are chance, and the command around them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("pyarrow")
pytest.importorskip("sklearn")

import torch

from mien.cli.app import app
from mien.errors import InputError
from mien.training.recipe import Objective
from mien.training.recipes import get_recipe
from mien.training.run import Run
from mien.turning import SHIPPED, Turner
from mien.turning.frame import RIM
from mien.views.generator.networks import Networks, Shape, one_hot
from mien.views.generator.pairs import from_network, to_network
from mien.views.generator.recipes import GeneratorRecipe
from mien.views.generator.training import start_run
from mien.views.protocol.data import VIEWS, ViewData, read_views, to_face
from mien.views.protocol.generated import load_generator, turned_about, turned_to
from mien.views.protocol.readings import expected_yaw, fit

MakeViews = Callable[..., Path]


@pytest.fixture
def make_generator(tmp_path: Path) -> Callable[..., tuple[Path, Networks]]:
    """A run folder as after one epoch, and its networks."""

    def make(views: tuple[int, ...] = VIEWS, side: int = 16) -> tuple[Path, Networks]:
        torch.manual_seed(0)
        networks = Networks(Shape(len(views), side, 2)).eval()
        run = Run(tmp_path / f"generator-{len(views)}-{side}")
        start_run(run, GeneratorRecipe("two-pathway-gan-toy", "", side=side, base=2), views, "views:somewhere", 0)
        run.save_epoch([{"epoch": 1}], {}, networks.state_dict())
        return run.folder, networks

    return make


def test_frames_are_turned_to_the_view_asked_for(make_generator: Callable[..., tuple[Path, Networks]]) -> None:
    folder, networks = make_generator()
    frames = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    faces = turned_to(30, frames, load_generator(str(folder))[0])
    assert faces.shape == (3, 72, 72)
    with torch.no_grad():
        _, z = networks.encoder(to_network(torch.from_numpy(frames[2:])))
        expected = from_network(networks.generator(one_hot(torch.tensor([8]), networks.shape), z))  # -90 and 8 steps
    np.testing.assert_allclose(faces[2].astype(int), to_face(expected[0].numpy()).astype(int), atol=1)


def test_frontal_faces_in_all_views(make_generator: Callable[..., tuple[Path, Networks]]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), np.uint8)
    faces = np.full((2, 72, 72), 7, np.uint8)
    frontal = ViewData(faces, np.array([3, 4]), np.array(["a", "b"]), np.zeros(2, int), np.zeros(2, np.float32), frames)
    made = turned_about(frontal, load_generator(str(make_generator()[0]))[0])
    np.testing.assert_array_equal(made.faces[:2], faces)  # the real ones stay
    assert made.labels.tolist() == [3, 4] * 13
    assert made.subjects.tolist() == ["a", "b"] * 13
    assert made.views.tolist() == [0, 0, *np.repeat([view for view in VIEWS if view != 0], 2)]


def test_other_generators(make_generator: Callable[..., tuple[Path, Networks]], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="makes the views -45, 0, 45, and the pose protocol needs -90, "):
        load_generator(str(make_generator(views=(-45, 0, 45))[0]))
    with pytest.raises(InputError, match="not a training run"):
        load_generator(str(tmp_path))
    (tmp_path / "config.json").write_text(
        json.dumps({"recipe": {"name": "mien", "network": "mien"}, "data": "x:y", "seed": 0})
    )
    with pytest.raises(InputError, match="did not train a multi-view generator"):
        load_generator(str(tmp_path))


def test_the_one_that_comes_with_the_package(tmp_path: Path) -> None:
    generator, origin = load_generator("two-pathway-gan-64")
    assert (generator.side, round(generator.rim, 5), origin.recipe) == (72, RIM, "two-pathway-gan-64-perceptual")
    frames = np.random.default_rng(0).integers(0, 256, (2, 72, 72, 3), np.uint8)
    for yaw in (-75, 0):
        faces = turned_to(yaw, frames, generator)
        expected = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in Turner().turn(frames, yaw)]
        np.testing.assert_array_equal(faces, expected)  # such a frame is a face as it is
    with pytest.raises(InputError, match="neither the folder of a run, nor a generator's card, nor two-pathway-gan-64"):
        load_generator(str(tmp_path / "none"))


def test_a_card_that_is_told_more_figures_is_the_same_generator(tmp_path: Path) -> None:
    card = Path(shutil.copytree(SHIPPED.parent, tmp_path / "copy")) / SHIPPED.name
    values = json.loads(card.read_text())
    card.write_text(json.dumps(values | {"measured": []}))
    shipped = load_generator("two-pathway-gan-64")[1].sha256
    assert load_generator(str(card))[1].sha256 == shipped
    card.write_text(json.dumps(values | {"turns": None}))  # then no pixels of the picture's own are shown
    assert load_generator(str(card))[1].sha256 != shipped


def test_a_folder_goes_before_the_name_of_the_shipped_one(
    make_generator: Callable[..., tuple[Path, Networks]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_generator()[0].rename(tmp_path / "two-pathway-gan-64")
    monkeypatch.chdir(tmp_path)
    assert load_generator("two-pathway-gan-64")[1].recipe == "two-pathway-gan-toy"


def test_what_is_learnt_is_read(make_views: MakeViews, tmp_path: Path) -> None:
    data = read_views(f"views-multipie6:{make_views(people=1)}")
    both = (Objective("multipie6"), Objective("yaw13"))
    recipe = replace(get_recipe("views"), objectives=both, epochs=20, batch_size=16, ema_decay=0.0)
    read = fit(tmp_path / "run", recipe, data, 0, "squares", lambda _: None)
    said, views = read(data.faces)
    assert (said.argmax(1) == data.labels).mean() > 0.9
    mirrored, other_views = read(data.faces[:, :, ::-1])
    np.testing.assert_allclose(mirrored, said, atol=1e-6)
    np.testing.assert_allclose(other_views, views[:, ::-1], atol=1e-6)
    assert np.abs(expected_yaw(views) - data.yaws).mean() < 30  # who says 0 is off by 48


def protocol(data: Path, out: Path, *more: str) -> dict[str, object]:
    arguments = ["views", "protocol", "--data", f"views-multipie6:{data}", "--out", str(out), "--epochs", "1", *more]
    done = CliRunner().invoke(app, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    assert "86.71" in done.output
    found: dict[str, object] = json.loads((out / "protocol.json").read_text())
    assert "86.71" in (out / "protocol.md").read_text()
    return found


def test_protocol_with_a_generator(
    make_views: MakeViews, make_generator: Callable[..., tuple[Path, Networks]], tmp_path: Path
) -> None:
    views, (generator, _), out = make_views(people=3), make_generator(), tmp_path / "out"
    found = protocol(views, out, "--generator", str(generator))
    assert list(found["readings"]) == ["frontal", "frontalised", "generated", "views", "joint"]  # type: ignore[call-overload]
    assert found["tested"] == {"people": 1, "pictures": 26}
    assert sorted(folder.name for folder in (out / "held-out").iterdir()) == ["frontal", "generated", "joint", "views"]
    # All trainings have as many steps: four frontal faces and their mirror images, thirteen times as often.
    epochs = {name: Run(out / "held-out" / name).recipe.epochs for name in ("frontal", "generated", "views")}
    assert epochs == {"frontal": 13, "generated": 1, "views": 1}
    heads = [objective.label_set for objective in Run(out / "held-out" / "joint").recipe.objectives]
    assert heads == ["multipie6", "yaw13"]
    before = (out / "held-out" / "joint" / "weights.npz").stat().st_mtime_ns
    assert protocol(views, out, "--generator", str(generator)) == found  # nothing is trained again
    assert (out / "held-out" / "joint" / "weights.npz").stat().st_mtime_ns == before
    with pytest.raises(InputError, match="holds a protocol with another generator; give a new folder"):
        protocol(views, out, "--folds", "3")
    with pytest.raises(InputError, match="leave out --folds"):
        protocol(views, out, "--generator", str(generator), "--folds", "2")


def test_protocol_of_one_fold(make_views: MakeViews, tmp_path: Path) -> None:
    views = make_views(people=2)
    found = protocol(views, tmp_path / "out", "--folds", "2", "--fold", "2")
    assert list(found["readings"]) == ["frontal", "views", "joint"]  # type: ignore[call-overload]
    assert found["splits"] == ["fold-2-of-2"]
    assert not (tmp_path / "out" / "fold-1-of-2").exists()
    with pytest.raises(InputError, match="there is no fold 3"):
        protocol(views, tmp_path / "out", "--folds", "2", "--fold", "3")
