from __future__ import annotations

import numpy as np
import pytest

from mien.errors import InputError, UnknownName
from mien.labels import EKMAN7, FERPLUS8, FIVE, LABEL_SETS, can_map, get_label_set, merge_probabilities


def test_orders_are_those_of_the_published_files() -> None:
    assert EKMAN7.labels == ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
    assert FERPLUS8.labels[:3] == ("neutral", "happiness", "surprise")
    assert FERPLUS8.labels[3:] == ("sadness", "anger", "disgust", "fear", "contempt")


def test_five_sums_fear_disgust_and_surprise() -> None:
    p = np.array([[0.1, 0.2, 0.05, 0.15, 0.1, 0.3, 0.1]])
    # angry, surprise = disgust + fear + surprise, sad, happy, neutral
    np.testing.assert_allclose(merge_probabilities(p, EKMAN7, FIVE), [[0.1, 0.55, 0.1, 0.15, 0.1]])


def test_ferplus_contempt_goes_to_neutral() -> None:
    p = np.array([[0.1, 0.2, 0.05, 0.05, 0.1, 0.1, 0.1, 0.3]])
    expected = [[0.1, 0.1, 0.1, 0.2, 0.05, 0.05, 0.4]]
    np.testing.assert_allclose(merge_probabilities(p, FERPLUS8, EKMAN7), expected)


@pytest.mark.parametrize("source", LABEL_SETS.values(), ids=lambda s: s.name)
@pytest.mark.parametrize("target", LABEL_SETS.values(), ids=lambda s: s.name)
def test_every_mapping_is_total(source, target) -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(len(source)), 20)
    if can_map(source, target):
        merged = merge_probabilities(p, source, target)
        assert merged.shape == (20, len(target))
        np.testing.assert_allclose(merged.sum(1), 1)
    else:
        with pytest.raises(InputError, match="no mapping"):
            merge_probabilities(p, source, target)


def test_unknown_names_come_with_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="did you mean 'ekman7'"):
        get_label_set("ekman")
    with pytest.raises(UnknownName, match="'joy'"):
        EKMAN7.index("joy")
