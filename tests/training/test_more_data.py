"""A network may learn from more data sets than the one it is measured on, and begin where another training ended."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from mien.cli.app import app  # noqa: E402
from mien.datasets import FaceData  # noqa: E402
from mien.datasets.data import join, translate  # noqa: E402
from mien.datasets.parts import read_parts  # noqa: E402
from mien.errors import DatasetError  # noqa: E402
from mien.labels import EKMAN7, FERPLUS8, FIVE  # noqa: E402
from mien.models import checksum, read_card  # noqa: E402
from mien.models.registry import WEIGHTS  # noqa: E402
from mien.training.export import write_model  # noqa: E402
from mien.training.recipes import get_recipe  # noqa: E402
from mien.training.run import Run  # noqa: E402
from mien.training.targets import make_targets  # noqa: E402


def data(labels: list[int], label_set=EKMAN7, votes: int | None = None) -> FaceData:
    images = np.full((len(labels), 48, 48), 100, np.uint8)
    cast = None if votes is None else np.tile(np.eye(10, dtype=np.uint8)[votes] * 10, (len(labels), 1))
    return FaceData(images, np.array(labels), label_set, cast)


def fer2013_csv(path: Path, shade: int = 0) -> str:
    """Seven pictures to learn from and seven to measure on, a class each."""
    rows = ["emotion,pixels,Usage"]
    for usage in ("Training", "PublicTest"):
        for label in range(7):
            pixels = np.random.default_rng(label).integers(shade, 200, 2304)
            rows.append(f"{label},{' '.join(map(str, pixels))},{usage}")
    path.write_text("\n".join(rows))
    return f"fer2013:{path}"


def test_labels_are_translated() -> None:
    # FER+ knows contempt, which people who do not see it call neutral.
    other = translate(data([FERPLUS8.labels.index(name) for name in ("anger", "contempt")], FERPLUS8), data([0]))
    assert [EKMAN7.labels[label] for label in other.labels] == ["angry", "neutral"]
    assert other.label_set == EKMAN7


def test_faces_without_votes_train_only_the_head_of_labels() -> None:
    first = data([3], votes=1)
    both = join([first, translate(data([5]), first)])
    labels, votes = (make_targets(both, objective) for objective in get_recipe("mien").objectives)
    assert labels.argmax(1).tolist() == [3, 5]
    assert votes.sum(1).tolist() == [1, 0]


def test_labels_without_a_counterpart_are_an_error() -> None:
    with pytest.raises(DatasetError, match="labels of 'five' have no counterpart in 'ekman7'"):
        translate(data([0], FIVE), data([0]))


def test_all_parts_of_the_other_data_are_learnt_from_and_none_is_measured_on(tmp_path: Path) -> None:
    first, other = fer2013_csv(tmp_path / "first.csv"), fer2013_csv(tmp_path / "other.csv", shade=100)
    parts = read_parts(first, also=[other])
    assert (len(parts.training), len(parts.validation)) == (7 + 14, 7)


def train(*arguments: object) -> str:
    done = CliRunner().invoke(app, ["train", "--recipe", "mien-tiny", "--epochs", "1", *map(str, arguments)])
    return done.output if done.exit_code == 0 else f"{done.output} {done.exception}"


def test_a_training_begins_with_the_weights_of_another(tmp_path: Path) -> None:
    spec = fer2013_csv(tmp_path / "fer2013.csv")
    assert "done" in train("--data", spec, "--out", tmp_path / "first")
    assert "done" in train("--data", spec, "--also", spec, "--start", tmp_path / "first", "--out", tmp_path / "second")
    first, second = Run(tmp_path / "first"), Run(tmp_path / "second")
    # One warm-up step moves weights by a hundredth at most; two random networks share nothing.
    before, after, strange = (
        run.load_weights()["blocks.0.conv1.weight"].flatten() for run in (first, second, random_run(tmp_path, spec))
    )
    assert float(torch.corrcoef(torch.stack([before, after]))[0, 1]) > 0.9
    assert abs(float(torch.corrcoef(torch.stack([before, strange]))[0, 1])) < 0.3
    card = read_card(write_model(second, read_parts(spec).training, tmp_path / "model"))
    command = "mien train --recipe mien-tiny --epochs 1 --seed 0 --data fer2013:PATH"
    assert card.training["command"] == f"{command} --out RUN; {command} --also fer2013:PATH --start RUN --out RUN2"
    assert card.training["data"] == "fer2013 (7 faces), also fer2013"
    assert card.training["teacher_sha256"] == checksum((WEIGHTS / "mien.onnx").read_bytes())


def random_run(tmp_path: Path, spec: str) -> Run:
    assert "done" in train("--data", spec, "--seed", 1, "--out", tmp_path / "strange")
    return Run(tmp_path / "strange")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    spec = fer2013_csv(tmp_path / "fer2013.csv")
    assert "done" in train("--data", spec, "--out", tmp_path / "first")
    config = tmp_path / "first" / "config.json"
    described = json.loads(config.read_text())
    config.write_text(json.dumps(described | {"recipe": described["recipe"] | {"network": "mien"}}))
    said = train("--data", spec, "--start", tmp_path / "first", "--out", tmp_path / "second")
    assert "first: its network is not that of recipe mien-tiny" in said


def test_classical_roads_have_no_start(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["train", "--recipe", "lbp+svm", "--data", "fer2013:x.csv", "--start", "run", "--out", str(tmp_path)]
    )
    assert "--also, --start and --epochs are for networks" in str(done.exception)
