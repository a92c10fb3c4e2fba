from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.training.augment import augment  # noqa: E402
from mien.training.recipe import Augmentation  # noqa: E402

STILL = Augmentation(rotation=0, scale=0, shift=0, contrast=0, brightness=0, erase=0)


def pictures(n: int = 64) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (n, 48, 48), np.uint8))


def draw(images: torch.Tensor, settings: Augmentation, size: int = 44, seed: int = 0) -> np.ndarray:
    return augment(images, 44, size, settings, torch.Generator().manual_seed(seed))[:, 0].numpy()


def test_without_variation_it_is_the_centre_crop_or_its_mirror() -> None:
    images = pictures()
    result = draw(images, STILL)
    centre = images[:, 2:46, 2:46].numpy() / 255
    plain = np.isclose(result, centre, atol=1e-4).all((1, 2))
    mirrored = np.isclose(result, centre[:, :, ::-1], atol=1e-4).all((1, 2))
    assert (plain ^ mirrored).all()
    assert 16 < plain.sum() < 48  # about half


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
    x, y = centre_of_mass(draw(spot(24, 24), replace(STILL, shift=2)))
    for moved in (x - 21.5, y - 22):  # a mirrored 22 lands on 21, so 21.5 on average
        assert np.abs(moved).max() < 2.8
        assert moved.std() == pytest.approx(2 / np.sqrt(3), abs=0.35)


def test_rotation_turns_about_the_centre() -> None:
    x, y = centre_of_mass(draw(spot(24, 9), replace(STILL, rotation=10)))
    angle = np.degrees(np.arctan2(np.abs(x - 21.5), 21.5 - y))
    assert angle.max() < 13
    assert angle.max() > 8


def test_a_smaller_result_shows_the_same_face() -> None:
    full, small = centre_of_mass(draw(spot(30, 20), STILL)), centre_of_mass(draw(spot(30, 20), STILL, size=22))
    for a, b in zip(full, small, strict=True):
        np.testing.assert_allclose((b + 0.5) * 2, a + 0.5, atol=0.2)


def test_erasing_paints_rectangles_over_some() -> None:
    grey = torch.full((500, 48, 48), 128, dtype=torch.uint8)
    changed = np.abs(draw(grey, replace(STILL, erase=0.3)) - 128 / 255) > 1e-3
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
