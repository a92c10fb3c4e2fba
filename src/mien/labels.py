"""Label sets and the mappings between them.

A label set is an ordered tuple of names. A mapping says, for each label of one set, to which label of another its
probability goes; it is total, so probabilities still sum to one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mien.errors import InputError, UnknownName

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class LabelSet:
    """An ordered set of expression names.

    Attributes
    ----------
    name : str
        For example ``"ekman7"``.
    labels : tuple of str
        The names, in the order of the probabilities.
    """

    name: str
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def index(self, label: str) -> int:
        """Position of `label`; raises `UnknownName` if it is not in the set."""
        try:
            return self.labels.index(label)
        except ValueError:
            raise UnknownName(f"{self.name} label", label, self.labels) from None


EKMAN7 = LabelSet("ekman7", ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"))
"""The order of FER2013's ``emotion`` column."""

FERPLUS8 = LabelSet("ferplus8", ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt"))
"""The order of FER+'s vote columns."""

FIVE = LabelSet("five", ("angry", "surprise", "sad", "happy", "neutral"))
"""Five coarse classes: ``surprise`` holds fear and disgust too."""

SMILE2 = LabelSet("smile2", ("not smiling", "smiling"))
"""The order of GENKI-4K's first column."""

COMPOUND11 = LabelSet(
    "compound11",
    (
        "happily surprised",
        "happily disgusted",
        "sadly fearful",
        "sadly angry",
        "sadly surprised",
        "sadly disgusted",
        "fearfully angry",
        "fearfully surprised",
        "angrily surprised",
        "angrily disgusted",
        "disgustedly surprised",
    ),
)
"""The compound expressions of RAF-DB, in the order of its numbers."""

MICRO3 = LabelSet("micro3", ("negative", "positive", "surprise"))
"""The classes of the composite of micro-expressions (MEGC 2019)."""

MULTIPIE6 = LabelSet("multipie6", ("neutral", "smile", "squint", "surprise", "disgust", "scream"))
"""What the people of Multi-PIE were asked to show."""

GEMEP5 = LabelSet("gemep5", ("anger", "fear", "joy", "relief", "sadness"))
"""The emotions that the actors of GEMEP-FERA 2011 play."""

YAW13 = LabelSet("yaw13", tuple(str(yaw) for yaw in range(-90, 91, 15)))
"""Where a head is turned, in degrees: positive to the right side of the picture."""

MULTIPIE6_YAW13 = LabelSet(
    "multipie6-yaw13", tuple(f"{shown} {yaw}" for shown in MULTIPIE6.labels for yaw in YAW13.labels)
)
"""What a face shows and where it is turned, for networks with a head for each."""

LABEL_SETS = {s.name: s for s in (EKMAN7, FERPLUS8, FIVE, SMILE2, COMPOUND11, MICRO3, MULTIPIE6, GEMEP5)}
"""The sets of expressions, by name."""

_KNOWN = LABEL_SETS | {s.name: s for s in (YAW13, MULTIPIE6_YAW13)}

_MAPPINGS: dict[tuple[str, str], dict[str, str]] = {
    ("ekman7", "five"): {
        "angry": "angry",
        "disgust": "surprise",
        "fear": "surprise",
        "happy": "happy",
        "sad": "sad",
        "surprise": "surprise",
        "neutral": "neutral",
    },
    # Contempt has no counterpart among the seven; people who do not see contempt mostly say neutral.
    ("ferplus8", "ekman7"): {
        "neutral": "neutral",
        "happiness": "happy",
        "surprise": "surprise",
        "sadness": "sad",
        "anger": "angry",
        "disgust": "disgust",
        "fear": "fear",
        "contempt": "neutral",
    },
    ("ferplus8", "five"): {
        "neutral": "neutral",
        "happiness": "happy",
        "surprise": "surprise",
        "sadness": "sad",
        "anger": "angry",
        "disgust": "surprise",
        "fear": "surprise",
        "contempt": "neutral",
    },
    ("ekman7", "smile2"): {label: "smiling" if label == "happy" else "not smiling" for label in EKMAN7.labels},
    ("multipie6-yaw13", "multipie6"): {label: label.split()[0] for label in MULTIPIE6_YAW13.labels},
    ("multipie6-yaw13", "yaw13"): {label: label.split()[1] for label in MULTIPIE6_YAW13.labels},
    ("ferplus8", "smile2"): {label: "smiling" if label == "happiness" else "not smiling" for label in FERPLUS8.labels},
}


def get_label_set(name: str | LabelSet) -> LabelSet:
    """The label set called `name`; raises `UnknownName` if there is none."""
    if isinstance(name, LabelSet):
        return name
    try:
        return _KNOWN[name]
    except KeyError:
        raise UnknownName("label set", name, LABEL_SETS) from None


def can_map(source: LabelSet, target: LabelSet) -> bool:
    """Whether probabilities over `source` can be merged into `target`."""
    return source == target or (source.name, target.name) in _MAPPINGS


def merge_probabilities(probabilities: FloatArray, source: LabelSet, target: LabelSet) -> FloatArray:
    """Merge probabilities over one label set into another by summing.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, len(source))
        Rows sum to one.
    source, target : LabelSet
        From and to.

    Returns
    -------
    ndarray of float, shape (n, len(target))
        Rows sum to one; same dtype.

    Raises
    ------
    InputError
        If no mapping between the two sets is defined.
    """
    if source == target:
        return probabilities
    try:
        mapping = _MAPPINGS[source.name, target.name]
    except KeyError:
        raise InputError(f"there is no mapping from label set {source.name!r} to {target.name!r}") from None
    merge = np.zeros((len(source), len(target)), probabilities.dtype)
    for i, label in enumerate(source.labels):
        merge[i, target.index(mapping[label])] = 1
    return probabilities @ merge
