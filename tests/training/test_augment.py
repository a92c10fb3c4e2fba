from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.align import centre_crop, crop_views, whole_face  # noqa: E402
from mien.training.augment import augment  # noqa: E402
from mien.training.augmentation import NONE, Augmentation  # noqa: E402


def pictures(n: int = 64) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (n, 48, 48), np.uint8))


def draw(images: torch.Tensor, settings: Augmentation, crop: int = 44, size: int | None = None, seed: int = 0):
    generator = torch.Generator().manual_seed(seed)
    faces = augment(images, crop, size or crop, settings, generator)
    assert faces.dtype == torch.float32
    assert faces.shape == (len(images), 1, size or crop, size or crop)
    return faces[:, 0].numpy()


def grey(pixels: np.ndarray) -> np.ndarray:
    """0 to 1, in the precision of the network."""
    return pixels.astype(np.float32) / 255


def which(faces: np.ndarray, candidates: np.ndarray) -> np.ndarray:
    """The candidate, (n, c, s, s), that each face is exactly; each must be one and only one."""
    same = (faces[:, None] == candidates).all((2, 3))
    assert (same.sum(1) == 1).all()
    return same.argmax(1)


@pytest.mark.parametrize("crop", [44, 43, 48])
def test_nothing_varied_is_the_centre_crop_to_the_bit(crop: int) -> None:
    images = pictures()
    np.testing.assert_array_equal(draw(images, NONE, crop), grey(centre_crop(images.numpy(), crop)))


def test_half_are_mirrored_to_the_bit() -> None:
    images = pictures()
    views = grey(crop_views(images.numpy(), 44, 10)[:, [4, 9]])
    mirrored = which(draw(images, replace(NONE, flip=True)), views)
    assert 16 < mirrored.sum() < 48  # about half


@pytest.mark.parametrize("crop", [42, 43])
@pytest.mark.parametrize("flip", [False, True])
def test_corners_are_the_five_crops_to_the_bit(crop: int, flip: bool) -> None:
    images = pictures(300)
    views = grey(crop_views(images.numpy(), crop, 10))
    drawn = which(draw(images, replace(NONE, placement="corners", flip=flip), crop), views)
    counts = np.bincount(drawn, minlength=10)
    assert (counts[5:] == 0).all() or flip
    share = 30 if flip else 60
    assert (np.abs(counts[: 10 if flip else 5] - share) < share / 2).all()


def test_pixels_are_crops_from_anywhere_to_the_bit() -> None:
    images = pictures(1).expand(1000, 48, 48)
    windows = np.lib.stride_tricks.sliding_window_view(images[0].numpy(), (44, 44)).reshape(1, 25, 44, 44)
    drawn = which(draw(images, replace(NONE, placement="pixels")), grey(windows))
    assert (np.abs(np.bincount(drawn, minlength=25) - 40) < 20).all()


def test_whole_and_corners() -> None:
    images = pictures(500)
    faces = draw(images, replace(NONE, placement="whole-and-corners"), 42)
    corners = grey(crop_views(images.numpy(), 42, 5)[:, :4])
    cut = (faces[:, None] == corners).all((2, 3))
    assert (np.abs(cut.sum(0) - 100) < 50).all()
    whole = ~cut.any(1)
    assert abs(whole.sum() - 100) < 50
    # OpenCV's area averaging rounds to whole grey levels.
    np.testing.assert_allclose(faces[whole], grey(whole_face(images[whole].numpy(), 42)), atol=0.501 / 255)


@pytest.mark.parametrize("placement", ["continuous", "pixels", "corners", "whole-and-corners"])
def test_resampled_crops_lie_where_copied_ones_do(placement) -> None:
    still = replace(NONE, placement=placement, flip=True)
    hardly = replace(still, stretch=1e-9)  # drawn after place and mirror, which are therefore the same
    images = spot(30, 20)
    # Whole faces are averaged in one and interpolated in the other; half a pixel would be 0.1.
    np.testing.assert_allclose(draw(images, hardly), draw(images, still), atol=0.04)


def spot(x: int, y: int) -> torch.Tensor:
    """Pictures that are black but for one soft spot."""
    rows, columns = np.mgrid[:48, :48]
    image = 255 * np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 18)
    return torch.from_numpy(np.repeat(image[None].astype(np.uint8), 400, 0))


