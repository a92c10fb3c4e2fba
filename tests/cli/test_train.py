"""The commands that train, each as a real process on a few faces."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")


def mien(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    """A small FER2013 whose classes are learnt at once: a bright band, lower with each."""
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for i in range(112):
        pixels = rng.integers(0, 60, (48, 48))
        pixels[i % 7 * 6 : i % 7 * 6 + 8] += 150
        lines.append(f"{i % 7},{' '.join(map(str, pixels.ravel()))},{'Training' if i < 70 else 'PublicTest'}")
    path = tmp_path / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


def test_a_network_from_recipe_to_answer(csv_file: Path, tmp_path: Path) -> None:
    data, run = f"fer2013:{csv_file}", tmp_path / "run"
    done = mien("train", "--recipe", "kernel-small-512", "--epochs", 1, "--data", data, "--out", run)
    assert done.returncode == 0, done.stderr
    done = mien("export", run)
    assert done.returncode == 0, done.stderr
    card = json.loads((run / "kernel-small-512.json").read_text())
    assert card["input"]["views"] == "whole"
    assert (card["training"]["epochs"], card["training"]["epochs_of_recipe"]) == (1, 100)
    assert {(row["split"], row["n"]) for row in card["measured"]} == {("public", 42)}
    done = mien("evaluate", "--model", run / "kernel-small-512.json", "--data", data, "--crops", 5, "--json", "-")
    assert json.loads(done.stdout)["n"] == 42


def test_a_feature_and_a_classifier(csv_file: Path, tmp_path: Path) -> None:
    done = mien("train", "--recipe", "pca+nb", "--data", f"fer2013:{csv_file}", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    model = tmp_path / "run" / "pca+nb.json"
    done = mien("evaluate", "--model", model, "--data", f"fer2013:{csv_file}", "--json", "-")
    assert json.loads(done.stdout)["accuracy"] > 0.9
    done = mien("analyze", Path(__file__).parents[2] / "examples" / "astronaut.jpg", "--model", model, "--json", "-")
    (face,) = json.loads(done.stdout)["faces"]
    assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "vgg91"], "did you mean 'vgg19'"),
        (["--recipe", "hog+swm"], "did you mean 'svm'"),
        (["--recipe", "hog+svm", "--epochs", "3"], "--epochs are for networks"),
        (["--recipe", "vgg19-published"], "split private: there are no labelled pictures"),
    ],
)
def test_wrong_calls_are_one_line(csv_file: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    done = mien("train", "--data", f"fer2013:{csv_file}", "--out", tmp_path / "run", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert message in line
    assert not (tmp_path / "run").exists()


def test_bad_rows_end_a_training_or_are_counted(csv_file: Path, tmp_path: Path) -> None:
    with csv_file.open("a") as file:
        file.write("\n3," + "7 " * 2303 + ",Training")
    command = ["train", "--recipe", "kernel-small-512", "--epochs", 1, "--data", f"fer2013:{csv_file}", "--out"]
    done = mien(*command, tmp_path / "stopped")
    assert (done.returncode, done.stdout) == (2, "")
    assert "fer2013.csv, line 114: 2303 pixels instead of 2304" in done.stderr
    done = mien(*command, tmp_path / "run", "--skip-bad")
    assert done.returncode == 0, done.stderr
    assert "bad samples left out: 1" in done.stdout
    assert mien("export", tmp_path / "run").returncode == 2
    done = mien("export", tmp_path / "run", "--skip-bad")
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "run" / "kernel-small-512.json").read_text())
    assert " --data fer2013:PATH --skip-bad --out RUN" in card["training"]["command"]
    done = mien("train", "--recipe", "dct+nb", "--data", f"fer2013:{csv_file}", "--out", tmp_path / "c", "--skip-bad")
    assert done.returncode == 0, done.stderr
    assert "mien: bad samples left out: 1" in done.stderr


def write_jaffe(folder: Path) -> None:
    """Five people, each happy and sad twice; a face is the portrait that comes with the project, sharp or blurred."""
    portrait = cv2.imread(str(Path(__file__).parents[2] / "examples" / "astronaut.jpg"))
    for person in ("KA", "KL", "KM", "KR", "MK"):
        for code, picture in (("HA", portrait), ("SA", cv2.GaussianBlur(portrait, None, 6))):
            for number in (1, 2):
                cv2.imwrite(str(folder / f"{person}.{code}{number}.{number}.tiff"), picture)


@pytest.mark.parametrize("recipe", ["pca+svm", "kernel-small-512"])
def test_cross_validation_by_person(recipe: str, tmp_path: Path) -> None:
    (tmp_path / "jaffe").mkdir()
    write_jaffe(tmp_path / "jaffe")
    done = mien(
        *("crossval", "--recipe", recipe, "--data", f"jaffe:{tmp_path}/jaffe", "--protocol", "loso"),
        *("--epochs", 1, "--out", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert (figures["n"], len(figures["fold_accuracies"])) == (20, 5)
    if recipe == "pca+svm":
        assert figures["accuracy"] == 1.0  # sharpness tells the classes apart
    else:
        card = json.loads((tmp_path / "out" / "fold-03" / f"{recipe}.json").read_text())
        again = f"mien crossval --recipe {recipe} --protocol loso --folds 10 --epochs 1 --seed 0"
        assert card["training"]["command"] == f"{again} --data jaffe:PATH --out DIR  # fold 3"


def test_cross_validation_counts_what_it_leaves_out(tmp_path: Path) -> None:
    (tmp_path / "jaffe").mkdir()
    write_jaffe(tmp_path / "jaffe")
    (tmp_path / "jaffe" / "KA.XX1.1.tiff").write_bytes(b"no picture")
    command = ["crossval", "--recipe", "dct+nb", "--data", f"jaffe:{tmp_path}/jaffe", "--protocol", "loso", "--out"]
    done = mien(*command, tmp_path / "stopped")
    assert (done.returncode, "KA.XX1.1.tiff: the name is not of the form" in done.stderr) == (2, True)
    done = mien(*command, tmp_path / "out", "--skip-bad")
    assert done.returncode == 0, done.stderr
    assert "mien: bad samples left out: 1" in done.stderr
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert (figures["n"], figures["skipped"]) == (20, 1)


def test_cross_validation_needs_people(csv_file: Path, tmp_path: Path) -> None:
    done = mien("crossval", "--data", f"fer2013:{csv_file}", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "does not say whom its pictures show" in done.stderr


def test_recipes_are_listed_and_shown() -> None:
    listed = mien("recipes").stdout
    assert re.search(r"^│ resnet34 +│ ResNet34 .*\n│ +│ also -published, -short", listed, re.MULTILINE)
    assert re.search(r"^│ kernel-small-short +│", listed, re.MULTILINE)  # there is no kernel-small that it varies
    assert re.search(r"^features: .*\bhog\b.*\nclassifiers: .*\bsvm\b", listed, re.MULTILINE)
    shown = json.loads(mien("recipes", "vgg19").stdout)
    assert (shown["epochs"], shown["optimizer"]["clamp"]) == (250, 0.1)
    assert shown["schedule"] == {"kind": "Decay", "start": 80, "every": 5, "by": 0.9}
