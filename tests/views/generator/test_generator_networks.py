"""Shapes, ranges and sizes of the three networks, against counts by hand."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mien.errors import InputError  # noqa: E402
from mien.views.generator.networks import LATENT, HalvingConv2d, Networks, Shape, one_hot  # noqa: E402

TOY = Shape(views=3, side=16, base=4)


def count(network: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def conv(inputs: int, outputs: int) -> int:
    return 9 * inputs * outputs + outputs


def test_the_published_size() -> None:
    """128 px and 9 views, summed on paper.

    Trunk: 1,792 (first convolution) + 110,784 + 295,296 + 1,180,416 + 4,720,128 + 7,079,424 (blocks) = 13,387,840.
    Heads: 8,192 features to 128 numbers, 1,048,704; to 9 + 1, 81,930. Generator: 1,056,768 (linear) + 7,081,472 +
    2,951,424 + 738,432 + 184,896 + 111,040 (blocks) + 128 + 1,731 (normalisation, last convolution).
    """
    with torch.device("meta"):
        networks = Networks(Shape(views=9))
    assert count(networks.encoder) == 13_387_840 + 1_048_704
    assert count(networks.discriminator) == 13_387_840 + 81_930
    assert count(networks.generator) == 12_125_891


def test_the_size_for_cpus() -> None:
    """64 px, 16 channels, 13 views: 16, 32, 64, 128 channels after the halvings, 2,048 features."""
    networks = Networks(Shape(views=13, side=64, base=16))
    blocks = sum(2 * conv(i, o) + conv(o, o) for i, o in ((16, 16), (16, 32), (32, 64), (64, 128)))
    trunk = conv(3, 16) + blocks
    assert count(networks.encoder) == trunk + 2049 * 128
    assert count(networks.discriminator) == trunk + 2049 * 14
    ups = ((128, 64), (64, 32), (32, 16), (16, 16))
    blocks = sum(2 * conv(i, o) + conv(o, o) + 2 * i + 2 * o for i, o in ups)
    assert count(networks.generator) == 129 * 2048 + blocks + 2 * 16 + conv(16, 3)


def test_channels_and_latent_numbers() -> None:
    assert Shape(views=9).widths == (64, 128, 256, 512, 512)
    assert Shape(views=9).z == 119
    assert Shape(views=13, side=64, base=16).widths == (16, 32, 64, 128)
    assert Shape(views=13).z == 115


@pytest.mark.parametrize("shape", [TOY, Shape(views=13, side=64, base=4), Shape(views=9, side=128, base=2)])
def test_outputs(shape: Shape) -> None:
    networks = Networks(shape)
    z = torch.rand(2, shape.z) * 2 - 1
    pictures = networks.generator(one_hot(torch.tensor([0, shape.views - 1]), shape), z)
    assert pictures.shape == (2, 3, shape.side, shape.side)
    assert 0 < pictures.abs().max() < 1
    logits, encoded = networks.encoder(pictures)
    assert (logits.shape, encoded.shape) == ((2, shape.views), (2, LATENT - shape.views))
    logits, scores = networks.discriminator(pictures)
    assert (logits.shape, scores.shape) == ((2, shape.views), (2,))


def test_the_range_is_tanhs() -> None:
    """However strong the signal, pictures stay within -1 and 1, and reach them."""
    networks = Networks(TOY)
    with torch.no_grad():
        networks.generator.finish[2].bias.copy_(torch.tensor([100.0, 0.0, -100.0]))
    pictures = networks.generator(one_hot(torch.tensor([0, 1]), TOY), torch.zeros(2, TOY.z))
    assert pictures[:, 0].min() == 1
    assert pictures[:, 2].max() == -1


def test_view_and_z_have_places_of_their_own() -> None:
    """The view is the first numbers of the face and `z` the others: neither reaches the other's weights."""
    shape = TOY
    start = Networks(shape).generator.start
    seen: list[torch.Tensor] = []
    generator = Networks(shape).generator
    generator.start.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    none, z = torch.zeros(2, shape.z), torch.rand(2, shape.z)
    views = one_hot(torch.tensor([0, 2]), shape)
    generator(views, none)
    generator(torch.zeros(2, shape.views), z)
    view_part, z_part = seen
    assert view_part.shape == (2, LATENT) == z_part.shape
    assert start.in_features == 128
    assert torch.equal((view_part * z_part).sum(1), torch.zeros(2))
    assert torch.equal(view_part @ view_part.T, torch.eye(2))
    assert torch.equal(view_part.nonzero(), torch.tensor([[0, 0], [1, 2]]))
    assert torch.equal(z_part[:, 3:], z)


def test_a_halving_convolution_is_a_convolution_and_a_mean() -> None:
    convolution = HalvingConv2d(3, 5)
    pictures = torch.randn(2, 3, 8, 8)
    plain = torch.nn.functional.conv2d(pictures, convolution.weight, convolution.bias, padding=1)
    assert torch.allclose(convolution(pictures), torch.nn.functional.avg_pool2d(plain, 2), atol=1e-6)


def test_scores_do_not_depend_on_the_batch() -> None:
    discriminator = Networks(TOY).discriminator
    pictures = torch.rand(3, 3, 16, 16)
    together, alone = discriminator(pictures)[1], discriminator(pictures[1:2])[1]
    assert torch.allclose(together[1:2], alone, atol=1e-6)


@pytest.mark.parametrize("base", [4, 64])
def test_initial_weights(base: int) -> None:
    """Deviation 0.02 as published; at a sixteenth of the channels four times that, for a sum of a sixteenth as many."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weights = Networks(Shape(views=3, side=16, base=base)).encoder.trunk[2].residual[3].weight
    assert weights.std().item() == pytest.approx(0.02 * (64 / base) ** 0.5, rel=0.1)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [({"views": 9, "side": 48}, "48"), ({"views": 9, "side": 4}, "4"), ({"views": 1}, "1"), ({"views": 128}, "128")],
)
def test_shapes_that_are_none(settings: dict[str, int], reason: str) -> None:
    with pytest.raises(InputError, match=f"not {reason}$"):
        Shape(**settings)
