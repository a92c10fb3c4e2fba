"""The skin's texture: where lips, brows, beard and blushes are on the model, and one person's colours there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from mien.views.model import FACE, HeadModel
from mien.views.people import Person

FloatArray = npt.NDArray[np.float32]

SIZE = 512
"""Side of the texture in pixels."""

_LIP = np.array((0.86, 0.50, 0.50), np.float32)
_FLUSHED = np.array((1.0, 0.80, 0.78), np.float32)
_SHADED = np.array((0.80, 0.74, 0.74), np.float32)
_CREASED = 0.5
"""How much darker a crease is at its strongest."""

_FINE = 8  # cv2 draws in fractions of 1/256 pixel


class SkinPainter:
    """Paints faces of one model."""

    def __init__(self, model: HeadModel) -> None:
        on_face = model.is_material(FACE)
        places = np.zeros((len(model.neutral), 2), np.float32)
        places[model.triangles[on_face].ravel()] = model.uv[model.triangle_uv[on_face].ravel()]
        self._points = SIZE * places[model.landmarks]
        eyes = model.neutral[model.landmarks[[36, 45]]]
        self._cm = float(np.linalg.norm(self._points[45] - self._points[36]) / np.linalg.norm(eyes[1] - eyes[0]))

    def paint(self, person: Person) -> FloatArray:
        """Linear RGB of a person's face, shape (SIZE, SIZE, 3); row 0 is ``v = 0``, the chin's end."""
        rng = np.random.default_rng(person.texture_seed)
        skin = person.skin * (1 + _mottles(rng)[..., None] * (0.6, 1.0, 1.0))
        skin = _tint(skin, _FLUSHED, 0.6 * person.blush * self._flushed)
        skin = _tint(skin, _SHADED, rng.uniform(0.2, 1) * self._under_eyes)
        skin = _tint(skin, _LIP, person.lips * self._lips)
        stubble = rng.uniform(0.55, 1, (SIZE, SIZE)).astype(np.float32)
        skin = _cover(skin, 0.8 * person.hair, person.beard * stubble * self._beard)
        strands = rng.uniform(0.75, 1, (SIZE, SIZE)).astype(np.float32)
        skin = _cover(skin, 0.7 * person.hair, person.brows * strands * self._brows(person.brow_width))
        return np.asarray(_cover(skin, 0.25 * person.hair, 0.75 * self._lashes), np.float32)

    def crease(self, texture: FloatArray, intensities: Mapping[int, float]) -> FloatArray:
        """The texture with the creases that action units (0 to 5) fold; the mesh is too coarse for them."""
        total = np.zeros((SIZE, SIZE), np.float32)
        for units, mask in self._creases.items():
            total += max(intensities[unit] for unit in units) / 5 * mask
        return np.asarray(texture * (1 - _CREASED * np.clip(total, 0, 1))[..., None], np.float32)

    @cached_property
    def _creases(self) -> Mapping[tuple[int, ...], FloatArray]:
        """Masks by the units that fold them: between the brows, across the forehead, beside nose and mouth."""
        p, cm = self._points, self._cm
        between = 0.5 * (p[21] + p[22])
        upright = [between + cm * np.array([(x, -0.9), (0.8 * x, 0.5)]) for x in (-0.4, 0.4)]
        brows = p[[18, 19, 20, 23, 24, 25]]
        across = [_spline(brows + np.array((0, height * cm))) for height in (1.1, 1.9, 2.7)]
        beside = []
        for wing, corner, out in ((31, 48, -1), (35, 54, 1)):
            away = np.array((out, 0)) * cm
            beside.append(
                _spline(
                    np.stack([p[wing] + 0.4 * away, 0.5 * (p[wing] + p[corner]) + 0.7 * away, p[corner] + 0.8 * away])
                )
            )
        lines = {(4,): upright, (1, 2): across, (9, 10, 12): beside}
        return {units: self._drawn(of_units) for units, of_units in lines.items()}

    def _drawn(self, lines: Sequence[npt.NDArray[np.floating]]) -> FloatArray:
        mask = np.zeros((SIZE, SIZE), np.float32)
        for line in lines:
            self._stroke(mask, line, 0.16)
        return cv2.GaussianBlur(mask, (0, 0), 0.09 * self._cm).astype(np.float32)

    @cached_property
    def _lips(self) -> FloatArray:
        return self._filled(_smooth(self._points[48:60]), 0.1)

    @cached_property
    def _lashes(self) -> FloatArray:
        mask = np.zeros((SIZE, SIZE), np.float32)
        for lid in (self._points[36:40], self._points[42:46]):
            self._stroke(mask, lid, 0.13)
        return cv2.GaussianBlur(mask, (0, 0), 1).astype(np.float32)

    @cached_property
    def _beard(self) -> FloatArray:
        p = self._points
        under_nose = p[31:36] - (0, 0.35 * self._cm)
        chin = p[4:13] - (0, 1.5 * self._cm)
        whole = self._filled(np.concatenate([p[[2, 3]], chin, p[[13, 14]], p[[54]], under_nose[::-1], p[[48]]]), 0.35)
        return np.asarray(whole * (1 - self._lips), np.float32)

    @cached_property
    def _flushed(self) -> FloatArray:
        p = self._points
        cheeks = (0.5 * (p[1] + p[31]) - (0, 0.3 * self._cm), 0.5 * (p[15] + p[35]) - (0, 0.3 * self._cm))
        blobs = [self._blob(place, 1.5) for place in cheeks]
        blobs += [self._blob(p[30], 0.9), 0.6 * self._blob(p[8], 1.0)]
        return np.asarray(np.maximum.reduce(blobs), np.float32)

    @cached_property
    def _under_eyes(self) -> FloatArray:
        return np.maximum(*(self._blob(self._points[i : i + 2].mean(0) - (0, 0.5 * self._cm), 0.6) for i in (40, 46)))

    def _brows(self, width: float) -> FloatArray:
        mask = np.zeros((SIZE, SIZE), np.float32)
        for brow in (self._points[17:22], self._points[26:21:-1]):
            line = _spline(brow - (0, 0.15 * self._cm))
            # Thin at the temple, full over the eye.
            thickness = width * np.interp(np.linspace(0, 1, len(line)), (0, 0.35, 0.8, 1), (0.3, 0.8, 1, 0.8))
            for start, end, cm in zip(line[:-1], line[1:], thickness[1:], strict=True):
                self._stroke(mask, np.stack([start, end]), cm)
        return cv2.GaussianBlur(mask, (0, 0), 0.12 * self._cm).astype(np.float32)

    def _stroke(self, mask: FloatArray, line: npt.NDArray[np.floating], cm: float) -> None:
        points = np.round(line * 2**_FINE).astype(np.int32)
        cv2.polylines(mask, [points], False, 1.0, max(1, round(cm * self._cm)), cv2.LINE_8, _FINE)

    def _filled(self, outline: npt.NDArray[np.floating], blur: float) -> FloatArray:
        mask = np.zeros((SIZE, SIZE), np.float32)
        cv2.fillPoly(mask, [np.round(outline * 2**_FINE).astype(np.int32)], 1.0, cv2.LINE_8, _FINE)
        return cv2.GaussianBlur(mask, (0, 0), blur * self._cm).astype(np.float32)

    def _blob(self, centre: npt.NDArray[np.floating], cm: float) -> FloatArray:
        y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
        away = ((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (cm * self._cm) ** 2
        return np.asarray(np.exp(-away / 2), np.float32)


def _mottles(rng: np.random.Generator) -> FloatArray:
    """Unevenness of skin at three scales, around 0."""
    noise = np.zeros((SIZE, SIZE), np.float32)
    for side, strength in ((8, 0.05), (40, 0.04), (160, 0.05)):
        noise += strength * cv2.resize(rng.normal(0, 1, (side, side)).astype(np.float32), (SIZE, SIZE))
    return noise


def _spline(points: npt.NDArray[np.floating]) -> FloatArray:
    """A smooth line through points."""
    at = np.linspace(0, len(points) - 1, 24)
    return np.stack(
        [np.polyval(np.polyfit(range(len(points)), c, min(3, len(points) - 1)), at) for c in points.T], -1
    ).astype(np.float32)


def _smooth(outline: npt.NDArray[np.floating]) -> FloatArray:
    """A closed outline with its corners rounded: Chaikin's, twice."""
    for _ in range(2):
        following = np.roll(outline, -1, 0)
        outline = np.stack([0.75 * outline + 0.25 * following, 0.25 * outline + 0.75 * following], 1).reshape(-1, 2)
    return np.asarray(outline, np.float32)


def _tint(skin: FloatArray, tint: FloatArray, mask: FloatArray) -> FloatArray:
    return np.asarray(skin * (1 + mask[..., None] * (tint - 1)), np.float32)


def _cover(skin: FloatArray, colour: FloatArray, mask: FloatArray) -> FloatArray:
    return np.asarray(skin + mask[..., None] * (colour - skin), np.float32)
