"""The losses against values worked out by hand, and their gradients against finite differences."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from torch import Tensor  # noqa: E402

from mien.views.generator.losses import (  # noqa: E402
    deception_loss,
    discriminator_loss,
    face_weights,
    gradient_penalty,
    l1,
    likeness_loss,
)


def pixels(*values: float) -> Tensor:
    """Pictures of one grey pixel each."""
    return torch.tensor(values, dtype=torch.float64)[:, None, None, None].expand(-1, 3, 1, 1).clone()


def critic(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Score: half the squared length, whose gradient is the picture itself. Logits: (first channel, 0)."""
    first = pictures[:, 0, 0, 0]
    return torch.stack([first, torch.zeros_like(first)], 1), pictures.square().flatten(1).sum(1) / 2


def test_each_picture_has_a_norm_of_its_own() -> None:
    """Gradients of length 3 and 0.5: ((3 - 1)^2 + (0.5 - 1)^2) / 2; over the batch as one it would be 4.166."""
    real = torch.zeros(2, 3, 1, 1, dtype=torch.float64)
    real[0, :, 0, 0] = torch.tensor([2.0, 2.0, 1.0])
    real[1, 0, 0, 0] = 0.5
    penalty = gradient_penalty(critic, real, torch.zeros_like(real), torch.ones(2, dtype=torch.float64))
    assert penalty.item() == pytest.approx((4 + 0.25) / 2)
    assert penalty.item() != pytest.approx((math.sqrt(9.25) - 1) ** 2, rel=0.1)


def test_each_picture_has_a_mixture_of_its_own() -> None:
    """The first is real altogether, the second a quarter: pixels 2 and 0.25 * 1 + 0.75 * 5 = 4, times root 3."""
    mix = torch.tensor([1.0, 0.25], dtype=torch.float64)
    penalty = gradient_penalty(critic, pixels(2, 1), pixels(-7, 5), mix)
    expected = ((2 * math.sqrt(3) - 1) ** 2 + (4 * math.sqrt(3) - 1) ** 2) / 2
    assert penalty.item() == pytest.approx(expected)


def test_the_gradient_of_the_penalty_is_that_of_finite_differences() -> None:
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.rand(3, 3, 2, 2, generator=generator, dtype=torch.float64) for _ in range(2))
    hidden = torch.randn(5, 12, generator=generator, dtype=torch.float64)
    mix = torch.tensor([0.2, 0.5, 0.9], dtype=torch.float64)

    def penalty(weights: Tensor) -> Tensor:
        def score(x: Tensor) -> tuple[Tensor, Tensor]:
            return x.flatten(1), torch.tanh(x.flatten(1) @ weights.T).sum(1)

        return gradient_penalty(score, real, fake, mix)

    assert torch.autograd.gradcheck(penalty, (hidden.requires_grad_(),))


def test_the_discriminator() -> None:
    """Grey 2 is real and scores 6, grey 1 is made and scores 1.5; with `mix` 1 the penalty is the real one's."""
    loss = discriminator_loss(critic, pixels(2), torch.tensor([1]), pixels(1), torch.ones(1, dtype=torch.float64))
    penalty = (2 * math.sqrt(3) - 1) ** 2
    assert loss.item() == pytest.approx(1.5 - 6 + 10 * penalty + math.log(1 + math.exp(2)))


def test_the_deceiver() -> None:
    """Scores 6 and 1.5; logits (2, 0) for view 0 and (-1, 0) for view 0."""
    loss = deception_loss(critic, pixels(2, -1), torch.tensor([0, 0]))
    expected = -(6 + 1.5) / 2 + (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(1))) / 2
    assert loss.item() == pytest.approx(expected)


def test_likeness() -> None:
    """Grey 0.5 against 0.25: three channels of 0.25 each; logits (0, ln 3), so view 1 has probability 3/4."""
    logits = torch.tensor([[0.0, math.log(3)]], dtype=torch.float64)
    loss = likeness_loss(pixels(0.5), pixels(0.25), logits, torch.tensor([1]))
    assert loss.item() == pytest.approx(4 * 0.75 + 0.01 * math.log(4 / 3))


def test_l1_sums_channels_and_averages_pixels() -> None:
    a = torch.zeros(2, 3, 2, 2)
    b = torch.zeros(2, 3, 2, 2)
    b[0, :, 0, 0] = torch.tensor([1.0, -2.0, 3.0])
    b[1, 0] = 1
    assert l1(a, b).item() == pytest.approx((6 + 4) / 8)


def test_faces_count_for_more() -> None:
    """A quarter of four by four pixels counts seven times as much as the others: 2.8 and 0.4 of the mean."""
    weights = face_weights(torch.tensor([[0.0, 0.5, 0.5, 1.0], [0.0, 0.0, 0.0, 0.0]]), 4, 7.0)
    expected = torch.full((2, 4, 4), 0.4)
    expected[0, 2:, :2] = 2.8
    expected[1] = 1
    assert torch.allclose(weights, expected)
    a, b = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    b[:, 0, 3, 1] = 2  # in the face
    b[:, 0, 0, 0] = 1
    assert l1(a, b, weights[:1]).item() == pytest.approx((2 * 2.8 + 0.4) / 16)


def test_a_certain_answer_costs_nothing() -> None:
    """With probabilities for logits it would cost ln(1 + 1 / e) at least."""
    loss = deception_loss(lambda x: (torch.tensor([[50.0, 0.0]]), torch.zeros(1)), pixels(0), torch.tensor([0]))
    assert loss.item() == pytest.approx(0, abs=1e-9)
