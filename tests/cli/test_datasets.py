"""``mien datasets``, in this process for speed; what it says of errors, in one of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from mien.cli.app import app
from mien.datasets import READERS

CODES = ("AN", "DI", "AF", "HA", "NE", "SA", "SU")
ANGLES = ("FL", "HL", "S", "HR", "FR")


def mien(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["datasets", *map(str, arguments)], env={"COLUMNS": "400"})


def figures(text: str) -> dict[tuple[str, str], list[str]]:
    """The cells of each row of the table by split and label."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    return {(split, label): numbers for split, label, *numbers in rows}


@pytest.fixture
def akdef(tmp_path: Path) -> Path:
    """All of AKDEF's seventy names."""
    picture = np.random.default_rng(0).integers(0, 256, (8, 6), np.uint8)
    for sex in "FM":
        for code in CODES:
            for angle in ANGLES:
                cv2.imwrite(str(tmp_path / f"{sex}{code}{angle}.JPG"), picture)
    return tmp_path


def test_list() -> None:
    done = mien()
    assert done.exit_code == 0
    for reader in READERS.values():
        for text in (f" {reader.name} ", reader.title, reader.needs, reader.source, *reader.splits):
            assert text in done.stdout


def test_a_whole_copy(akdef: Path) -> None:
    done = mien("check", "akdef", akdef)
    assert done.exit_code == 0, done.output
    table = figures(done.stdout)
    assert table["all", "fear"] == ["10", "10", ""]
    assert table["all", "all"] == ["70", "70", ""]
    assert "70 good, 0 bad, 0 missing" in done.stdout


def test_missing_extra_and_bad(akdef: Path) -> None:
    (akdef / "FHAS.JPG").unlink()
    (akdef / "MHAS.JPG").unlink()
    broken = akdef / "FSAS.JPG"
    broken.write_bytes(broken.read_bytes()[:200])
    (akdef / "FANQ.JPG").write_bytes((akdef / "FANS.JPG").read_bytes())
    (akdef / "more").mkdir()
    (akdef / "more" / "FANS.JPG").write_bytes((akdef / "FANS.JPG").read_bytes())
    done = mien("check", "akdef", akdef)
    assert done.exit_code == 1
    table = figures(done.stdout)
    assert table["all", "happy"] == ["8", "10", "-2"]
    assert table["all", "sad"] == ["9", "10", "-1"]
    assert table["all", "angry"] == ["11", "10", "+1"]
    assert table["all", "all"] == ["68", "70", "-2"]
    assert f"bad: {akdef}/FANQ.JPG: the name is not of the form FANFL.JPG" in done.stdout
    assert f"bad: {broken}: the picture is cut short or damaged" in done.stdout
    assert "68 good, 2 bad, 3 missing" in done.stdout


def test_only_the_first_reasons_are_told(akdef: Path) -> None:
    for i in range(13):
        (akdef / f"x{i:02d}.jpg").write_bytes(b"")
    done = mien("check", "akdef", akdef)
    assert done.exit_code == 1
    assert done.stdout.count("bad: ") == 10
    assert "and 3 more" in done.stdout
    assert "70 good, 13 bad, 0 missing" in done.stdout


def test_own_pictures_have_no_published_counts(tmp_path: Path) -> None:
    for name in ("train/angry/a.png", "train/angry/b.png", "val/happy/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / name), np.zeros((4, 4), np.uint8))
    done = mien("check", "folders", tmp_path)
    assert done.exit_code == 0, done.stdout
    table = figures(done.stdout)
    assert table == {
        ("train", "angry"): ["2", "-", ""],
        ("train", "all"): ["2", "-", ""],
        ("val", "happy"): ["1", "-", ""],
        ("val", "all"): ["1", "-", ""],
    }
    assert "3 good, 0 bad, no published counts to say what is missing" in done.stdout


def test_labels_without_a_published_count_are_told_from_those_with_one(tmp_path: Path) -> None:
    """Of CelebA's parts only the sizes are published."""
    (tmp_path / "list_attr_celeba.txt").write_text("1\nSmiling\n000001.jpg 1\n")
    (tmp_path / "list_eval_partition.txt").write_text("000001.jpg 0\n")
    (tmp_path / "img_align_celeba").mkdir()
    cv2.imwrite(str(tmp_path / "img_align_celeba" / "000001.jpg"), np.zeros((4, 4), np.uint8))
    done = mien("check", "celeba", tmp_path)
    assert done.exit_code == 1
    table = figures(done.stdout)
    assert table["train", "smiling"] == ["1", "-", ""]
    assert table["train", "all"] == ["1", "162770", "-162769"]
    assert "-: of this no count is published" in done.stdout
    assert "1 good, 0 bad, 202598 missing" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("akdeff", "x"), "no data set is named 'akdeff'; did you mean 'akdef'?"),
        (("akdef", "nowhere"), "nowhere: no such file or folder"),
    ],
)
def test_what_cannot_be_checked(arguments: tuple[str, str], message: str) -> None:
    command = [sys.executable, "-m", "mien", "datasets", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("mien: error: ")
    assert message in done.stderr
