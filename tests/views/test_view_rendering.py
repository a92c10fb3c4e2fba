"""Light, hair and pictures, on an ellipsoid whose geometry is known."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("embreex")

from mien.views.expressions import EXPRESSIONS, UNITS
from mien.views.hair import HairDresser
from mien.views.lighting import Lighting, bake, blackbody, draw_lighting
from mien.views.model import HeadModel
from mien.views.paint import SkinPainter
from mien.views.people import MONK_TONES, Person, draw_person, linear
from mien.views.recording import Studio, View
from mien.views.rendering import Rays, encode

NEUTRAL = EXPRESSIONS[0]


class Nothing:
    def hides(self, origins: np.ndarray, directions: np.ndarray) -> np.ndarray:
        return np.zeros(len(origins), bool)


def lamp(direction: tuple[float, float, float], colour: float = 1.0) -> Lighting:
    dark = np.zeros(3, np.float32)
    return Lighting(np.array([direction], np.float32), np.zeros(1, np.float32), np.full((1, 3), colour), dark, dark)


def test_rays_meet_the_triangle_they_should() -> None:
    rays = Rays(np.array([(0, 0, 0), (4, 0, 0), (0, 4, 0)], np.float32), np.array([(0, 1, 2)], np.int32))
    origins = np.array([(1, 2, 5), (3, 3, 5)], np.float32)
    down = np.array([(0, 0, -1), (0, 0, -1)], np.float32)
    met, weights = rays.first(origins, down)
    assert met.tolist() == [0, -1]
    assert weights[0] == pytest.approx((0.25, 0.25, 0.5))  # of the corners
    assert rays.hides(origins, down).tolist() == [True, False]


def test_a_surface_that_faces_a_lamp_reflects_its_colour() -> None:
    normals = np.array([(0, 0, 1), (0, 0.8, 0.6), (0, 0, -1)], np.float32)
    irradiance, seen = bake(lamp((0, 0, 1), 0.7), np.zeros((3, 3), np.float32), normals, Nothing(), rng())
    assert irradiance[0] == pytest.approx([0.7] * 3, rel=1e-4)
    # Lambert's cosine, and a little more where light comes out of the skin again.
    assert (irradiance[1] > 0.7 * 0.6).all()
    assert irradiance[1, 2] < 0.7 * 0.7
    assert irradiance[1, 0] > irradiance[1, 1] > irradiance[1, 2]
    assert irradiance[2].tolist() == [0, 0, 0]
    assert seen[:, 0] == pytest.approx([1, 1, 0])


def test_an_open_sky_lights_what_faces_it() -> None:
    dark = np.zeros((0, 3), np.float32)
    sky = Lighting(dark, np.zeros(0, np.float32), dark, np.full(3, 0.5, np.float32), np.full(3, 0.5, np.float32))
    normals = np.array([(0, 1, 0), (1, 0, 0), (0, 0, -1)], np.float32)
    irradiance, _ = bake(sky, np.zeros((3, 3), np.float32), normals, Nothing(), rng())
    # Blue hardly reaches around: about the whole sky's half, on each side the same.
    assert irradiance[:, 2] == pytest.approx([0.5] * 3, abs=0.06)


def test_what_is_in_the_way_casts_a_shadow() -> None:
    square = np.array([(-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)], np.float32)
    rays = Rays(square, np.array([(0, 1, 2), (0, 2, 3)], np.int32))
    places, normals = np.array([(0, 0, 0), (3, 0, 0)], np.float32), np.array([(0, 0, 1)] * 2, np.float32)
    irradiance, seen = bake(lamp((0, 0, 1)), places, normals, rays, rng())
    assert irradiance[0].tolist() == [0, 0, 0]
    assert irradiance[1] == pytest.approx([1] * 3, rel=1e-4)
    assert seen[:, 0] == pytest.approx([0, 1])


def test_warm_lamps_are_red_and_white_ones_white() -> None:
    assert blackbody(5000, 5000) == pytest.approx([1, 1, 1])
    red, green, blue = blackbody(3000, 5000)
    assert red > green > blue
    assert np.all(np.diff(blackbody(8000, 5000)) > 0)


def test_srgb() -> None:
    # Known points of IEC 61966-2-1: 18 % grey is 118, a fifth of the way below the knee.
    assert linear("767676")[0] == pytest.approx(0.18, abs=0.002)
    assert encode(np.full((1, 1, 3), 0.18, np.float32), 1)[0, 0].tolist() == [118] * 3
    assert encode(np.full((1, 1, 3), 50.0, np.float32), 1).max() == 255
    assert encode(np.zeros((1, 1, 3), np.float32), 1).max() == 0


def test_people_differ_and_are_as_dark_as_the_scale() -> None:
    people = [draw_person(4, np.random.default_rng(seed)) for seed in range(200)]
    assert len({person.hair_style for person in people}) == 6
    skins = np.array([person.skin for person in people])
    assert (skins.max(1) <= 1).all()
    assert (skins > 0).all()
    assert skins[:, 0].max() > 5 * skins[:, 0].min()
    assert (np.diff(skins, axis=1) < 0.02).all()  # no blue people
    assert [linear(tone).sum() for tone in MONK_TONES][3:] == sorted(linear(t).sum() for t in MONK_TONES[3:])[::-1]


def test_creases_darken_where_units_fold_the_skin(ellipsoid: HeadModel) -> None:
    painter = SkinPainter(ellipsoid)
    rest = dict.fromkeys(UNITS, 0.0)
    skin = np.full((512, 512, 3), 0.5, np.float32)
    assert np.array_equal(painter.crease(skin, rest), skin)
    places = np.round(512 * ellipsoid.uv[ellipsoid.landmarks]).astype(int)
    between, (_, mouth) = places[[21, 22]].mean(0).astype(int), places[51]
    frowning = 1 - painter.crease(skin, rest | {4: 5.0})[..., 0] / skin[..., 0]
    assert frowning[between[1] - 20 : between[1] + 20, between[0] - 30 : between[0] + 30].max() > 0.2
    assert frowning[: mouth + 10].max() == 0
    raised = 1 - painter.crease(skin, rest | {1: 2.5})[..., 0] / skin[..., 0]
    assert raised[: between[1] - 5].max() < 0.01
    assert 0.05 < raised[between[1] :].max() <= 0.26


def test_hair_is_outside_the_scalp_and_above_the_hairline(ellipsoid: HeadModel) -> None:
    dresser, normals = HairDresser(ellipsoid), ellipsoid.neutral - (0, 3, 1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    for style, meshes in (("bald", 0), ("short", 1), ("cap", 1), ("long", 2)):
        person = styled(style)
        worn = dresser.dress(person, ellipsoid.neutral, normals)
        assert len(worn) == meshes
        for mesh in worn[:1]:
            # 1 on the ellipsoid; the crown, at 14 cm, is covered, the face is not.
            radii = np.linalg.norm((mesh.vertices - (0, 3, 1)) / (7.5, 11, 9.5), axis=1)
            assert radii.max() > 1.05
            assert mesh.vertices[:, 1].max() > 14.2
            forward = mesh.vertices[mesh.vertices[:, 2] > 8.5]
            assert not len(forward) or forward[:, 1].min() > 5


def test_turning_left_moves_the_face_to_the_right(ellipsoid: HeadModel) -> None:
    views = {view.view: view for view in record(ellipsoid, (-60, 0, 60))}
    for angle, view in views.items():
        assert abs(view.yaw - angle) <= 3.75
        assert view.image.shape == (64, 64, 3)
        nose, ears = view.landmarks[30, 0], view.landmarks[[0, 16], 0].mean()
        assert np.sign(nose - ears) == np.sign(angle) or angle == 0
    # The jaw's right end is seen only where the right side of the head is.
    assert views[60].visible[[0, 16]].tolist() == [True, False]
    assert views[-60].visible[[0, 16]].tolist() == [False, True]


def test_the_picture_shows_the_head_where_its_landmarks_are(ellipsoid: HeadModel) -> None:
    (bare,) = record(ellipsoid, (0,))
    (turned,) = record(ellipsoid, (90,))
    x, y = bare.landmarks[30].astype(int)
    assert 0 < x < 64
    assert 0 < y < 64
    # Background and light are the recording's: corners are the same in all views, the head is not.
    assert np.array_equal(bare.image[:8, :8], turned.image[:8, :8])
    assert not np.array_equal(bare.image, turned.image)


def test_a_picture_depends_on_its_own_numbers_only(ellipsoid: HeadModel) -> None:
    alone = next(iter(record(ellipsoid, (45,))))
    among = {view.view: view for view in record(ellipsoid, (-90, 45, 60))}[45]
    assert np.array_equal(alone.image, among.image)
    assert (alone.yaw, alone.pitch, alone.roll) == (among.yaw, among.pitch, among.roll)
    other = next(iter(record(ellipsoid, (45,), seed=1)))
    assert not np.array_equal(alone.image, other.image)


def test_lights_are_before_the_head() -> None:
    for seed in range(30):
        lighting = draw_lighting(np.random.default_rng(seed))
        assert (lighting.lamps[:, 2] > 0).all()
        assert np.linalg.norm(lighting.lamps, axis=1) == pytest.approx(1, abs=1e-5)
        assert 0.3 < lighting.colours.sum() / 3 < 1.2


def record(model: HeadModel, views: tuple[int, ...], seed: int = 0) -> list[View]:
    studio = Studio(model, 64, seed)
    return list(studio.record(studio.invite(0), NEUTRAL, views))


def styled(style: str) -> Person:
    people = (draw_person(2, np.random.default_rng(seed)) for seed in range(1000))
    return next(person for person in people if person.hair_style == style)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)
