from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.errors import InputError, ModelError
from mien.labels import EKMAN7, FERPLUS8, FIVE, LabelSet
from mien.models import Committee, Model, form_committee, load_model, read_card
from mien.models.registry import WEIGHTS

FACE = np.zeros((2, 4, 4), np.uint8)
A = (0.40, 0.30, 0.06, 0.06, 0.06, 0.06, 0.06)
B = (0.35, 0.40, 0.05, 0.05, 0.05, 0.05, 0.05)
C = (0.05, 0.60, 0.07, 0.07, 0.07, 0.07, 0.07)
MIEN = WEIGHTS / "mien.json"


def form(path: Path, *members: Path, rule: str = "mean") -> Path:
    form_committee(members, path, rule)
    return path


def change(card: Path, **values: object) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **values}))


def test_mean_of_members_by_hand(make_opinion, tmp_path: Path) -> None:
    committee = load_model(form(tmp_path / "both.json", make_opinion("a", A), make_opinion("b", B)))
    assert isinstance(committee, Committee)
    expected = [(a + b) / 2 for a, b in zip(A, B, strict=True)]
    np.testing.assert_allclose(committee.probabilities(FACE, EKMAN7), [expected] * 2, atol=1e-6)
    np.testing.assert_allclose(committee.logits(FACE, "ekman7", crops=10), np.log([expected] * 2), atol=1e-5)
    assert committee.posteriors(FACE, "ekman7").shape == (2, 2, 7)
    assert committee.probabilities(FACE[:0], EKMAN7).shape == (0, 7)


def test_members_are_asked_as_they_are_calibrated_and_so_is_the_committee(make_opinion, tmp_path: Path) -> None:
    path = form(tmp_path / "both.json", make_opinion("a", A, temperature=0.5), make_opinion("b", B))
    change(path, heads=[{"label_set": "ekman7", "scale": [0.5] * 7, "bias": [0] * 7}])
    squared = np.square(A) / np.square(A).sum()  # a temperature of one half
    root = np.sqrt((squared + B) / 2)  # and one of two
    np.testing.assert_allclose(load_model(path).probabilities(FACE, EKMAN7)[0], root / root.sum(), atol=1e-6)


def test_weights_of_the_card_count(make_opinion, tmp_path: Path) -> None:
    path = form(tmp_path / "both.json", make_opinion("a", A), make_opinion("b", B))
    members = json.loads(path.read_text())["members"]
    members[0]["weight"], members[1]["weight"] = 3, 1
    change(path, members=members)
    expected = [(3 * a + b) / 4 for a, b in zip(A, B, strict=True)]
    np.testing.assert_allclose(load_model(path).probabilities(FACE, EKMAN7)[0], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("rule", "label_set", "crops"), [("mean", EKMAN7, 5), ("median", FERPLUS8, 1), ("mean", FIVE, 1)]
)
def test_a_committee_of_one_mind_is_that_model(rule: str, label_set: LabelSet, crops: int, tmp_path: Path) -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48), np.uint8)
    committee, alone = load_model(form(tmp_path / "two.json", MIEN, MIEN, rule=rule)), load_model("mien")
    assert [member.card for member in committee.card.members] == ["mien", "mien"]
    expected = alone.probabilities(faces, label_set, crops)
    np.testing.assert_allclose(committee.probabilities(faces, label_set, crops), expected, atol=1e-5)


def test_a_committee_of_committees(make_opinion, tmp_path: Path) -> None:
    a, b, c = (make_opinion(name, values) for name, values in zip("abc", (A, B, C), strict=True))
    (tmp_path / "groups").mkdir()
    first = form(tmp_path / "groups" / "first.json", a, b)
    second = form(tmp_path / "groups" / "second.json", a, a, c, rule="vote")
    top = load_model(form(tmp_path / "top.json", first, second, c, rule="vote"))
    # The first prefers class 0 (0.375 to 0.35), the second too (two votes to one), c class 1.
    mean = [(a + b) / 2 for a, b in zip(A, B, strict=True)]
    votes = [(v + (2 * a + c) / 3) / 4 for v, a, c in zip((2, 1, 0, 0, 0, 0, 0), A, C, strict=True)]
    together = np.mean([mean, votes, C], axis=0)
    expected = (np.array([2, 1, 0, 0, 0, 0, 0]) + together) / 4
    np.testing.assert_allclose(top.probabilities(FACE, EKMAN7)[0], expected, atol=1e-6)
    assert [member.card for member in top.card.members] == ["groups/first.json", "groups/second.json", "c.json"]
    assert top.card.parameters == 14 * (2 + 3 + 1)
    assert top.card.macs == 7 * (2 + 3 + 1)


def test_members_crop_and_prepare_for_themselves(make_model, tmp_path: Path) -> None:
    spot = np.zeros((1, 4, 4), np.uint8)
    spot[:, 1:3, 1:3] = 128
    members = [make_model("a", size=2), make_model("b", size=4), make_model("c", preparation="equalise")]
    committee = load_model(form(tmp_path / "all.json", *members))
    # Mean grey of what each sees: half, an eighth, and white. The first logit is ln 16 times that.
    first = [16**grey / (16**grey + 6) for grey in (128 / 255, 32 / 255, 1)]
    assert committee.probabilities(spot, EKMAN7)[0, 0] == pytest.approx(np.mean(first), abs=1e-5)


