"""Recipes over clips and over faces with landmarks: the commands on a portrait whose mouth moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from drawn_portraits import neutral_landmarks
from mien.align import TEMPLATE, similarity_transform
from mien.cli.app import app
from mien.detect import get_detector
from mien.errors import DatasetError, InputError

Show = Callable[[str, float, int], tuple[np.ndarray, np.ndarray]]

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"

# Where the mouth goes, in distances between the eyes.
MOVES = {"negative": (0.2, 0.0), "positive": (0.0, -0.2), "surprise": (0.0, 0.2)}


def mien(*arguments: object) -> None:
    """Run a command in this process, for speed; its error is raised."""
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if done.exception is not None:
        raise done.exception


@pytest.fixture(scope="module")
def show() -> Show:
    """``show(expression, intensity, seed)``: the portrait, noisy, its mouth moved, and its 68 landmarks."""
    portrait = cv2.imread(str(PORTRAIT), cv2.IMREAD_GRAYSCALE)
    five = get_detector("yunet").detect(cv2.cvtColor(portrait, cv2.COLOR_GRAY2RGB)).landmarks[0]
    mouth, side = five[3:].mean(0), np.linalg.norm(five[1] - five[0])
    laid = similarity_transform(48 * TEMPLATE, five)
    points = neutral_landmarks() @ laid[:, :2].T + laid[:, 2]
    y, x = np.mgrid[: portrait.shape[0], : portrait.shape[1]].astype(np.float32)

    def nearness(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.exp(-((x - mouth[0]) ** 2 + (y - mouth[1]) ** 2) / (2 * (0.4 * side) ** 2))

    def picture_and_landmarks(expression: str, intensity: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
        move = intensity * side * np.array(MOVES[expression])
        near = nearness(x, y)
        moved = cv2.remap(portrait, *np.float32([x - near * move[0], y - near * move[1]]), cv2.INTER_LINEAR)
        noisy = moved + np.random.default_rng(seed).normal(0, 2, moved.shape)
        return np.clip(noisy, 0, 255).astype(np.uint8), points + nearness(*points.T)[:, None] * move

    return picture_and_landmarks


def write_ckplus(folder: Path, show: Show) -> None:
    """Four people, happy and surprised, three frames each, with landmarks of the last."""
    for person in ("S005", "S010", "S011", "S014"):
        for number, (expression, code) in enumerate({"positive": 5, "surprise": 7}.items(), 1):
            place, stem = f"{person}/{number:03d}", f"{person}_{number:03d}"
            for kind in ("cohn-kanade-images", "Emotion", "Landmarks"):
                (folder / kind / place).mkdir(parents=True)
            for frame in (1, 2, 3):
                picture, points = show(expression, (frame - 1) / 2, int(person[1:]) + frame)
                cv2.imwrite(str(folder / "cohn-kanade-images" / place / f"{stem}_{frame:08d}.png"), picture)
            (folder / "Emotion" / place / f"{stem}_00000003_emotion.txt").write_text(f"{code}.0\n")
            lines = "\n".join(f"{x:.4f} {y:.4f}" for x, y in points)
            (folder / "Landmarks" / place / f"{stem}_00000003_landmarks.txt").write_text(lines)


@pytest.mark.parametrize("recipe", ["flow+nb", "flow+hmm", "asm+nb"])
def test_cross_validation_by_person(recipe: str, show: Show, tmp_path: Path) -> None:
    write_ckplus(tmp_path / "ck", show)
    mien(
        *("crossval", "--recipe", recipe, "--data", f"ckplus:{tmp_path}/ck", "--protocol", "loso"),
        *("--out", tmp_path / "out"),
    )
    figures = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert (figures["n"], len(figures["fold_accuracies"]), figures["accuracy"]) == (8, 4, 1.0)


def test_a_model_of_clips_and_what_it_refuses(show: Show, tmp_path: Path) -> None:
    for camera, noise in (("HS", 0), ("VIS", 100)):
        for person in ("s01", "s02", "s03"):
            for expression in MOVES:
                clip = tmp_path / "smic" / camera / person / "micro" / expression / f"{person}_{expression[:2]}_01"
                clip.mkdir(parents=True)
                for frame, intensity in enumerate((0, 0.5, 1, 0.5)):
                    picture, _ = show(expression, intensity, noise + int(person[1:]))
                    cv2.imwrite(str(clip / f"image{frame:03d}.bmp"), picture)
    data = f"smic:{tmp_path}/smic"
    mien("train", "--recipe", "flow+svm", "--data", data, "--out", tmp_path / "run")
    model = tmp_path / "run" / "flow+svm.json"
    card = json.loads(model.read_text())
    assert card["description"] == "LinearSVM over flow features of clips from first frame to apex"
    assert (card["measured"][0]["n"], card["measured"][0]["accuracy"]) == (9, 1.0)
    for command in (["analyze", PORTRAIT], ["evaluate", "--data", data]):
        with pytest.raises(InputError, match=r"'flow\+svm' reads clips of an expression, .* and not still faces"):
            mien(*command, "--model", model)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ("asm+svm", "has no landmarks to learn from; ckplus, affectnet and views have them"),
        ("lbp+hmm", "is a single picture and not a clip; ckplus, casme2, samm"),
    ],
)
def test_data_that_lack_something(recipe: str, message: str, tmp_path: Path) -> None:
    line = f"0,{' '.join(['7'] * 2304)},Training"
    (tmp_path / "fer2013.csv").write_text(f"emotion,pixels,Usage\n{line}\n")
    with pytest.raises(DatasetError, match=rf"fer2013\.csv, split train: .*{message}"):
        mien("train", "--recipe", recipe, "--data", f"fer2013:{tmp_path}/fer2013.csv", "--out", tmp_path / "run")
    assert not (tmp_path / "run").exists()
