"""``mien evaluate`` as a real process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest


def evaluate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mien", "evaluate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def write_csv(path: Path, usages: list[str], classes: int = 7) -> Path:
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for i, usage in enumerate(usages):
        lines.append(f"{i % classes},{' '.join(map(str, rng.integers(0, 256, 2304)))},{usage}")
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "fer2013.csv", ["Training"] * 8 + ["PublicTest"] * 12)


def test_prints_json_and_writes_a_report(csv_file: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    done = evaluate("--data", f"fer2013:{csv_file}", "--crops", "5", "--json", "-", "--report", report, "--robustness")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["model"], figures["split"], figures["crops"], figures["n"]) == ("mien", "public", 5, 12)
    assert figures["label_set"] == "ekman7"
    assert np.trace(figures["confusion"]) / 12 == pytest.approx(figures["accuracy"])
    low, high = figures["intervals"]["accuracy"]
    assert 0 <= low <= figures["accuracy"] <= high <= 1
    assert figures["near_duplicates"] == 0
    assert figures["robustness"][0]["accuracy"] == figures["accuracy"]
    assert {row["corruption"] for row in figures["robustness"]} > {"none", "blur", "JPEG"}
    assert json.loads((report / "figures.json").read_text()) == figures
    page = (report / "index.html").read_text(encoding="utf-8")
    assert "mien on fer2013 public" in page
    assert f"mien evaluate --data fer2013:{csv_file} --crops 5" in page
    assert "5 crops" in page


def test_shows_a_table_with_intervals(csv_file: Path) -> None:
    done = evaluate("--data", f"fer2013:{csv_file}", "--split", "train")
    assert done.returncode == 0, done.stderr
    assert "mien on fer2013 train, single crop, n 8" in done.stdout
    assert "95% bootstrap intervals" in done.stdout
    assert "near-duplicates" not in done.stdout  # of training in itself


def test_the_whole_data_set_and_merged_labels(csv_file: Path) -> None:
    done = evaluate("--data", f"fer2013:{csv_file}", "--split", "all", "--head", "five", "--json", "-")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["n"] == 20
    # Emotion i % 7 of rows 0 to 19: disgust and fear (3 each) join surprise (3).
    assert {label: row["n"] for label, row in figures["per_class"].items()} == {
        "angry": 3,
        "surprise": 9,
        "sad": 3,
        "happy": 3,
        "neutral": 2,
    }


def test_does_without_training_pictures(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", ["PrivateTest"] * 12)
    done = evaluate("--data", f"fer2013:{path}", "--split", "private", "--json", "-")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures["n"] == 12
    assert "near_duplicates" not in figures
    assert "near-duplicates are not looked for" in done.stderr


def test_bad_samples_are_left_out_when_asked(csv_file: Path) -> None:
    with csv_file.open("a") as file:
        file.write("\n3,1 2 3,PublicTest")
    done = evaluate("--data", f"fer2013:{csv_file}")
    assert done.returncode == 2
    assert "3 pixels instead of 2304" in done.stderr
    done = evaluate("--data", f"fer2013:{csv_file}", "--skip-bad", "--json", "-")
    assert done.returncode == 0, done.stderr
    assert (json.loads(done.stdout)["n"], json.loads(done.stdout)["skipped"]) == (12, 1)
    assert "bad samples left out: 1" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_one_line(csv_file: Path) -> None:
    done = evaluate("--data", f"fer2013:{csv_file}", "--json", "/dev/full")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("mien: error: what was to be written could not be (")


def test_a_single_class_is_no_evaluation(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "fer2013.csv", ["PublicTest"] * 3, classes=1)
    done = evaluate("--data", f"fer2013:{path}")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert f"{path}: split 'public' has only the class 'angry'" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--head", "ferplus8"], "no FER+ votes"),
        (["--head", "compound11"], "no labels in 'compound11'"),
        (["--head", "sixty"], "no label set is named 'sixty'"),
        (["--split", "private"], "split private: there are no labelled pictures"),
        (["--split", "test"], "no fer2013 split is named 'test'"),
        (["--crops", "3"], "must be 1 or 2 or 5 or 10, not 3"),
        (["--model", "nobody"], "no model is named"),
    ],
)
def test_says_what_is_wrong(csv_file: Path, arguments: list[str], message: str) -> None:
    done = evaluate("--data", f"fer2013:{csv_file}", *arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert message in line
