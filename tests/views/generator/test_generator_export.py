"""Encoder and decoder as ONNX, held against PyTorch's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from mien.cli.app import app  # noqa: E402
from mien.errors import InputError  # noqa: E402
from mien.models import checksum  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.turning import RENDERED_VIEWS, read_generator  # noqa: E402
from mien.views.generator.export import export_generator, is_generator  # noqa: E402
from mien.views.generator.networks import Networks, Shape  # noqa: E402
from moving_squares import SIZE, VIEWS, picture  # noqa: E402


@pytest.fixture(scope="module")
def networks(generator_run: Path) -> Networks:
    networks = Networks(Shape(len(VIEWS), SIZE, 8))
    networks.load_state_dict(Run(generator_run).load_weights())
    return networks.eval()


def run(card: Path, part: str, **inputs: np.ndarray) -> list[np.ndarray]:
    session = ort.InferenceSession(card.with_name(f"toy-{part}.onnx"), providers=["CPUExecutionProvider"])
    return session.run(None, inputs)


@pytest.mark.parametrize("n", [1, 5])
def test_both_networks_say_what_pytorch_says(generator: Path, networks: Networks, n: int) -> None:
    chance = torch.Generator().manual_seed(n)
    pictures = torch.rand(n, 3, SIZE, SIZE, generator=chance) * 2 - 1
    views, z = torch.rand(n, 3, generator=chance), torch.randn(n, networks.shape.z, generator=chance)
    with torch.no_grad():
        expected = [*networks.encoder(pictures), networks.generator(views, z)]
    found = [*run(generator, "encoder", pictures=pictures.numpy())]
    found += run(generator, "decoder", views=views.numpy(), z=z.numpy())
    assert [array.shape for array in found] == [(n, 3), (n, 125), (n, 3, SIZE, SIZE)]
    for array, tensor in zip(found, expected, strict=True):
        assert array.dtype == np.float32
        np.testing.assert_allclose(array, tensor.numpy(), atol=1e-4)


def test_the_card(generator: Path, networks: Networks) -> None:
    """Of two conv layers and so on the sum is PyTorch's own; a convolution's work is counted by hand."""
    card = read_generator(generator)
    assert (card.name, card.licence, card.side, card.views) == ("toy", "MIT", SIZE, VIEWS)
    assert card.framing == RENDERED_VIEWS
    for network in (card.encoder, card.decoder):
        assert network.sha256 == checksum(generator.with_name(network.file).read_bytes())
    trained = sum(p.numel() for name, p in networks.named_parameters() if name.startswith(("encoder", "generator")))
    assert card.parameters == trained
    # 16 pixels, 8 channels: the trunk goes 3 -> 8 -> 8 -> 16 channels and 16 -> 8 -> 4 pixels, each block with one 3x3
    # convolution before the halving, a 4x4 one that halves, and a 3x3 one after the shortcut's mean; the way back has
    # all three after enlarging.
    trunk = 9 * (256 * 3 * 8 + 256 * 8 * 8 + 64 * 8 * 8 + 64 * 8 * 16 + 16 * 8 * 16) + 16 * (64 * 8 * 8 + 16 * 16 * 16)
    back = 9 * (64 * (16 * 8 + 8 * 8 + 16 * 8) + 256 * (8 * 8 * 3) + 256 * 8 * 3)
    assert card.macs == trunk + 256 * 128 + 128 * 256 + back
    training = card.training
    assert (training["recipe"], training["epochs"], training["seed"]) == ("toy", 10, 0)
    assert training["command"] == "mien train --recipe toy --epochs 10 --seed 0 --data views:DIR --out RUN"


def test_the_command_knows_a_generator(generator_run: Path, generator: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(generator_run), "--out", str(tmp_path / "new" / "out")])
    assert done.exit_code == 0, done.output
    names = ["toy-decoder.onnx", "toy-encoder.onnx", "toy.json"]
    assert sorted(path.name for path in (tmp_path / "new" / "out").iterdir()) == names
    assert all(str(tmp_path / "new" / "out" / name) in done.output for name in names)
    assert read_generator(tmp_path / "new" / "out" / "toy.json") == read_generator(generator)


def test_a_generator_may_have_a_name_of_its_own(generator_run: Path, tmp_path: Path) -> None:
    card = read_generator(export_generator(Run(generator_run), tmp_path, "turner"))
    assert (card.name, card.training["recipe"]) == ("turner", "toy")
    assert {path.name for path in tmp_path.iterdir()} == {"turner.json", card.encoder.file, card.decoder.file}
    assert card.encoder.file == "turner-encoder.onnx"


def test_other_runs_are_no_generators(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a training run"):
        is_generator(Run(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps({"recipe": {}, "data": "fer2013:x", "seed": 0}))
    assert not is_generator(Run(tmp_path))


def test_nothing_to_export_yet(generator_run: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((generator_run / "config.json").read_text())
    with pytest.raises(InputError, match="no epoch of this run has ended yet"):
        export_generator(Run(tmp_path), tmp_path)


def test_a_folder_that_cannot_be_made(generator_run: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        export_generator(Run(generator_run), tmp_path / "out")


def test_what_it_learnt_is_in_the_files(generator: Path) -> None:
    """Person 1's square, seen at the left, drawn by the two files at the right."""
    shown = np.moveaxis(picture(1, 0, 0), 2, 0)[None].astype(np.float32) / 127.5 - 1
    z = run(generator, "encoder", pictures=shown)[1]
    (made,) = run(generator, "decoder", views=np.eye(3, dtype=np.float32)[2:], z=z)
    made = (np.moveaxis(made[0], 0, 2) + 1) * 127.5
    distances = [np.abs(made - picture(1, 0, view)).mean() for view in range(3)]
    assert distances[2] < 0.4 * min(distances[:2])
