"""A deeper network begins with what a shallower one knows."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mien.networks import make_network  # noqa: E402
from mien.networks.growing import grown  # noqa: E402

CLASSES = (7, 8)


@pytest.fixture
def small() -> torch.nn.Module:
    """Of the default kind; its normalisations and attentions do something, as if it had learnt."""
    torch.manual_seed(1)
    network = make_network("mien", CLASSES)
    for name, tensor in network.state_dict().items():
        if "norm" in name and tensor.is_floating_point():
            tensor.uniform_(0.5, 1.5)
    return network.eval()


def test_it_says_the_same_and_is_larger(small: torch.nn.Module) -> None:
    large = make_network("mien-large", CLASSES).eval()
    weights = grown(small, "mien-large", CLASSES)
    assert weights is not None
    large.load_state_dict(weights)
    faces = torch.rand(5, 1, 44, 44)
    with torch.no_grad():
        for one, other in zip(small(faces), large(faces), strict=True):
            assert one.std() > 0.01
            torch.testing.assert_close(other, one)
    assert sum(p.numel() for p in large.parameters()) > 1.5 * sum(p.numel() for p in small.parameters())


def test_the_further_layers_learn(small: torch.nn.Module) -> None:
    """All of them but the first convolutions, which wait for the normalisation behind them to open."""
    large = make_network("mien-large", CLASSES)
    large.load_state_dict(grown(small, "mien-large", CLASSES))
    torch.cat(large(torch.rand(8, 1, 44, 44)), 1).square().sum().backward()
    norms = [block.norm2 for block in large.blocks if not block.norm2.weight.any()]
    assert len(norms) == len(large.blocks) - len(small.blocks)
    assert all(norm.weight.grad.any() for norm in norms)


def test_chance_is_its_own(small: torch.nn.Module) -> None:
    """So networks that began alike can be averaged, whatever was drawn before."""
    first = grown(small, "mien-large", CLASSES)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    second = grown(small, "mien-large", CLASSES)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("name", ["mien-tiny", "mini-xception"])
def test_networks_that_it_does_not_fit(small: torch.nn.Module, name: str) -> None:
    assert grown(small, name, CLASSES) is None


def test_a_deeper_one_does_not_shrink() -> None:
    assert grown(make_network("mien-large", CLASSES), "mien", CLASSES) is None


def test_networks_of_other_kinds_stay_as_they_are() -> None:
    network = make_network("alexnet-lite", CLASSES)
    weights = grown(network, "alexnet-lite", CLASSES)
    assert all(torch.equal(weights[name], tensor) for name, tensor in network.state_dict().items())
    assert grown(network, "tang", CLASSES) is None
