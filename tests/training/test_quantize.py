"""A twin of 8-bit integers answers as its network does, in a quarter of the bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner

from mien import Analyzer
from mien.cli.app import app
from mien.datasets import FaceData
from mien.errors import ModelError
from mien.labels import EKMAN7
from mien.models import form_committee, load_model, read_card
from mien.models.registry import WEIGHTS

pytest.importorskip("torch")
from mien.training.quantize import quantize

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


@pytest.fixture(scope="module")
def faces() -> FaceData:
    """One smiling face, lighter and darker, sharper and duller."""
    crop = Analyzer().find(ASTRONAUT).crops[0].astype(float)
    varied = [(crop - 128) * contrast + light for contrast in (0.6, 0.8, 1.0, 1.2) for light in (100, 128, 150)]
    images = np.clip(varied, 0, 255).astype(np.uint8)
    return FaceData(images, np.full(len(images), EKMAN7.labels.index("happy")), EKMAN7)


@pytest.fixture(scope="module")
def twin(faces: FaceData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quantize(WEIGHTS / "mien.json", faces, tmp_path_factory.mktemp("models"))


def test_the_twin_answers_as_the_network_does(faces: FaceData, twin: Path) -> None:
    answers = load_model(twin).probabilities(faces.images, EKMAN7)
    assert [EKMAN7.labels[row.argmax()] for row in answers] == ["happy"] * len(faces.images)
    np.testing.assert_allclose(answers, load_model("mien").probabilities(faces.images, EKMAN7), atol=0.08)


def test_the_twin_takes_a_third_of_the_bytes_at_most(twin: Path) -> None:
    assert twin.with_suffix(".onnx").stat().st_size < (WEIGHTS / "mien.onnx").stat().st_size / 3


def test_the_first_convolution_and_the_dense_layers_stay_floats(twin: Path) -> None:
    nodes = onnx.load(twin.with_suffix(".onnx")).graph.node
    whole = {name for node in nodes if node.op_type == "DequantizeLinear" for name in node.output}
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    assert [node.input[1] in whole for node in convolutions] == [False] + [True] * 13
    assert not any(node.input[1] in whole for node in nodes if node.op_type == "Gemm")


def test_of_the_means_before_shortcuts_that_of_an_odd_side_is_left(twin: Path) -> None:
    def means(path: Path) -> int:
        return sum(node.op_type == "AveragePool" for node in onnx.load(path).graph.node)

    # Sides of 44, 22 and 11 pixels.
    assert (means(WEIGHTS / "mien.onnx"), means(twin.with_suffix(".onnx"))) == (3, 1)


def test_the_twins_card_is_the_networks_but_for_what_changed(twin: Path) -> None:
    card, original = read_card(twin), read_card(WEIGHTS / "mien.json")
    assert card.name == "mien-int8"
    assert card.training["quantized"].startswith("mien quantize mien ")
    same = {"description": "", "measured": [], "training": {}}
    changed = {"name": original.name, "file": original.file, "sha256": original.sha256}
    assert replace(card, **same, **changed) == replace(original, **same)


def test_a_twin_has_no_twin(faces: FaceData, twin: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"mien-int8\.json: this network has 8-bit integers already"):
        quantize(twin, faces, tmp_path)


def test_only_networks_have_twins(faces: FaceData, tmp_path: Path) -> None:
    committee = tmp_path / "both.json"
    form_committee([WEIGHTS / "mien.json"], committee, "mean", {})
    with pytest.raises(ModelError, match=r"both\.json: only a network can be quantized"):
        quantize(committee, faces, tmp_path)


def test_the_command_measures_the_twin(faces: FaceData, tmp_path: Path) -> None:
    rows = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest"):
        for number, image in enumerate(faces.images):
            label = EKMAN7.labels.index("happy") if number else 0  # two classes at least are wanted
            rows.append(f"{label},{' '.join(map(str, image.ravel()))},{usage}")
    csv = tmp_path / "fer2013.csv"
    csv.write_text("\n".join(rows))
    done = CliRunner().invoke(app, ["quantize", "mien", "--data", f"fer2013:{csv}", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    measured = read_card(tmp_path / "mien-int8.json").measured[0]
    # The command called the first face angry, as the data do: 11 of 12 are read as they are labelled.
    assert (measured["n"], measured["accuracy"]) == (12, pytest.approx(11 / 12, abs=1e-4))
