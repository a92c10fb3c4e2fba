"""What a reader of expressions sees in pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.models import load_model  # noqa: E402
from mien.views.generator.pairs import to_network  # noqa: E402
from mien.views.generator.perception import PerceptualLoss  # noqa: E402


@pytest.fixture(scope="module")
def pictures() -> torch.Tensor:
    """Eight smooth grey ones of 64 pixels a side."""
    coarse = np.random.default_rng(0).integers(0, 256, (8, 6, 6, 1), dtype=np.uint8).repeat(3, -1)
    return to_network(torch.from_numpy(np.stack([cv2.resize(picture, (64, 64)) for picture in coarse])))


@pytest.fixture(scope="module")
def perceptual(pictures: torch.Tensor) -> PerceptualLoss:
    return PerceptualLoss.of("mien-tiny", pictures)


def test_the_same_and_another(perceptual: PerceptualLoss, pictures: torch.Tensor) -> None:
    assert perceptual(pictures, pictures).item() == 0
    assert perceptual(pictures.roll(1, 0), pictures).item() > 0.1
    assert perceptual(pictures.roll(1, 0), pictures) > perceptual(0.9 * pictures + 0.1 * pictures.roll(1, 0), pictures)


def test_dark_faces_count_as_much_as_bright_ones(perceptual: PerceptualLoss, pictures: torch.Tensor) -> None:
    """The reader brings each to the same contrast: with a quarter of the light the difference is nearly the same."""
    bright, dark = (
        perceptual((1 + pictures.roll(1, 0)) * light - 1, (1 + pictures) * light - 1).item() for light in (1, 0.25)
    )
    assert dark == pytest.approx(bright, rel=0.05)


def test_it_sees_what_the_model_sees(pictures: torch.Tensor) -> None:
    """The mean of the features, by the heads, says what ONNX Runtime says of the picture, but for rounding."""
    perceptual, model = PerceptualLoss.of("mien-tiny", pictures), load_model("mien-tiny")
    grey = (pictures[:, :1] + 1) * 127.5
    small = torch.nn.functional.interpolate(grey, 48, mode="bilinear", antialias=True)
    faces = small.round().byte()[:, 0].numpy()
    with torch.no_grad():
        said = perceptual._reader.heads(perceptual._features(pictures).mean((2, 3)))[0]
    np.testing.assert_allclose(said.numpy(), model.logits(faces, "ekman7"), atol=0.1)


def test_only_what_is_made_learns(perceptual: PerceptualLoss, pictures: torch.Tensor) -> None:
    made, target = (pictures.roll(n, 0).clone().requires_grad_() for n in (1, 0))
    perceptual(made, target).backward()
    assert made.grad is not None
    assert made.grad.abs().sum() > 0
    assert target.grad is None
