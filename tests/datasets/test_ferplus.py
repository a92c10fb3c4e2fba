from __future__ import annotations

import numpy as np
import pytest

from mien.datasets.fer2013 import FER2013
from mien.datasets.ferplus import (
    LABEL_MODES,
    distribution_targets,
    majority_labels,
    majority_targets,
    multilabel_targets,
    vote_distribution,
)

# neutral happiness surprise sadness anger disgust fear contempt unknown not-a-face
CASES = {
    "clear": ([0, 9, 1, 0, 0, 0, 0, 0, 0, 0], 1, [0, 1, 0, 0, 0, 0, 0, 0]),
    "six of ten": ([4, 0, 0, 6, 0, 0, 0, 0, 0, 0], 3, [0.4, 0, 0, 0.6, 0, 0, 0, 0]),
    "half is no majority": ([5, 0, 0, 5, 0, 0, 0, 0, 0, 0], -1, [0.5, 0, 0, 0.5, 0, 0, 0, 0]),
    "lone votes do not count": ([5, 1, 1, 1, 1, 1, 0, 0, 0, 0], 0, [1, 0, 0, 0, 0, 0, 0, 0]),
    "unknown counts as a vote": ([4, 0, 0, 2, 0, 0, 0, 0, 3, 0], -1, [4 / 6, 0, 0, 2 / 6, 0, 0, 0, 0]),
    "mostly unknown": ([2, 0, 0, 2, 0, 0, 0, 0, 6, 0], -1, [0] * 8),
    "not a face": ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], -1, [0] * 8),
    "all lone": ([1] * 10, -1, [0] * 8),
}


@pytest.mark.parametrize(("votes", "label", "shares"), CASES.values(), ids=CASES)
def test_rules_of_the_published_code(votes: list[int], label: int, shares: list[float]) -> None:
    array = np.array([votes], np.uint8)
    assert majority_labels(array).tolist() == [label]
    np.testing.assert_allclose(vote_distribution(array), [shares], atol=1e-6)


def test_majority_targets_are_one_hot() -> None:
    votes = np.array([[0, 9, 1, 0, 0, 0, 0, 0, 0, 0], [5, 0, 0, 5, 0, 0, 0, 0, 0, 0]], np.uint8)
    targets = majority_targets(votes)
    assert targets.dtype == np.float32
    assert targets.tolist() == [[0, 1, 0, 0, 0, 0, 0, 0], [0] * 8]


NONE = [0] * 8
DISTRIBUTIONS = {
    "one has three quarters": ([8, 0, 0, 2, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]),
    "two have not, three are enough": ([4, 3, 0, 3, 0, 0, 0, 0, 0, 0], [0.4, 0.3, 0, 0.3, 0, 0, 0, 0]),
    "just three quarters are enough": ([0, 6, 0, 2, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0]),
    "equal ones come together": ([0, 4, 0, 2, 2, 0, 0, 0, 0, 0], [0, 0.5, 0, 0.25, 0.25, 0, 0, 0]),
    "emotions before not-a-face": ([0, 4, 2, 0, 0, 0, 0, 0, 0, 2], [0, 4 / 6, 2 / 6, 0, 0, 0, 0, 0]),
    "equal ones made it four": ([4, 2, 2, 2, 0, 0, 0, 0, 0, 0], NONE),
    "four after two": ([3, 3, 2, 2, 0, 0, 0, 0, 0, 0], NONE),
    "unknown stops": ([6, 0, 0, 0, 0, 0, 0, 0, 4, 0], [1, 0, 0, 0, 0, 0, 0, 0]),
    "unknown stops too early": ([5, 0, 0, 0, 0, 0, 0, 0, 5, 0], NONE),
    "unknown is first": ([0, 4, 0, 0, 0, 0, 0, 0, 6, 0], NONE),
    "what follows unknown is lost": ([5, 0, 0, 2, 0, 0, 0, 0, 3, 0], NONE),
    "emotions equal to unknown are taken": ([4, 0, 0, 3, 0, 0, 0, 0, 3, 0], [4 / 7, 0, 0, 3 / 7, 0, 0, 0, 0]),
    "lone votes do not count": ([3, 1, 1, 1, 1, 1, 0, 0, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0]),
    "all lone": ([1] * 10, NONE),
}


@pytest.mark.parametrize(("votes", "shares"), DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_distribution_of_the_published_code(votes: list[int], shares: list[float]) -> None:
    targets = distribution_targets(np.array([votes], np.uint8))
    assert targets.dtype == np.float32
    np.testing.assert_allclose(targets, [shares], atol=1e-6)


MULTILABELS = {
    "one": ([8, 0, 0, 2, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]),
    "just 30 %": ([4, 3, 0, 3, 0, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0]),
    "30 % of what is left": ([0, 4, 2, 0, 0, 0, 0, 0, 1, 0], [0, 1, 1, 0, 0, 0, 0, 0]),
    "a little over half passes": ([5, 2, 0, 2, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0]),
    "half and no more": ([4, 2, 0, 2, 0, 0, 0, 0, 0, 0], NONE),
    "unknown helps to pass": ([0, 4, 0, 2, 0, 0, 0, 0, 4, 0], [0, 1, 0, 0, 0, 0, 0, 0]),
    "unknown has the most": ([0, 3, 0, 3, 0, 0, 0, 0, 4, 0], NONE),
    "not a face": ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], NONE),
    "all lone": ([1] * 10, NONE),
}


@pytest.mark.parametrize(("votes", "labels"), MULTILABELS.values(), ids=MULTILABELS)
def test_multilabel_of_the_published_code(votes: list[int], labels: list[int]) -> None:
    targets = multilabel_targets(np.array([votes], np.uint8))
    assert targets.dtype == np.float32
    assert targets.tolist() == [labels]


PUBLISHED = {
    "majority": (25_060, 3_199),
    "probability": (27_956, 3_505),
    "crossentropy": (27_956, 3_505),
    "multilabel": (27_671, 3_472),
}


def test_each_mode_keeps_as_many_pictures_as_published(fer2013) -> None:
    assert LABEL_MODES.keys() == PUBLISHED.keys()
    samples = list(FER2013.read(fer2013))
    for split, which in (("train", 0), ("public", 1)):
        votes = np.stack([sample.votes for sample in samples if sample.split == split])
        for mode, counts in PUBLISHED.items():
            assert LABEL_MODES[mode](votes).any(1).sum() == counts[which], (mode, split)
