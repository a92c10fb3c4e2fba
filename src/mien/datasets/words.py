"""The words data sets have for expressions and parts, and what they are here."""

from __future__ import annotations

from collections.abc import Collection

from mien.labels import COMPOUND11, EKMAN7, FERPLUS8, SMILE2, LabelSet

# A data set of five of the seven classes is not the set "five", whose surprise holds fear and disgust too.
CANDIDATES = (EKMAN7, FERPLUS8, SMILE2, COMPOUND11)
"""The label sets that a data set's own words can stand for, in the order they are tried."""

_SYNONYMS = (
    {"angry", "anger"},
    {"disgust", "disgusted"},
    {"fear", "fearful", "afraid"},
    {"happy", "happiness"},
    {"sad", "sadness"},
    {"surprise", "surprised"},
    {"contempt", "contemptuous"},
    {"smiling", "smile"},
    {"not smiling", "no smile", "non smile"},
)

SPLITS = ("train", "val", "test")
"""The parts that a data set of one's own can have."""

_SPLIT_WORDS = {"training": "train", "valid": "val", "validation": "val", "testing": "test"}


def find_label(word: str, label_set: LabelSet) -> int | None:
    """The index of the label that a word stands for, or None.

    ``Anger`` is ``angry``; capitals, and ``_`` or ``-`` for a space, make no difference.
    """
    word = word.strip().lower().replace("_", " ").replace("-", " ")
    same = next((group for group in _SYNONYMS if word in group), {word})
    return next((index for index, label in enumerate(label_set.labels) if label in same), None)


def find_label_set(words: Collection[str]) -> LabelSet | None:
    """The label set that knows most of the words, of equals the first of `CANDIDATES`; None if none knows any."""
    known = {s: sum(find_label(word, s) is not None for word in words) for s in CANDIDATES}
    best = max(CANDIDATES, key=lambda label_set: known[label_set])
    return best if known[best] else None


def find_split(word: str) -> str | None:
    """The part that a word stands for, or None: ``Validation`` is ``val``."""
    word = _SPLIT_WORDS.get(word.lower(), word.lower())
    return word if word in SPLITS else None
