from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mien.errors import ModelError, UnknownName
from mien.labels import EKMAN7
from mien.models import Member, list_models, load_model, read_card, write_card
from mien.models.registry import WEIGHTS


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A copy of the default model that a test may damage."""
    for suffix in (".json", ".onnx"):
        shutil.copy(WEIGHTS / f"mien{suffix}", tmp_path / f"mien{suffix}")
    return tmp_path / "mien.json"


def change(card: Path, **values: object) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **values}))


def test_a_model_is_found_by_name_by_card_and_by_file(card: Path) -> None:
    names = [load_model(n).card.name for n in ("mien", card, str(card), card.with_suffix(".onnx"))]
    assert names == ["mien"] * 4


def test_unknown_name() -> None:
    with pytest.raises(UnknownName, match="did you mean 'mien'"):
        load_model("mein")


def test_damaged_json(card: Path) -> None:
    card.write_text(card.read_text()[:100])
    with pytest.raises(ModelError, match=r"mien\.json: the model card is damaged"):
        load_model(card)


@pytest.mark.parametrize("field", ["name", "heads", "sha256", "input", "file"])
def test_each_lacking_field_is_named(card: Path, field: str) -> None:
    values = json.loads(card.read_text())
    del values[field]
    card.write_text(json.dumps(values))
    with pytest.raises(ModelError, match=rf"damaged \(it lacks '{field}'\)"):
        load_model(card)


@pytest.mark.parametrize(
    "values",
    [
        {"heads": []},
        {"heads": [{"label_set": "nine"}]},
        {"heads": [{"label_set": "ekman7", "scale": ["warm"] * 7, "bias": [0] * 7}]},
        {"heads": [{"label_set": "ekman7", "scale": [math.inf] * 7, "bias": [0] * 7}]},
        {"heads": [{"label_set": "ekman7", "scale": [1] * 7, "bias": [0] * 6}]},
        {"heads": [{"label_set": "ekman7", "scale": [1] * 7}]},
        {"heads": [{"label_set": "ekman7", "scale": 1.0, "bias": 0.0}]},
        {"heads": [{"label_set": "ekman7", "averaged_scale": 0}]},
        {"heads": [{"label_set": "ekman7", "averaged_scale": "warm"}]},
        {"input": {"frame": 40, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0.25}},
        {"input": {"frame": 48, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0}},
        {"input": 7},
        {"input": {"frame": 48, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0.2, "views": "corner"}},
        {"input": {"frame": 48, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0.2, "average": "votes"}},
        {"input": {"frame": 48, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0.2, "preparation": "magic"}},
        {"input": {"frame": 48, "size": 44, "margin": 1.0, "mean": 0.5, "std": 0.2, "preparation": 1}},
        {"rule": "dictator"},
        {"members": [{"card": "mien", "sha256": ""}]},
        {"members": [{"card": "mien", "sha256": "", "weight": 0}]},
        {"members": [{"card": "mien", "sha256": "", "weight": 2}, {"card": "mien", "sha256": "", "weight": -1}]},
        {"members": "mien"},
        {"parameters": "many"},
    ],
    ids=str,
)
def test_impossible_values(card: Path, values: dict[str, object]) -> None:
    change(card, **values)
    with pytest.raises(ModelError, match="the model card is damaged"):
        load_model(card)


def test_a_card_from_before_views_preparation_and_members(card: Path) -> None:
    values = json.loads(card.read_text())
    for name in ("preparation", "views", "average"):
        values["input"].pop(name, None)
    assert not {"members", "rule"} & set(values)
    card.write_text(json.dumps(values))
    read = load_model(card).card
    assert (read.input.preparation, read.input.views, read.input.average) == ("none", "centre", "logits")
    assert read.members == ()


@pytest.mark.parametrize("members", [(), (Member("a.json", "12ab", 0.25), Member("mien", "34cd", 0.75))])
def test_what_is_written_is_read_again(card: Path, members: tuple[Member, ...]) -> None:
    original = read_card(card)
    original = replace(original, input=replace(original.input, views="whole", preparation="isotropic"))
    if members:
        original = replace(original, file="", sha256="", members=members, rule="median")
    write_card(original, card)
    assert read_card(card) == original
    assert ("members" in json.loads(card.read_text())) != ("file" in json.loads(card.read_text()))


def test_weights_of_an_unknown_kind(card: Path) -> None:
    change(card, file="mien.pth")
    with pytest.raises(ModelError, match=r"mien\.pth is neither ONNX nor safetensors"):
        load_model(card)


def test_a_card_that_is_a_list(card: Path) -> None:
    card.write_text("[]")
    with pytest.raises(ModelError, match="damaged"):
        load_model(card)


def test_missing_onnx(card: Path) -> None:
    card.with_suffix(".onnx").unlink()
    with pytest.raises(ModelError, match=r"mien\.onnx: no such file"):
        load_model(card)


def test_other_onnx_than_the_card_says(card: Path) -> None:
    with card.with_suffix(".onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match="sha256 differs"):
        load_model(card)


def test_a_file_that_is_no_onnx(card: Path) -> None:
    import hashlib

    card.with_suffix(".onnx").write_bytes(b"not a model")
    change(card, sha256=hashlib.sha256(b"not a model").hexdigest())
    with pytest.raises(ModelError, match="onnxruntime cannot load it"):
        load_model(card)


@pytest.mark.parametrize("model", list_models(), ids=lambda c: c.name)
def test_shipped_cards_are_complete(model) -> None:
    made = model.training["command"]
    if model.members:
        members = " ".join(member.card for member in model.members)
        assert made == f"mien ensemble {members} --rule mean --out {model.name}.json --data fer2013:PATH"
    else:
        trained, twin, _ = model.name.partition("-int8")
        assert made.startswith(f"mien train --recipe {trained} ")
        assert model.training.get("quantized", "").startswith(f"mien quantize {trained} ") == bool(twin)
    check_figures(model)


@pytest.mark.parametrize("path", sorted(WEIGHTS.glob("members/*.json")), ids=lambda p: p.stem)
def test_cards_of_shipped_members_are_complete(path: Path) -> None:
    member = read_card(path)
    recipe, _, seed = member.name.rpartition("-")
    assert f"--recipe {recipe} --epochs {member.training['epochs']} --seed {seed} " in member.training["command"]
    check_figures(member)


def check_figures(model) -> None:
    assert model.licence == "MIT"
    assert model.parameters > 100_000
    assert model.macs > 1_000_000
    assert {head.label_set for head in model.heads} == {"ekman7", "ferplus8"}
    assert 0.6 < model.accuracy(EKMAN7, "public", 10) < 0.8
    assert model.accuracy(EKMAN7, "private", 10) is None
