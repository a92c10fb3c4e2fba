"""Real systems on a few faces."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from mien.bench.bench import bench
from mien.bench.systems import (
    ClassicSystem,
    NetworkSystem,
    ShippedSystem,
    default_systems,
    find_system,
)
from mien.bench.table import Row
from mien.datasets import FaceData
from mien.datasets.parts import Parts
from mien.errors import UnknownName
from mien.labels import EKMAN7
from mien.models import load_model


def faces(n: int, seed: int) -> FaceData:
    """A bright band, lower with each class, so that every system can learn them."""
    images = np.random.default_rng(seed).integers(0, 60, (n, 48, 48), np.uint8)
    labels = np.arange(n) % 7
    for image, label in zip(images, labels, strict=True):
        image[label * 6 : label * 6 + 8] += 150
    return FaceData(images, labels, EKMAN7)


DATA = Parts("fer2013:made-up", faces(140, 0), faces(70, 1), "public")


def run(folder: Path, minutes: float, *systems: object) -> tuple[list[Row], list[str]]:
    said: list[str] = []
    return bench(systems, DATA, folder, minutes, said.append, lambda _: None), said  # type: ignore[arg-type]


def test_systems_side_by_side_and_a_committee(tmp_path: Path) -> None:
    networks = NetworkSystem("mini-xception"), NetworkSystem("mini-xception-48")
    rows, said = run(tmp_path, 0.0, ShippedSystem("mien"), *networks)
    assert [row.system for row in rows] == ["mien"]
    assert "mini-xception: no time left" in said
    for system in (ClassicSystem("pca+nb"), *networks):
        run(tmp_path, 0.05, system)  # an epoch at least, however slow the machine
    rows, _ = run(tmp_path, 0.0, ClassicSystem("pca+nb"), *networks)
    assert [(row.system, row.kind) for row in rows] == [
        ("pca+nb", "classic"),
        ("mini-xception", "network"),
        ("mini-xception-48", "network"),
        ("committee of 2", "committee"),
    ]
    assert [row.epochs is None for row in rows] == [True, False, False, True]
    assert rows[1].cells()[0] == "mini-xception*"  # of 10,000 epochs
    assert rows[0].accuracy is not None
    assert rows[0].accuracy > 0.9
    assert all(row.faces_per_second > 1 and row.parameters > 0 for row in rows)
    assert load_model(tmp_path / "committee" / "committee.json").probabilities(
        DATA.validation.images, EKMAN7
    ).shape == (
        70,
        7,
    )
    # What is done stays done: nothing is trained or timed again.
    again, said = run(tmp_path, 0.0, ClassicSystem("pca+nb"), *networks)
    assert [row.faces_per_second for row in again[:3]] == [row.faces_per_second for row in rows[:3]]
    assert not any("epoch" in line for line in said)


def test_shipped_models_are_measured_on_these_faces(tmp_path: Path) -> None:
    ((row,), _) = run(tmp_path, 0.0, ShippedSystem("mien-tiny"))
    right = load_model("mien-tiny").probabilities(DATA.validation.images, EKMAN7).argmax(1) == DATA.validation.labels
    assert row.accuracy == right.mean()  # and not what its card says of PublicTest
    others = replace(DATA, validation=faces(35, 2))
    (again,) = bench([ShippedSystem("mien-tiny")], others, tmp_path, 0.0, lambda _: None, lambda _: None)
    right = (
        load_model("mien-tiny").probabilities(others.validation.images, EKMAN7).argmax(1) == others.validation.labels
    )
    assert again.accuracy == right.mean()


def test_what_was_stopped_before_it_was_measured_is_measured(tmp_path: Path) -> None:
    run(tmp_path, 1.0, ClassicSystem("dct+nb"))
    path = tmp_path / "dct+nb" / "dct+nb.json"
    whole = path.read_text()
    for stopped in (json.dumps(json.loads(whole) | {"measured": []}), whole[:100]):
        path.write_text(stopped)
        ((row,), _) = run(tmp_path, 1.0, ClassicSystem("dct+nb"))
        assert row.accuracy is not None


def test_a_run_without_an_epoch_waits_for_time(tmp_path: Path) -> None:
    (tmp_path / "mini-xception").mkdir()
    (tmp_path / "mini-xception" / "config.json").write_text("{}")  # stopped in its first epoch
    assert run(tmp_path, 0.0, NetworkSystem("mini-xception")) == ([], ["mini-xception: no time left"])


def test_names() -> None:
    assert find_system("hog+svm").kind == "classic"
    assert find_system("vgg19").kind == "network"
    assert find_system("shipped:mien").kind == "shipped"
    with pytest.raises(UnknownName, match="did you mean 'vgg19'"):
        find_system("vgg9")
    systems = default_systems()
    assert [find_system(s.name if s.kind != "shipped" else f"shipped:{s.name}") for s in systems] == systems


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    lines = ["emotion,pixels,Usage"]
    for usage, data in (("Training", DATA.training), ("PublicTest", DATA.validation)):
        lines += [f"{e},{' '.join(map(str, p.ravel()))},{usage}" for e, p in zip(data.labels, data.images, strict=True)]
    (tmp_path / "fer2013.csv").write_text("\n".join(lines))
    command = [sys.executable, "-m", "mien", "bench", "--data", f"fer2013:{tmp_path}/fer2013.csv", "--out"]
    command += [str(tmp_path / "bench"), "--only", "lda+svm", "--only", "mini-xception", "--budget"]
    done = subprocess.run([*command, "0"], capture_output=True, text=True, timeout=300, check=True)
    assert "no time was left for lda+svm, mini-xception" in done.stdout
    done = subprocess.run([*command, "0.2"], capture_output=True, text=True, timeout=300, check=True)
    assert "lda+svm" in done.stdout
    assert "…" not in done.stdout  # no figure is cut where the terminal is narrow
    table = (tmp_path / "bench" / "bench.md").read_text()
    assert "| mini-xception* |" in table
    assert "of 10,000 |" in table
