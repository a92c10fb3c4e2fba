"""What faces do: expressions as combinations of action units, action units as blendshapes.

The combinations are the prototypes of Du et al. 2014 (what most of 230 people do, and what a share of them adds), with
what Ekman and Friesen's EMFACS adds to fear (5), anger (5, and with bared teeth 10, 16, 25) and disgust (15, 16); the
expressions of Multi-PIE that are no emotions, squint and scream, are described by what its people do.

References
----------
S. Du, Y. Tao and A. M. Martinez, "Compound facial expressions of emotion", PNAS 111(15), 2014.
P. Ekman, W. V. Friesen and J. C. Hager, "Facial Action Coding System: Investigator's Guide", 2002.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

UNITS: Mapping[int, Mapping[str, float]] = {
    1: {"browInnerUp": 1.0},
    2: {"browOuterUp": 1.0},
    4: {"browDown": 1.5, "browInnerUp": -0.8},
    5: {"eyeWide": 1.0},
    6: {"cheekSquint": 1.0},
    7: {"eyeSquint": 1.2},
    9: {"noseSneer": 1.0},
    10: {"mouthUpperUp": 1.0},
    12: {"mouthSmile": 1.15},
    15: {"mouthFrown": 1.5},
    16: {"mouthLowerDown": 1.0},
    17: {"mouthShrugLower": 1.0},
    20: {"mouthStretch": 1.0},
    23: {"mouthRollLower": 0.5, "mouthRollUpper": 0.5},
    24: {"mouthPress": 1.5, "mouthRollLower": 0.3, "mouthRollUpper": 0.3},
    25: {"mouthLowerDown": 0.3, "mouthUpperUp": 0.2, "jawOpen": 0.08},
    26: {"jawOpen": 0.45},
    27: {"jawOpen": 0.95},
    43: {"eyeBlink": 1.0},
}
"""The blendshapes of each action unit at its strongest; those of two sides without ``_L`` and ``_R``.

