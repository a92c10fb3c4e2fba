"""What networks do to faces first, against values worked out by hand."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from mien.networks.inputs import (  # noqa: E402
    ContrastNorm,
    MinMax,
    PixelStatistics,
    PlaneResidual,
    Replicate,
    Resize,
    Standardise,
)


def face(*rows: list[float]) -> Tensor:
    return torch.tensor([[rows]], dtype=torch.float32)


def close(a: Tensor, b: Tensor, atol: float = 1e-6) -> None:
    torch.testing.assert_close(a, b, rtol=1e-5, atol=atol)


def test_replicate() -> None:
    three = Replicate()(face([1, 2], [3, 4]))
    assert three.shape == (1, 3, 2, 2)
    close(three[:, 2:], face([1, 2], [3, 4]))


def test_resize_has_pixel_centres_at_a_half() -> None:
    # Twice as wide: new centres lie at -0.25, 0.25, 0.75 and 1.25 of the old ones; the outermost repeat the edge.
    close(Resize(4)(face([0, 4], [0, 4])), face(*[[0, 1, 3, 4]] * 4))


def test_min_max() -> None:
    two = torch.cat([face([2, 3], [4, 6]), face([-10, 0], [0, 10])])
    close(MinMax()(two), torch.cat([face([0, 0.25], [0.5, 1]), face([0, 0.5], [0.5, 1])]))


def test_contrast_norm() -> None:
    out = ContrastNorm(100)(face([1, 1], [1, 5]))  # mean 2: -1 -1 -1 3, of norm sqrt(12)
    close(out, face([-1, -1], [-1, 3]) * 100 / 12**0.5)
    many = ContrastNorm(100)(torch.rand(5, 1, 48, 48))
    close(many.mean((1, 2, 3)), torch.zeros(5), atol=1e-5)
    close(many.flatten(1).norm(dim=1), torch.full((5,), 100.0))


def test_standardise() -> None:
    close(Standardise()(face([1, 1], [1, 5])), face([-1, -1], [-1, 3]) / 3**0.5)  # variance (1 + 1 + 1 + 9) / 4


def test_brightness_and_contrast_do_not_matter() -> None:
    faces = torch.rand(3, 1, 8, 8)
    for module in (MinMax(), Standardise(), ContrastNorm(100), PlaneResidual(8)):
        close(module(0.3 * faces + 0.2), module(faces), atol=1e-4)


@pytest.mark.parametrize("module", [MinMax(), Standardise(), ContrastNorm(100), PlaneResidual(48)])
@pytest.mark.parametrize("grey", [0.0, 0.3, 1.0])
def test_a_face_of_one_grey_stays_flat(module: torch.nn.Module, grey: float) -> None:
    close(module(torch.full((1, 1, 48, 48), grey)), torch.zeros(1, 1, 48, 48), atol=1e-5)


def test_a_plane_leaves_nothing() -> None:
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    plane = (0.2 + 0.003 * x + 0.007 * y)[None, None]
    close(PlaneResidual(64)(plane), torch.zeros(1, 1, 64, 64), atol=1e-5)


def test_what_is_not_a_plane_is_left_with_unit_deviation() -> None:
    y, x = torch.meshgrid(torch.arange(4.0), torch.arange(4.0), indexing="ij")
    saddle = (x - 1.5) * (y - 1.5)  # orthogonal to 1, x and y; its mean square is 1.25 squared
    close(PlaneResidual(4)((saddle + 5 + 2 * x - y)[None, None]), (saddle / 1.25)[None, None])


def test_plane_against_least_squares() -> None:
    image = torch.rand(7, 7, dtype=torch.float64)
    y, x = torch.meshgrid(torch.arange(7.0), torch.arange(7.0), indexing="ij")
    design = torch.stack([torch.ones(49), x.flatten(), y.flatten()], 1).double()
    solution = torch.linalg.lstsq(design, image.reshape(49, 1)).solution
    residual = image - (design @ solution).reshape(7, 7)
    expected = (residual / residual.square().mean().sqrt()).float()
    close(PlaneResidual(7)(image.float()[None, None]), expected[None, None], atol=1e-5)


def test_pixel_statistics() -> None:
    module = PixelStatistics(2, before=torch.nn.Identity())
    two = torch.cat([face([0, 1], [5, 2]), face([4, 3], [5, 8])])
    close(module(two), two)  # before the fit
    module.fit(two)  # means 2 2 5 5, deviations 2 1 0 3
    close(module(two), torch.cat([face([-1, -1], [0, -1]), face([1, 1], [0, 1])]))
    assert set(module.state_dict()) == {"mean", "std"}  # so that a run keeps them


def test_pixel_statistics_see_what_comes_before() -> None:
    faces = 0.1 + 0.8 * torch.rand(50, 1, 6, 6)
    module = PixelStatistics(6, before=ContrastNorm(100))
    module.fit(faces)
    standard = module(faces)
    close(standard.mean(0), torch.zeros(1, 6, 6), atol=1e-5)
    close(standard.std(0, correction=0), torch.ones(1, 6, 6))
