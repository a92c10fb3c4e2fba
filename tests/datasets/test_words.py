from __future__ import annotations

import pytest

from mien.datasets.words import find_label, find_label_set, find_split
from mien.labels import COMPOUND11, EKMAN7, FERPLUS8, SMILE2, LabelSet


@pytest.mark.parametrize(
    ("word", "label_set", "label"),
    [
        ("Anger", EKMAN7, "angry"),
        ("angry", FERPLUS8, "anger"),
        ("happy", FERPLUS8, "happiness"),
        (" Sadness ", EKMAN7, "sad"),
        ("fearful", EKMAN7, "fear"),
        ("Surprised", FERPLUS8, "surprise"),
        ("contemptuous", FERPLUS8, "contempt"),
        ("disgusted", EKMAN7, "disgust"),
        ("NEUTRAL", EKMAN7, "neutral"),
        ("not_smiling", SMILE2, "not smiling"),
        ("smile", SMILE2, "smiling"),
        ("happily-surprised", COMPOUND11, "happily surprised"),
    ],
)
def test_words_of_data_sets(word: str, label_set: LabelSet, label: str) -> None:
    assert find_label(word, label_set) == label_set.labels.index(label)


@pytest.mark.parametrize(("word", "label_set"), [("contempt", EKMAN7), ("bemused", FERPLUS8), ("", EKMAN7)])
def test_words_that_are_no_label(word: str, label_set: LabelSet) -> None:
    assert find_label(word, label_set) is None


@pytest.mark.parametrize(
    ("words", "label_set"),
    [
        ({"angry", "happy", "sad", "surprise", "neutral"}, EKMAN7),  # and not "five"
        ({"anger", "happiness"}, EKMAN7),
        ({"anger", "contempt"}, FERPLUS8),
        ({"anger", "contempt", "bemused"}, FERPLUS8),
        ({"smile", "no smile"}, SMILE2),
        ({"sadly angry"}, COMPOUND11),
        ({"cat", "dog"}, None),
        (set(), None),
    ],
)
def test_words_together_say_the_label_set(words: set[str], label_set: LabelSet | None) -> None:
    assert find_label_set(words) == label_set


@pytest.mark.parametrize(
    ("word", "split"), [("Training", "train"), ("val", "val"), ("valid", "val"), ("Test", "test"), ("public", None)]
)
def test_words_for_parts(word: str, split: str | None) -> None:
    assert find_split(word) == split
