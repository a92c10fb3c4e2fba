"""The other commands, each as a real process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mien.labels import EKMAN7
from mien.models import list_models

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def mien(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for i, usage in enumerate(["Training"] * 8 + ["PublicTest"] * 12):
        lines.append(f"{i % 7},{' '.join(map(str, rng.integers(0, 256, 2304)))},{usage}")
    path = tmp_path / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


def test_evaluate_prints_json_and_writes_a_report(csv_file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    done = mien("evaluate", "--data", f"fer2013:{csv_file}", "--crops", "10", "--json", "-", "--report", report)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["model"], figures["split"], figures["crops"], figures["n"]) == ("mien", "public", 10, 12)
    assert np.sum(figures["confusion"]) == 12
    assert np.trace(figures["confusion"]) / 12 == pytest.approx(figures["accuracy"])
    assert figures["near_duplicates"] == 0
    assert json.loads((report / "figures.json").read_text()) == figures
    for name in ("confusion.png", "reliability.png"):
        assert (report / name).read_bytes().startswith(b"\x89PNG")


def test_evaluate_does_without_training_pictures(csv_file: Path) -> None:
    lines = csv_file.read_text().splitlines()
    csv_file.write_text("\n".join([lines[0], *(line.replace("PublicTest", "PrivateTest") for line in lines[9:])]))
    done = mien("evaluate", "--data", f"fer2013:{csv_file}", "--split", "private", "--json", "-")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["n"] == 12
    assert "near_duplicates" not in figures
    assert "holds no Training" in done.stderr


def test_evaluate_shows_a_table(csv_file: Path) -> None:
    done = mien("evaluate", "--data", f"fer2013:{csv_file}", "--split", "train")
    assert done.returncode == 0
    assert "mien on fer2013 train, single crop, n 8" in done.stdout
    assert "balanced accuracy" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--head", "ferplus8"], "no FER+ votes"),
        (["--head", "five"], "no labels in 'five'"),
        (["--split", "private"], "holds no PrivateTest"),
        (["--model", "nobody"], "no model is named"),
    ],
)
def test_evaluate_says_what_is_wrong(csv_file: Path, arguments: list[str], message: str) -> None:
    done = mien("evaluate", "--data", f"fer2013:{csv_file}", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert message in line


def test_models_lists_each_with_its_figures() -> None:
    done = mien("models")
    assert done.returncode == 0
    for card in list_models():
        assert card.name in done.stdout
        assert f"{card.macs / 1e6:.0f} M" in done.stdout
        assert f"{card.accuracy(EKMAN7, 'public', 10):.1%}" in done.stdout


def test_benchmark_measures() -> None:
    done = mien("benchmark", ASTRONAUT, "--seconds", "0.3")
    assert done.returncode == 0, done.stderr
    faces = int(re.search(r"(\d+) faces/s", done.stdout)[1])
    milliseconds = float(re.search(r"([\d.]+) ms", done.stdout)[1])
    assert 20 < faces < 100_000
    assert 1 < milliseconds < 2000
    assert "512x512, 1 face(s)" in done.stdout


def test_benchmark_needs_no_photo() -> None:
    done = mien("benchmark", "--seconds", "0.1")
    assert done.returncode == 0, done.stderr
    assert "640x480, 0 face(s)" in done.stdout


def test_version_and_help() -> None:
    import mien as package

    assert mien("--version").stdout == f"mien {package.__version__}\n"
    text = mien("--help").stdout
    for command in ("analyze", "models", "evaluate", "benchmark", "train", "export"):
        assert command in text


def test_unknown_options_are_no_traceback() -> None:
    done = mien("analyze", "--colour", "x")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--colour" in done.stderr