Some blendshapes of this model are weak and are carried on beyond 1. The one that lowers the brows lowers their outer
ends most; less of the one that raises the inner ends makes it the frown of anger.
"""

_SINGLE = frozenset({"jawOpen", "mouthShrugLower", "mouthRollLower", "mouthRollUpper"})
_GAZE = ("eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeLookDown")
_SIDES = ("_L", "_R")

BLENDSHAPES = frozenset(
    name if name in _SINGLE else name + side for names in (*UNITS.values(), _GAZE) for name in names for side in _SIDES
)
"""All blendshapes that are used."""

_REACH = (-0.8, 1.5)  # of weights
_ASYMMETRY = 0.1
_RESTLESS = (1, 2, 4, 7, 12, 15, 17, 24)
_GAZE_SPREAD = 0.12


class Action(NamedTuple):
    """An action unit in an expression: how often it takes part, and how strongly then, 0 to 1."""

    unit: int
    low: float
    high: float
    share: float = 1.0


@dataclass(frozen=True)
class Expression:
    """One thing a face does.

    Attributes
    ----------
    name : str
        Here.
    ekman7, multipie6 : str or None
        What it is in these label sets.
    actions : tuple of Action
        What it is made of.
    variants : tuple of tuple of Action
        Ways to do the rest of it, of which each is as likely; empty if there is no choice.
    """

    name: str
    ekman7: str | None
    multipie6: str | None
    actions: tuple[Action, ...]
    variants: tuple[tuple[Action, ...], ...] = ()


def _expression(name: str, ekman7: str | None, multipie6: str | None, *actions: tuple[float, ...]) -> Expression:
    return Expression(name, ekman7, multipie6, tuple(Action(int(unit), *rest) for unit, *rest in actions))


EXPRESSIONS = (
    _expression("neutral", "neutral", "neutral"),
    _expression("happy", "happy", "smile", (12, 0.65, 1.0), (25, 0.5, 1.0, 0.8), (6, 0.4, 1.0, 0.7)),
    replace(
        _expression("angry", "angry", None, (4, 0.7, 1.0), (7, 0.3, 0.8), (5, 0.2, 0.5, 0.5), (23, 0.4, 1.0, 0.29)),
        variants=(
            (Action(24, 0.5, 1.0), Action(17, 0.3, 0.8, 0.52)),
            (Action(10, 0.4, 0.8), Action(16, 0.4, 0.9), Action(25, 0.5, 1.0)),
        ),
    ),
    _expression(
        *("disgust", "disgust", "disgust", (9, 0.6, 1.0), (10, 0.4, 0.9), (17, 0.3, 0.8), (4, 0.3, 0.7, 0.31)),
        *((7, 0.3, 0.7, 0.3), (15, 0.2, 0.5, 0.3), (16, 0.2, 0.5, 0.3)),
    ),
    _expression(
        *("fear", "fear", None, (1, 0.7, 1.0), (4, 0.3, 0.7), (20, 0.7, 1.0), (25, 0.5, 1.0)),
        *((2, 0.3, 0.7, 0.57), (5, 0.6, 1.0, 0.8), (26, 0.2, 0.5, 0.33)),
    ),
    _expression(
        *("sad", "sad", None, (1, 0.7, 1.0), (4, 0.2, 0.5), (15, 0.7, 1.0), (6, 0.1, 0.4, 0.3)),
        *((17, 0.3, 0.8, 0.67), (43, 0.1, 0.3, 0.4)),
    ),
    _expression(
        *("surprise", "surprise", "surprise", (1, 0.7, 1.0), (2, 0.7, 1.0), (25, 0.2, 0.5), (26, 0.6, 1.0)),
        *((5, 0.4, 1.0, 0.75), (27, 0.1, 0.4, 0.3)),
    ),
    _expression(
        *("squint", None, "squint", (7, 0.7, 1.0), (6, 0.4, 0.9), (4, 0.2, 0.6, 0.7), (43, 0.1, 0.3)),
        *((10, 0.1, 0.3, 0.4), (9, 0.1, 0.3, 0.3)),
    ),
    _expression(
        *("scream", None, "scream", (27, 0.7, 1.0), (25, 0.5, 1.0), (16, 0.3, 0.8), (10, 0.1, 0.4, 0.6)),
        *((20, 0.3, 0.8, 0.7), (6, 0.3, 0.8, 0.6), (7, 0.3, 0.9, 0.6), (4, 0.2, 0.8, 0.6), (43, 0.4, 0.9, 0.35)),
    ),
)
"""All expressions: the seven basic ones and the six of Multi-PIE, four of which are the same."""


@dataclass(frozen=True)
class Performance:
    """One face that was made.

    Attributes
    ----------
    intensities : mapping from int to float
        Of each action unit of `UNITS`, the mean of both sides: 0 absent, 1 to 5 FACS' A to E.
    weights : mapping from str to float
        Of the blendshapes; a little less than 0 or more than 1 where `UNITS` says so.
    """

    intensities: Mapping[int, float]
    weights: Mapping[str, float]


def perform(expression: Expression, rng: np.random.Generator) -> Performance:
    """An expression as one person makes it once: its intensities, a little more on one side, the eyes not quite still.

    Faces at rest are never quite at rest: every expression has a trace (at most 0.3 of 5) of some units more.
    """
    strengths = {unit: rng.uniform(0, 0.06) for unit in _RESTLESS}
    variant = expression.variants[rng.integers(len(expression.variants))] if expression.variants else ()
    for action in (*expression.actions, *variant):
        takes_part, strength = rng.random() < action.share, rng.uniform(action.low, action.high)
        if takes_part:
            strengths[action.unit] = strength
    sides = {
        unit: np.clip(strength * (1 + rng.normal(0, _ASYMMETRY) * np.array((1, -1))), 0, 1)
        for unit, strength in strengths.items()
    }
    weights = dict(_gaze(rng))
    for unit, both in sides.items():
        for name, gain in UNITS[unit].items():
            parts = (
                {name: both.mean()}
                if name in _SINGLE
                else dict(zip((name + _SIDES[0], name + _SIDES[1]), both, strict=True))
            )
            for part, strength in parts.items():
                weights[part] = float(np.clip(weights.get(part, 0.0) + gain * strength, *_REACH))
    return Performance({unit: 5 * float(sides[unit].mean()) if unit in sides else 0.0 for unit in UNITS}, weights)


def _gaze(rng: np.random.Generator) -> Mapping[str, float]:
    """Both eyes a little to one side, up or down."""
    to_left, up = rng.normal(0, _GAZE_SPREAD, 2).clip(-0.3, 0.3)
    sideways = {"eyeLookOut_L": to_left, "eyeLookIn_R": to_left, "eyeLookIn_L": -to_left, "eyeLookOut_R": -to_left}
    upright = {f"eyeLook{way}{side}": sign * up for way, sign in (("Up", 1), ("Down", -1)) for side in _SIDES}
    return {name: float(weight) for name, weight in (sideways | upright).items() if weight > 0}
