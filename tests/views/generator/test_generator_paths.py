"""Who learns in each step, and from what."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from mien.views.generator.networks import Networks, Shape, one_hot  # noqa: E402
from mien.views.generator.paths import UNKNOWN, Pairs, Paths  # noqa: E402
from mien.views.generator.perception import PerceptualLoss  # noqa: E402
from mien.views.generator.recipes import GeneratorRecipe  # noqa: E402

SHAPE = Shape(views=3, side=16, base=4)
PLAIN = GeneratorRecipe("plain", "")
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
    return Paths(networks, torch.optim.Adam(networks.parameters(), 1e-3, (0.0, 0.9)), PLAIN)


@pytest.fixture
def pairs() -> Pairs:
    chance = torch.Generator().manual_seed(1)
    first, second = (torch.rand(4, 3, 16, 16, generator=chance) * 2 - 1 for _ in range(2))
    return Pairs(
        first,
        torch.tensor([0, 1, 2, 0]),
        second,
        torch.tensor([2, 2, 1, 0]),
        torch.ones(4, 16, 16),
        torch.tensor([0, 1, 8, 3]),
        torch.ones(4, dtype=torch.bool),
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
    plain = Paths(networks, optimizer, PLAIN).imitate(pairs)
    assert learners(networks, before) == {"encoder", "generator"}
    networks.load_state_dict(before, strict=False)
    _, z = networks.encoder(pairs.first)
    unsaid = torch.nn.functional.cross_entropy(networks.expression(z), pairs.expressions).item()
    taught = Paths(networks, optimizer, replace(PLAIN, expression=0.5)).imitate(pairs)
    assert learners(networks, before) == {"encoder", "generator", "expression"}
    assert taught.maker.item() - plain.maker.item() == pytest.approx(0.5 * unsaid, rel=1e-3)


def test_expressions_that_are_not_known_teach_nothing(networks: Networks, pairs: Pairs) -> None:
    """The loss is the mean over the two that are."""
    _, z = networks.encoder(pairs.first)
    said = -torch.log_softmax(networks.expression(z), 1)[[1, 3], [1, 3]].mean().item()
    optimizer = torch.optim.SGD(networks.parameters(), 0.0)
    some = replace(pairs, expressions=torch.tensor([UNKNOWN, 1, UNKNOWN, 3]))
    recipes = (PLAIN, replace(PLAIN, expression=0.5))
    plain, taught = (Paths(networks, optimizer, recipe).imitate(some).maker for recipe in recipes)
    assert taught.item() - plain.item() == pytest.approx(0.5 * said, rel=1e-3)


def test_a_reader_is_asked_about_whole_pictures(networks: Networks, pairs: Pairs) -> None:
    """What it sees otherwise is added, by weight."""
    optimizer = torch.optim.SGD(networks.parameters(), 0.0)
    some = replace(pairs, whole=torch.tensor([True, False, True, False]))
    perceptual = PerceptualLoss.of("mien-tiny", pairs.first)
    plain = Paths(networks, optimizer, PLAIN).imitate(some)
    taught = Paths(networks, optimizer, replace(PLAIN, perception=0.5), perceptual).imitate(some)
    seen = perceptual(plain.made[[0, 2]], pairs.second[[0, 2]]).item()
    assert seen > 0.1
    assert taught.maker.item() - plain.maker.item() == pytest.approx(0.5 * seen, rel=1e-3)


def test_what_is_not_known_of_a_target_teaches_nothing(networks: Networks, pairs: Pairs) -> None:
    """The lower half of each second picture weighs nothing, so it may be anything; and only whole ones are measured."""
    optimizer = torch.optim.SGD(networks.parameters(), 0.0)
    upper = pairs.weights.clone()
    upper[:, 8:] = 0
    other = pairs.second.clone()
    other[:, :, 8:] = 1
    whole = torch.tensor([True, False, False, False])
    steps = [
        Paths(networks, optimizer, PLAIN).imitate(replace(pairs, second=second, weights=upper, whole=whole))
        for second in (pairs.second, other)
    ]
    assert steps[0].maker.item() == steps[1].maker.item()
    for step, second in zip(steps, (pairs.second, other), strict=True):
        assert step.l1 is not None
        assert step.l1.item() == pytest.approx((step.made[0] - second[0]).abs().sum(0).mean().item(), rel=1e-5)


def test_the_discriminator_is_shown_whole_pictures(pairs: Pairs) -> None:
    pictures, views = replace(pairs, whole=torch.tensor([True, False, True, False])).real
    for n, (picture, view) in enumerate(
        [(pairs.second, pairs.second_views), (pairs.first, pairs.first_views)] * 2,
    ):
        assert torch.equal(pictures[n], picture[n])
        assert views[n] == view[n]


def test_pairs_after_pairs(pairs: Pairs) -> None:
    joined = pairs.joined(replace(pairs, second_views=pairs.first_views))
    assert joined.second_views.tolist() == [2, 2, 1, 0, 0, 1, 2, 0]
    assert torch.equal(joined.first, torch.cat([pairs.first, pairs.first]))


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
