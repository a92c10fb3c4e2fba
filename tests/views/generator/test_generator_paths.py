"""Who learns in each step, and from what."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mien.views.generator.networks import Networks, Shape, one_hot  # noqa: E402
from mien.views.generator.paths import Pairs, Paths  # noqa: E402

SHAPE = Shape(views=3, side=16, base=4)
MIX = torch.tensor([0.3, 0.6, 0.1, 0.9])


@pytest.fixture(autouse=True)
def _float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sums on every processor."""
    monkeypatch.setattr("mien.views.generator.paths.bfloat16_is_fast", lambda _device: False)


@pytest.fixture
def networks() -> Networks:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Networks(SHAPE)


@pytest.fixture
def paths(networks: Networks) -> Paths:
    return Paths(networks, torch.optim.Adam(networks.parameters(), 1e-3, (0.0, 0.9)))


@pytest.fixture
def pairs() -> Pairs:
    chance = torch.Generator().manual_seed(1)
    first, second = (torch.rand(4, 3, 16, 16, generator=chance) * 2 - 1 for _ in range(2))
    faces = torch.tensor([[0.25, 0.5, 0.75, 1.0]]).repeat(4, 1)
    return Pairs(
        first, torch.tensor([0, 1, 2, 0]), second, torch.tensor([2, 2, 1, 0]), faces, torch.tensor([0, 1, 8, 3])
    )


def weights(networks: Networks) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in networks.named_parameters()}


def learners(networks: Networks, before: dict[str, torch.Tensor]) -> set[str]:
    """Which networks have other weights now."""
    return {name.split(".")[0] for name, now in networks.named_parameters() if not torch.equal(now, before[name])}


def test_the_generation_path_teaches_the_generator(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    before = weights(networks)
    step = paths.generate(pairs, torch.zeros(4, SHAPE.z), MIX)
    assert learners(networks, before) == {"generator", "discriminator"}
    assert step.l1 is None
    assert not step.made.requires_grad


def test_expressions_are_taught_where_the_recipe_says_so(networks: Networks, pairs: Pairs) -> None:
    before = weights(networks)
    optimizer = torch.optim.Adam(networks.parameters(), 1e-3, (0.0, 0.9))
    plain = Paths(networks, optimizer).imitate(pairs)
    assert learners(networks, before) == {"encoder", "generator"}
    networks.load_state_dict(before, strict=False)
    _, z = networks.encoder(pairs.first)
    unsaid = torch.nn.functional.cross_entropy(networks.expression(z), pairs.expressions).item()
    taught = Paths(networks, optimizer, expression=0.5).imitate(pairs)
    assert learners(networks, before) == {"encoder", "generator", "expression"}
    assert taught.maker.item() - plain.maker.item() == pytest.approx(0.5 * unsaid, rel=1e-3)


def test_running_means_are_of_pictures_of_somebody(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    mean = networks.generator.finish[0].running_mean
    before = mean.clone()
    paths.generate(pairs, torch.rand(4, SHAPE.z), MIX)
    assert torch.equal(mean, before)
    paths.reconstruct(pairs, MIX)
    assert not torch.equal(mean, before)


def test_the_reconstruction_path_teaches_all(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    before = weights(networks)
    paths.reconstruct(pairs, MIX)
    assert learners(networks, before) == {"encoder", "generator", "discriminator"}


def test_the_generator_is_frozen_for_imagined_faces(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    before = weights(networks)
    paths.reconstruct(pairs, MIX, imagined=torch.rand(4, 3, 16, 16))
    assert learners(networks, before) == {"encoder", "discriminator"}
    before = weights(networks)
    paths.reconstruct(pairs, MIX)
    assert learners(networks, before) == {"encoder", "generator", "discriminator"}


def test_what_is_made_has_the_second_view_and_the_second_picture_for_a_target(
    networks: Networks, paths: Paths, pairs: Pairs
) -> None:
    _, z = networks.encoder(pairs.first)
    expected = networks.generator(one_hot(pairs.second_views, SHAPE), z).detach()
    step = paths.reconstruct(pairs, MIX)
    assert torch.allclose(step.made, expected, atol=1e-6)
    assert step.l1 is not None
    assert step.l1.item() == pytest.approx((expected - pairs.second).abs().sum(1).mean().item(), rel=1e-5)


def test_imagined_faces_are_made_again_in_the_first_views(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    imagined = torch.rand(4, 3, 16, 16) * 2 - 1
    _, z = networks.encoder(imagined)
    expected = networks.generator(one_hot(pairs.first_views, SHAPE), z).detach()
    assert torch.allclose(paths.reconstruct(pairs, MIX, imagined).made, expected, atol=1e-6)


def test_the_losses_are_those_of_the_paper(networks: Networks, paths: Paths, pairs: Pairs) -> None:
    """The discriminator's loss before its step, written out term by term, the penalty picture by picture."""
    z = torch.zeros(4, SHAPE.z)
    made = networks.generator(one_hot(pairs.first_views, SHAPE), z).detach()
    logits, real = (output.detach() for output in networks.discriminator(pairs.first))
    fake = networks.discriminator(made)[1].detach()
    share = MIX[:, None, None, None]
    between = (share * pairs.first + (1 - share) * made).requires_grad_()
    lengths = torch.stack(
        [
            torch.autograd.grad(networks.discriminator(between[i : i + 1])[1].sum(), between)[0][i].norm()
            for i in range(4)
        ]
    )
    known = -torch.log_softmax(logits, 1)[torch.arange(4), pairs.first_views].mean()
    expected = fake.mean() - real.mean() + 10 * (lengths - 1).square().mean() + known
    assert paths.generate(pairs, z, MIX).discriminator.item() == pytest.approx(expected.item(), rel=1e-4)