def test_label_sets_that_all_can_say(make_model, make_opinion, tmp_path: Path) -> None:
    eight = (0.5, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05)
    both = make_model("both", {"ekman7": ([0] * 7, np.log(A)), "ferplus8": ([0] * 8, np.log(eight))})
    plus, seven = make_opinion("plus", eight, "ferplus8"), make_opinion("seven", A)
    five = make_opinion("five", (0.1, 0.2, 0.3, 0.2, 0.2), "five")

    def heads(*members: Path) -> list[str]:
        return [head.label_set for head in read_card(form(tmp_path / "c.json", *members)).heads]

    assert heads(both, both) == ["ekman7", "ferplus8"]
    assert heads(both, seven) == heads(seven, both) == ["ekman7"]
    assert heads(plus, both) == ["ferplus8", "ekman7"]
    assert heads(plus, seven) == ["ekman7"]
    assert heads(both, five) == ["five"]
    # Angry: 0.4 of the seven, 0.1 of the five.
    mixed = load_model(form(tmp_path / "c.json", seven, five))
    assert mixed.probabilities(FACE, FIVE)[0, 0] == pytest.approx(0.25, abs=1e-6)
    with pytest.raises(InputError, match="model 'c' cannot say 'ekman7'"):
        mixed.probabilities(FACE, EKMAN7)
    smile = make_opinion("smile", (0.5, 0.5), "smile2")
    with pytest.raises(InputError, match="there is no label set that all of five, smile can say"):
        form(tmp_path / "c.json", five, smile)


@pytest.mark.parametrize("other", [{"margin": 1.2}, {"frame": 6}])
def test_members_must_share_the_frame(make_opinion, tmp_path: Path, other: dict[str, float]) -> None:
    members = make_opinion("a", A), make_opinion("b", B, **other)
    with pytest.raises(InputError, match=r"'a' takes 4 pixels at margin 1\.0, 'b' "):
        form(tmp_path / "c.json", *members)
    assert not (tmp_path / "c.json").exists()


def test_a_member_that_has_changed_or_gone(make_opinion, tmp_path: Path) -> None:
    a, b = make_opinion("a", A), make_opinion("b", B)
    top = form(tmp_path / "top.json", form(tmp_path / "group.json", a, b), b)
    load_model(top)
    change(b, heads=[{"label_set": "ekman7", "scale": [0.3] * 7, "bias": [0] * 7}])
    with pytest.raises(ModelError, match=r"b\.json: has changed since group\.json was formed"):
        load_model(top)
    b.unlink()
    with pytest.raises(ModelError, match=r"b\.json: no such card, though group\.json names it"):
        load_model(top)


def test_a_members_weights_that_have_changed(make_opinion, tmp_path: Path) -> None:
    committee = form(tmp_path / "c.json", make_opinion("a", A), make_opinion("b", B))
    with (tmp_path / "a.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"a\.onnx: .*sha256 differs"):
        load_model(committee)


def test_a_folder_may_move_as_a_whole(make_opinion, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    a = make_opinion("a", A)
    (old / "group").mkdir(parents=True)
    for file in (a, a.with_suffix(".onnx")):
        file.rename(old / file.name)
    form(old / "group" / "c.json", old / "a.json")
    old.rename(new)
    np.testing.assert_allclose(load_model(new / "group" / "c.json").probabilities(FACE, EKMAN7)[0], A, atol=1e-6)


class SingleView(Model):
    """A model that knows no crops, as classifiers of whole faces do."""

    crop_counts = (1,)

    def logits(self, faces: np.ndarray, head: str, crops: int = 1) -> np.ndarray:
        self.check_faces(faces, crops)
        return np.zeros((len(faces), 7), np.float32)


def test_crops_are_those_that_all_members_know(make_opinion, tmp_path: Path) -> None:
    a, b = make_opinion("a", A), make_opinion("b", B)
    card = read_card(form(tmp_path / "c.json", a, b))
    committee = Committee(card, [load_model(a), SingleView(read_card(b))])
    assert committee.crop_counts == (1,)
    assert committee.probabilities(FACE, EKMAN7)[0, 0] == pytest.approx((A[0] + 1 / 7) / 2, abs=1e-6)
    with pytest.raises(InputError, match="crops of model 'c' must be 1, not 10"):
        committee.logits(FACE, "ekman7", crops=10)
    with pytest.raises(InputError, match=r"faces must be uint8 of shape \(n, 4, 4\)"):
        committee.logits(FACE[:, 1:], "ekman7")


def test_the_analyzer_takes_a_committee(astronaut: np.ndarray, tmp_path: Path) -> None:
    card = form(tmp_path / "two.json", MIEN, MIEN)
    (face,) = mien.Analyzer(card).analyze(astronaut)
    (alone,) = mien.Analyzer().analyze(astronaut)
    assert face.label == "happy"
    np.testing.assert_allclose(face.probability("happy"), alone.probability("happy"), atol=1e-5)
