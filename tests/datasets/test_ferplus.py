from __future__ import annotations

import numpy as np
import pytest

from mien.datasets import read_data
from mien.datasets.ferplus import majority_labels, vote_distribution

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


def test_majority_counts_are_the_published_ones(fer2013) -> None:
    for split, expected in (("train", 25_060), ("public", 3_199)):
        votes = read_data(f"fer2013:{fer2013}", split).votes
        assert (majority_labels(votes) >= 0).sum() == expected