def centre_of_mass(faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    weights = faces.clip(0.05) - 0.05
    total = weights.sum((1, 2))
    axis = np.arange(faces.shape[-1])
    return (weights.sum(1) * axis).sum(1) / total, (weights.sum(2) * axis).sum(1) / total


def test_shift_moves_by_up_to_so_many_pixels() -> None:
    x, y = centre_of_mass(draw(spot(24, 24), replace(NONE, flip=True, shift=2)))
    for moved in (x - 21.5, y - 22):  # a mirrored 22 lands on 21, so 21.5 on average
        assert np.abs(moved).max() < 2.8
        assert moved.std() == pytest.approx(2 / np.sqrt(3), abs=0.35)


def test_rotation_turns_about_the_centre() -> None:
    x, y = centre_of_mass(draw(spot(24, 9), replace(NONE, rotation=10)))
    angle = np.degrees(np.arctan2(np.abs(x - 21.5), 21.5 - y))
    assert angle.max() < 13
    assert angle.max() > 8


def test_a_smaller_result_shows_the_same_face() -> None:
    full, small = centre_of_mass(draw(spot(30, 20), NONE)), centre_of_mass(draw(spot(30, 20), NONE, size=22))
    for a, b in zip(full, small, strict=True):
        np.testing.assert_allclose((b + 0.5) * 2, a + 0.5, atol=0.2)


def test_scale_moves_all_from_the_centre_alike() -> None:
    x, y = centre_of_mass(draw(spot(36, 30), replace(NONE, scale=0.1)))
    across, down = (x - 21.5) / 12.5, (y - 21.5) / 6.5  # the spot is 12.5 and 6.5 pixels from the centre
    np.testing.assert_allclose(across, down, atol=0.05)
    assert 0.88 < across.min() < 0.93
    assert 1.07 < across.max() < 1.12


def test_stretch_moves_each_axis_by_itself() -> None:
    x, y = centre_of_mass(draw(spot(34, 34), replace(NONE, stretch=0.1)))
    across, down = (x - 21.5) / 10.5, (y - 21.5) / 10.5
    for change in (across, down):
        assert 0.88 < change.min() < 0.93
        assert 1.07 < change.max() < 1.12
    assert abs(np.corrcoef(across, down)[0, 1]) < 0.2


def test_shear_moves_rows_against_each_other_and_columns_too() -> None:
    settings = replace(NONE, shear=0.2)
    top, bottom = (centre_of_mass(draw(spot(24, y), settings)) for y in (14, 34))
    left, right = (centre_of_mass(draw(spot(x, 24), settings)) for x in (14, 34))
    # Same seed, same shears: (x, y) of a spot 10 pixels from the centre on each of four sides.
    sideways = (bottom[0] - top[0]) / 20
    downwards = (right[1] - left[1]) / 20
    for tangent in (sideways, downwards):
        assert 0.17 < np.abs(tangent).max() < 0.23
        assert abs(tangent.mean()) < 0.03
    assert abs(np.corrcoef(sideways, downwards)[0, 1]) < 0.2
    np.testing.assert_allclose((bottom[1] - top[1]) / 20, 1, atol=0.08)  # rows stay as far apart
    np.testing.assert_allclose((bottom[0] + top[0]) / 2, 21.75, atol=0.4)  # the centre stays


@pytest.mark.parametrize(("padding", "mode"), [("border", "edge"), ("reflect", "symmetric")])
def test_outside_lies_the_edge_or_the_mirror_image(padding, mode) -> None:
    ramp = np.arange(48) * 5
    images = torch.from_numpy(np.broadcast_to(ramp.astype(np.uint8), (50, 48, 48)).copy())
    settings = replace(NONE, shift=10, padding=padding, interpolation="bilinear")
    outside = np.pad(ramp, 20, mode=mode)
    shifts = []
    for row in draw(images, settings, 48)[:, 24] * 255:
        shift = row[24] / 5 - 24  # the middle is still inside, so its value says from where it came
        np.testing.assert_allclose(row, np.interp(np.arange(48) + shift, np.arange(-20, 68), outside), atol=0.02)
        shifts.append(shift)
    assert min(shifts) < -8
    assert max(shifts) > 8


def test_contrast_is_about_the_mean_and_brightness_is_added() -> None:
    images = pictures()
    plain = draw(images, NONE)
    added = draw(images, replace(NONE, brightness=0.08)) - plain
    np.testing.assert_allclose(added, np.broadcast_to(added[:, :1, :1], added.shape), atol=1e-6)
    assert 0.06 < np.abs(added).max() < 0.0801

    mean = plain.mean((1, 2), keepdims=True)
    ratio = ((draw(images, replace(NONE, contrast=0.25)) - mean) * (plain - mean)).sum((1, 2))
    ratio /= ((plain - mean) ** 2).sum((1, 2))
    assert 0.74 < ratio.min() < 0.8
    assert 1.2 < ratio.max() < 1.26
    contrasted = draw(images, replace(NONE, contrast=0.25))
    np.testing.assert_allclose(contrasted, (plain - mean) * ratio[:, None, None] + mean, atol=1e-5)


def test_erasing_paints_rectangles_over_some() -> None:
    grey = torch.full((500, 48, 48), 128, dtype=torch.uint8)
    changed = np.abs(draw(grey, replace(NONE, erase=0.3)) - 128 / 255) > 1e-3
    some = changed.any((1, 2))
    assert 0.2 < some.mean() < 0.4
    share = changed[some].mean((1, 2))
    assert 0.02 < share.min() < share.max() < 0.3
    for mask in changed[some]:
        rows, columns = mask.any(1), mask.any(0)
        assert (mask == rows[:, None] & columns[None]).all()


def test_same_seed_same_faces() -> None:
    settings = Augmentation()
    np.testing.assert_array_equal(draw(pictures(), settings, seed=3), draw(pictures(), settings, seed=3))
    assert not np.array_equal(draw(pictures(), settings, seed=3), draw(pictures(), settings, seed=4))
