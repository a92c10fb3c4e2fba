"""Who is seen: shape of the head, skin, eyes, hair, clothes; everything of a person that stays the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

MONK_TONES = (
    *("f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96"),
    *("a07e56", "825c43", "604134", "3a312a", "292420"),
)
"""The Monk Skin Tone scale, sRGB: E. Monk, "The Monk Skin Tone scale", 2023, https://skintone.google."""

_HAIR = ("0d0a09", "1a1210", "2e1e16", "4a3021", "6b4a2f", "8f6a41", "b8935c", "7a3b1d")
_GREY = ("6f6c69", "a5a29d")
_GREY_SHARE = 0.1
_IRISES = ("2b1a10", "3d2614", "5a3a1e", "6b5530", "55643c", "56707e", "6b8ba4", "7d8a8f")
_CLOTHES = ("1b1f27", "3a4a63", "7d2b2b", "e6e3dc", "2f4f3a", "8a8d91", "b99a62", "4b2e4f", "d8c3c3", "23527a")

HAIR_STYLES = ("bald", "cropped", "short", "full", "long", "cap")
_HAIR_SHARES = (0.08, 0.17, 0.27, 0.15, 0.2, 0.13)

_SHAPE_SPREAD = 0.8  # more than one standard deviation of all hundred makes faces that nobody has
_PAINTED_WHITE = 0.65  # the palest swatch reflects more than any skin
_DARKEST = 7.7  # place on the scale; in the last two swatches little is left of light and shade


@dataclass(frozen=True, eq=False)
class Person:
    """One synthetic person; colours are linear RGB, 0 to 1, shape (3,).

    Attributes
    ----------
    shape : ndarray of float32, shape (i,)
        Coefficients of the identity components.
    skin, hair, iris, clothes, cap : ndarray of float32, shape (3,)
        Colours.
    hair_style : str
        One of `HAIR_STYLES`.
    hairline : float
        Height of the hairline above the eyes' middle in the average head, cm.
    brows, beard, lips, blush : float
        How much of these is painted, 0 to 1.
    brow_width : float
        Of the brows, cm in the average head.
    gloss : float
        Strength of the skin's reflections.
    texture_seed : int
        Chance for mottles and strands.
    """

    shape: FloatArray
    skin: FloatArray
    hair: FloatArray
    iris: FloatArray
    clothes: FloatArray
    cap: FloatArray
    hair_style: str
    hairline: float
    brows: float
    brow_width: float
    beard: float
    lips: float
    blush: float
    gloss: float
    texture_seed: int


def draw_person(components: int, rng: np.random.Generator) -> Person:
    """Somebody whom chance made; `components` is the number of identity components."""
    tones = np.array([linear(tone) for tone in MONK_TONES])
    place = rng.uniform(0, _DARKEST)
    skin = _PAINTED_WHITE * np.array([np.interp(place, range(len(tones)), channel) for channel in tones.T])
    skin *= (1.10, 0.96, 0.91) * rng.normal(1, 0.03, 3)
    # Fair hair and eyes go with fair skin, seldom with dark; grey hair with any.
    fair = place < 4
    hair = _pick(_HAIR if fair else _HAIR[:3], rng)
    if rng.random() < _GREY_SHARE:
        hair = _pick(_GREY, rng)
    style = HAIR_STYLES[rng.choice(len(HAIR_STYLES), p=_HAIR_SHARES)]
    bearded = style != "long" and rng.random() < 0.35
    return Person(
        shape=rng.normal(0, _SHAPE_SPREAD, components).clip(-2, 2).astype(np.float32),
        skin=skin.astype(np.float32),
        hair=(hair * rng.uniform(0.8, 1.2)).astype(np.float32),
        iris=0.45 * _pick(_IRISES if fair else _IRISES[:3], rng),
        clothes=_pick(_CLOTHES, rng),
        cap=_pick(_CLOTHES, rng),
        hair_style=style,
        hairline=rng.uniform(6.6, 8.6),
        brows=rng.uniform(0.6, 0.95),
        brow_width=rng.uniform(0.55, 0.95),
        beard=rng.uniform(0.2, 0.8) if bearded else 0.0,
        lips=rng.uniform(0.45, 1.0),
        blush=rng.uniform(0.2, 1.0),
        gloss=rng.uniform(0.015, 0.045),
        texture_seed=int(rng.integers(2**31)),
    )


def linear(colour: str) -> FloatArray:
    """Linear RGB of six hexadecimal digits of sRGB (IEC 61966-2-1), shape (3,)."""
    encoded = np.frombuffer(bytes.fromhex(colour), np.uint8) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _pick(colours: tuple[str, ...], rng: np.random.Generator) -> FloatArray:
    return linear(colours[rng.integers(len(colours))])
