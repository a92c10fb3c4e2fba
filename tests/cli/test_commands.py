"""The other commands, each as a real process."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from mien.labels import EKMAN7
from mien.models import list_models

ASTRONAUT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"


def mien(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_models_lists_each_with_its_figures() -> None:
    done = mien("models")
    assert done.returncode == 0
    for card in list_models():
        assert card.name in done.stdout
        assert f"{card.macs / 1e6:.0f} M" in done.stdout
        one, ten = (100 * card.accuracy(EKMAN7, "public", crops) for crops in (1, 10))
        assert f"{one:.1f}, {ten:.1f}" in done.stdout


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
    for command in (
        "analyze",
        "rotate",
        "watch",
        "serve",
        "models",
        "datasets",
        "views",
        "evaluate",
        "recipes",
        "train",
        "export",
        "quantize",
        "ensemble",
        "crossval",
        "bench",
    ):
        assert command in text


def test_unknown_options_are_no_traceback() -> None:
    done = mien("analyze", "--colour", "x")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "--colour" in done.stderr
