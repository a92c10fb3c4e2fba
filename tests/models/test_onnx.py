"""How views are made, prepared and averaged, on a network whose answers can be worked out by hand.

Its first logit is ln 16 times the mean grey of a view and its six others are zero: a black view gives the first class
1/7, a white one 16/22, a half-grey one 4/10.
"""

from __future__ import annotations

import numpy as np
import pytest

from mien.labels import EKMAN7
from mien.models import load_model

HALVES = np.zeros((1, 4, 4), np.uint8)
HALVES[:, :, 2:] = 255  # the left corners black, the right ones white, the centre half of each
SPOT = np.zeros((1, 4, 4), np.uint8)
SPOT[:, 1:3, 1:3] = 255  # the centre white, a quarter of each corner and of the whole


def first(probabilities: np.ndarray) -> float:
    """The first class's probability; the other six share the rest."""
    np.testing.assert_allclose(probabilities[:, 1:], (1 - probabilities[:, :1]) / 6 * np.ones(6), atol=1e-6)
    return float(probabilities[0, 0])


@pytest.mark.parametrize("crops", [5, 10])
def test_mean_of_logits(make_model, crops: int) -> None:
    model = load_model(make_model())
    # Mean grey of the views: 0, 1, 0, 1, 1/2. So the mean logit is ln 16 / 2 = ln 4.
    np.testing.assert_allclose(model.logits(HALVES, "ekman7", crops), [[np.log(4)] + [0] * 6], atol=1e-5)
    assert first(model.probabilities(HALVES, EKMAN7, crops)) == pytest.approx(4 / 10, abs=1e-5)


@pytest.mark.parametrize("crops", [5, 10])
def test_mean_of_probabilities(make_model, crops: int) -> None:
    model = load_model(make_model(average="probabilities"))
    expected = (2 * 1 / 7 + 2 * 16 / 22 + 4 / 10) / 5
    assert first(model.probabilities(HALVES, EKMAN7, crops)) == pytest.approx(expected, abs=1e-5)
    assert model.logits(HALVES, "ekman7", crops)[0, 0] == pytest.approx(np.log(expected), abs=1e-5)


def test_mean_of_probabilities_is_tempered_after_it_is_taken(make_model) -> None:
    model = load_model(make_model(average="probabilities", temperature=2.0))
    mean = (2 * 1 / 7 + 2 * 16 / 22 + 4 / 10) / 5
    root, roots = np.sqrt(mean), 6 * np.sqrt((1 - mean) / 6)
    assert first(model.probabilities(HALVES, EKMAN7, 5)) == pytest.approx(root / (root + roots), abs=1e-5)


def test_one_view_is_the_same_by_either_mean(make_model) -> None:
    for average in ("logits", "probabilities"):
        model = load_model(make_model(average=average))
        assert first(model.probabilities(HALVES, EKMAN7)) == pytest.approx(4 / 10, abs=1e-5)


def test_probabilities_near_zero_keep_their_logits(make_model) -> None:
    model = load_model(make_model(heads={"ekman7": ([0] * 7, [0, -300, -300, -300, -300, -300, -300])}))
    sharp = load_model(make_model("sharp", {"ekman7": ([0] * 7, [0] + [-300] * 6)}, average="probabilities"))
    np.testing.assert_allclose(sharp.logits(SPOT, "ekman7", 10), model.logits(SPOT, "ekman7", 10), atol=1e-4)


def test_the_middle_view_is_the_cards_matter(make_model) -> None:
    centre, whole = (load_model(make_model(views=views)) for views in ("centre", "whole"))
    assert first(centre.probabilities(SPOT, EKMAN7)) == pytest.approx(16 / 22, abs=1e-5)
    assert first(whole.probabilities(SPOT, EKMAN7)) == pytest.approx(2 / 8, abs=1e-3)  # a quarter white: 16^(1/4)
    # Five views: four corners of a quarter, and the middle one.
    assert centre.logits(SPOT, "ekman7", 5)[0, 0] == pytest.approx(np.log(16) * (4 / 4 + 1) / 5, abs=1e-5)
    assert whole.logits(SPOT, "ekman7", 5)[0, 0] == pytest.approx(np.log(16) / 4, abs=1e-3)


def test_faces_are_prepared_before_they_are_cropped(make_model) -> None:
    dim = np.where(HALVES, 120, 100).astype(np.uint8)
    raw, equalised = (load_model(make_model(preparation=name)) for name in ("none", "equalise"))
    assert raw.logits(dim, "ekman7")[0, 0] == pytest.approx(np.log(16) * 110 / 255, abs=1e-5)
    np.testing.assert_allclose(equalised.logits(dim, "ekman7", 10), raw.logits(HALVES, "ekman7", 10), atol=1e-6)
    # A corner by itself is of one grey, which equalisation leaves alone: so it was not cropped first.
    assert equalised.logits(dim, "ekman7", 5)[0, 0] == pytest.approx(np.log(4), abs=1e-5)
