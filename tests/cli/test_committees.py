"""Published committees that take several commands, on a few made-up faces: the commands of docs/results.md."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from mien.cli.app import app
from mien.labels import EKMAN7
from mien.models import load_model, read_card

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
SFEW_FOLDERS = ("Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise", "Neutral")


def mien(*arguments: object) -> str:
    """What a command prints; its error is raised."""
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if done.exception is not None:
        raise done.exception
    return done.output


def write_fer2013(path: Path, usages: tuple[str, ...]) -> None:
    """Fourteen pictures a part, a bright band for each class."""
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for usage in usages:
        for i in range(14):
            pixels = rng.integers(0, 60, (48, 48))
            pixels[i % 7 * 6 : i % 7 * 6 + 8] += 150
            lines.append(f"{i % 7},{' '.join(map(str, pixels.ravel()))},{usage}")
    path.write_text("\n".join(lines))


def write_sfew(root: Path) -> None:
    """One frame of a film for each class and part: the project's portrait, darker with each class."""
    portrait = cv2.imread(str(PORTRAIT))
    for part in ("Train", "Val"):
        for shade, folder in enumerate(SFEW_FOLDERS):
            (root / part / folder).mkdir(parents=True)
            cv2.imwrite(str(root / part / folder / f"Film_{shade}.png"), (portrait * (1 - shade / 20)).astype(np.uint8))


def test_committee_fine_tuned_on_sfew(tmp_path: Path) -> None:
    """Kim et al. 2016: learnt from FER2013, fine-tuned on SFEW, fused in two levels."""
    write_fer2013(tmp_path / "fer2013.csv", ("Training", "PublicTest"))
    write_sfew(tmp_path / "SFEW")
    sfew = f"sfew:{tmp_path / 'SFEW'}"
    cards = []
    for name in ("kernel-small-512", "kernel-small-512-equalise"):
        before, after = tmp_path / name, tmp_path / f"{name}-sfew"
        mien("train", "--recipe", name, "--data", f"fer2013:{tmp_path / 'fer2013.csv'}", "--epochs", 1, "--out", before)
        mien("train", "--recipe", after.name, "--start", before, "--data", sfew, "--epochs", 1, "--out", after)
        mien("export", after)
        cards.append(after / f"{after.name}.json")
        training = read_card(cards[-1]).training
        assert training["data"].startswith("sfew (7 faces)")
        first, _, second = training["command"].partition("; ")
        assert f"--recipe {name} " in first
        assert "fer2013:PATH" in first
        assert f"--recipe {name}-sfew " in second
        assert "--start RUN" in second
    group, top = tmp_path / "group.json", tmp_path / "top.json"
    mien("ensemble", *cards, "--data", sfew, "--rule", "weighted", "--out", group)
    mien("ensemble", group, cards[0], "--data", sfew, "--out", top)
    assert {(row["data"], row["split"], row["n"]) for row in read_card(top).measured} == {("sfew", "val", 7)}


def test_mean_over_the_models_of_folds(tmp_path: Path) -> None:
    """Tang 2013: a model for each split of Training, averaged; PublicTest stays unseen."""
    write_fer2013(tmp_path / "training.csv", ("Training",))
    write_fer2013(tmp_path / "fer2013.csv", ("Training", "PublicTest"))
    mien(
        *("crossval", "--recipe", "kernel-small-512", "--protocol", "stratified", "--folds", 2, "--epochs", 1),
        *("--data", f"fer2013:{tmp_path / 'training.csv'}", "--out", tmp_path / "folds"),
    )
    cards = sorted((tmp_path / "folds").glob("fold-*/kernel-small-512.json"))
    assert len(cards) == 2
    mien("ensemble", *cards, "--out", tmp_path / "mean.json")
    faces = np.random.default_rng(1).integers(0, 256, (3, 48, 48), np.uint8)
    expected = np.mean([load_model(card).probabilities(faces, EKMAN7) for card in cards], axis=0)
    np.testing.assert_allclose(load_model(tmp_path / "mean.json").probabilities(faces, EKMAN7), expected, atol=1e-6)
    mien("ensemble", *cards, "--data", f"fer2013:{tmp_path / 'fer2013.csv'}", "--out", tmp_path / "measured.json")
    measured = read_card(tmp_path / "measured.json").measured
    assert {(row["split"], row["n"]) for row in measured} == {("public", 14)}
