from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from mien.cli.ensemble import ensemble
from mien.datasets import read_data
from mien.errors import InputError, MienError, UnknownName
from mien.labels import EKMAN7
from mien.models import load_model, read_card, write_card
from mien.models.registry import WEIGHTS

APP = typer.Typer()
APP.command()(ensemble)


def run(*arguments: object) -> str:
    """What the command prints; its error is raised."""
    done = CliRunner().invoke(APP, list(map(str, arguments)), catch_exceptions=True)
    if isinstance(done.exception, MienError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def csv_file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    for i, usage in enumerate(["Training"] * 4 + ["PublicTest"] * 7):
        lines.append(f"{i % 7},{' '.join(map(str, rng.integers(0, 256, 2304)))},{usage}")
    path = tmp_path / "fer2013.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The default model under another name, surer of itself."""
    shutil.copy(WEIGHTS / "mien.onnx", tmp_path / "mien.onnx")
    card = read_card(WEIGHTS / "mien.json")
    heads = tuple(
        replace(head, scale=tuple(2 * s for s in head.scale), bias=tuple(2 * b for b in head.bias))
        for head in card.heads
    )
    write_card(replace(card, name="other", heads=heads), tmp_path / "other.json")
    return tmp_path / "other.json"


def test_a_committee_is_formed(other: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "both.json"
    assert f"wrote {out}" in run("mien", other, "--out", out)
    committee = load_model(out)
    assert committee.card.name == "both"
    assert committee.card.rule == "mean"
    assert [(member.card, member.weight) for member in committee.card.members] == [
        ("mien", 0.5),
        ("../other.json", 0.5),
    ]
    assert committee.card.training["command"] == "mien ensemble mien ../other.json --rule mean --out both.json"
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48), np.uint8)
    expected = (load_model("mien").probabilities(faces, EKMAN7) + load_model(other).probabilities(faces, EKMAN7)) / 2
    np.testing.assert_allclose(committee.probabilities(faces, EKMAN7), expected, atol=1e-5)


def test_two_levels_measured(other: Path, csv_file: Path, tmp_path: Path) -> None:
    group, top = tmp_path / "group.json", tmp_path / "top.json"
    run("mien", other, "--out", group, "--rule", "weighted", "--data", f"fer2013:{csv_file}")
    card = read_card(group)
    # Both are right equally often, so nothing but the plain mean can be best.
    assert [member.weight for member in card.members] == [0.5, 0.5]
    assert card.training["weights"] == "validation accuracy to the power 0"
    assert card.training["command"].endswith("--rule weighted --out group.json --data fer2013:PATH")
    run(group, other, "mien", "--out", top, "--rule", "vote")
    assert read_card(top).measured == []
    # All three members are the same network, so the vote says what it says.
    faces = read_data(f"fer2013:{csv_file}", "public").images
    says = load_model(top).probabilities(faces, EKMAN7).argmax(1)
    assert list(says) == list(load_model("mien").probabilities(faces, EKMAN7).argmax(1))
    run(group, other, "mien", "--out", top, "--rule", "vote", "--data", f"fer2013:{csv_file}")
    measured = read_card(top).measured
    assert [(row["data"], row["split"], row["crops"], row["n"]) for row in measured] == [
        ("fer2013", "public", 1, 7),
        ("fer2013", "public", 10, 7),
    ]


def test_what_is_wrong_is_said_before_anything_is_written(other: Path, csv_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    for arguments, error, message in (
        (["mien", "--out", out, "--rule", "weighted"], InputError, "needs --data"),
        (["mien", "--out", tmp_path / "out"], InputError, r"out: the name of a card must end in \.json"),
        (["mine", "--out", out], UnknownName, "did you mean 'mien'"),
        ([tmp_path / "gone.json", "--out", out], MienError, r"gone\.json: no such model card"),
        (["mien", "--out", out, "--data", "fer2013:nowhere.csv"], MienError, r"nowhere\.csv"),
    ):
        with pytest.raises(error, match=message):
            run(*arguments)
        assert not out.exists()
    before = json.loads(other.read_text())
    with pytest.raises(InputError, match="cannot take the place of its own member"):
        run("mien", other, "--out", other)
    assert json.loads(other.read_text()) == before
