"""`mien.evaluation.card_figures`, on models whose answers can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.datasets import FaceData
from mien.errors import InputError
from mien.evaluation.card_figures import calibrate, weigh
from mien.labels import EKMAN7
from mien.models import form_committee, load_model, read_card
from mien.models.fusion import RULES


def noise(labels: list[int], seed: int = 0) -> FaceData:
    images = np.random.default_rng(seed).integers(0, 256, (len(labels), 12, 12), np.uint8)
    return FaceData(images, np.array(labels), EKMAN7)


@pytest.fixture
def sure(make_model) -> Path:
    """Always the first class, with odds of 36 to 1 against each other one; and a second head."""
    heads = {"ekman7": ([0] * 7, [2 * np.log(6)] + [0] * 6), "ferplus8": ([0] * 8, [1] * 8)}
    return make_model("sure", heads, frame=12, size=8)


def test_calibration_by_hand(sure: Path) -> None:
    # Half of the pictures are of that class, the others of all others: its odds should be 6 to 1, the root of what they
    # are. That takes half the scale, and no bias.
    data = noise([0, 0, *[0, 0] * 5, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
    training = noise([0] * 30, seed=1)
    training.images[:3] = data.images[[0, 1, 12]]  # two of class 0 and one of class 1
    calibrate(sure, data, training, crops=(1, 5), data="somewhere", split="held out")
    card = read_card(sure)
    assert [head.label_set for head in card.heads] == ["ekman7", "ferplus8"]
    assert card.heads[0].scale == pytest.approx([0.5] * 7, abs=1e-4)
    assert card.heads[0].bias == pytest.approx([0] * 7, abs=1e-4)
    assert (card.heads[1].scale, card.heads[1].bias) == ((1,) * 8, (0,) * 8)
    protocol = {"label_set": "ekman7", "data": "somewhere", "split": "held out", "n": 24}
    figures = {
        "accuracy": 0.5,
        "accuracy_without_near_duplicates": round(10 / 21, 5),
        "balanced_accuracy": round(1 / 7, 5),
        "share_sure": 1.0,  # it is equally sure of all
        "accuracy_when_sure": 0.5,
        "ece": 0.0,
    }
    assert card.measured == [{**protocol, "crops": crops, **figures} for crops in (1, 5)]
    assert load_model(sure).probabilities(data.images[:1], EKMAN7)[0, 0] == pytest.approx(0.5, abs=1e-4)
    assert card.heads[0].unsure_below == pytest.approx(0.5, abs=0.01)


def test_averaged_views_have_a_factor_of_their_own(make_model) -> None:
    """The middle of each face is white: all of the central view, and 36 of 64 pixels of the four in the corners."""
    path = make_model("white", {"ekman7": ([2 * np.log(6)] + [0] * 6, [0.0] * 7)}, frame=12, size=8)
    data = noise([0, 0, *[0, 0] * 5, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
    data.images[:] = 0
    data.images[:, 2:10, 2:10] = 255
    calibrate(path, data, noise([0], seed=1), crops=(1, 5))
    (head,) = read_card(path).heads
    assert head.scale == pytest.approx([0.5] * 7, abs=1e-4)
    assert head.averaged_scale == pytest.approx(5 / (1 + 4 * 36 / 64), abs=1e-3)
    model = load_model(path)
    for crops in (1, 5):
        assert model.probabilities(data.images[:1], EKMAN7, crops)[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_without_new_pictures_there_is_no_figure_for_them(sure: Path) -> None:
    data = noise([0, 0, 1, 2])
    calibrate(sure, data, data, crops=(1,))
    (row,) = read_card(sure).measured
    assert row["accuracy"] == 0.5
    assert "accuracy_without_near_duplicates" not in row


@pytest.mark.parametrize("rule", RULES)
def test_a_committee_is_calibrated_as_any_model(sure: Path, tmp_path: Path, rule: str) -> None:
    path = tmp_path / "c.json"
    form_committee([sure, sure], path, rule)
    data = noise([0, 0, *[0, 0] * 5, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6])
    calibrate(path, data, noise([0], seed=1), crops=(1, 10))
    card = read_card(path)
    assert [row["crops"] for row in card.measured] == [1, 10]
    assert {row["accuracy"] for row in card.measured} == {0.5}
    assert load_model(path).probabilities(data.images[:1], EKMAN7)[0, 0] == pytest.approx(0.5, abs=1e-3)
    if rule != "vote":
        assert card.heads[0].scale == pytest.approx([0.5] * 7, abs=1e-3)


def test_members_are_weighed_by_hand(make_opinion, tmp_path: Path) -> None:
    # Right in three quarters and in one quarter: 3^q is what the first counts against the second. It has its way where
    # 0.3 * 3^q exceeds 0.85, that is above q = 0.95; the nearest exponent tried is 1.
    first = make_opinion("first", (0.6, 0.3, 0.02, 0.02, 0.02, 0.02, 0.02), frame=12)
    second = make_opinion("second", (0.05, 0.9, 0.01, 0.01, 0.01, 0.01, 0.01), frame=12)
    path = tmp_path / "c.json"
    form_committee([first, second], path, training={"command": "x"})
    data = noise([0, 0, 0, 1] * 3)
    weigh(path, data)
    card = read_card(path)
    assert [member.weight for member in card.members] == pytest.approx([0.75, 0.25])
    assert card.training == {"command": "x", "weights": "validation accuracy to the power 1"}
    expected = 0.75 * 0.6 + 0.25 * 0.05
    assert load_model(path).probabilities(data.images[:1], EKMAN7)[0, 0] == pytest.approx(expected, abs=1e-6)


def test_only_committees_are_weighed(sure: Path) -> None:
    with pytest.raises(InputError, match="has no members to weigh"):
        weigh(sure, noise([0, 1]))


def test_the_least_sure_fifth_is_called_unsure(make_model) -> None:
    # The first logit is the mean grey: the brighter a face, the surer the model is of the first class.
    path = make_model("grey", {"ekman7": ([10] + [0] * 6, [0.0] * 7)}, frame=12, size=8)
    images = np.repeat(np.linspace(20, 250, 100).astype(np.uint8), 144).reshape(100, 12, 12)
    labels = np.zeros(100, np.int64)
    labels[:20] = 1  # the darkest are something else
    calibrate(path, FaceData(images, labels, EKMAN7), noise([0]), crops=(1,))
    card = read_card(path)
    (row,) = card.measured
    assert row["accuracy"] == 0.8
    assert row["share_sure"] == pytest.approx(0.8, abs=0.03)
    assert row["accuracy_when_sure"] == pytest.approx(1, abs=0.03)
    surest = load_model(path).probabilities(images, EKMAN7).max(1)
    assert float((surest < card.heads[0].unsure_below).mean()) == pytest.approx(0.2, abs=0.03)
