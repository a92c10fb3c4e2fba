from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from mien.training.muon import FreeMuon, Muon, orthogonalise  # noqa: E402


@pytest.mark.parametrize("shape", [(8, 72), (72, 8), (16, 16)])
def test_singular_values_come_near_one_and_directions_stay(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    inner = u.T @ orthogonalise(matrix) @ v.T  # diagonal: the same singular vectors
    values = inner.diagonal()
    assert values.min() > 0.6
    assert values.max() < 1.3
    assert (inner - torch.diag(values)).abs().max() < 1e-3


@pytest.mark.parametrize("shape", [(24, 216), (160, 1440)])
def test_bfloat16_is_near_enough_to_one_too(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    orthogonal = orthogonalise(matrix.bfloat16())
    assert orthogonal.dtype == torch.bfloat16
    inner = u.T @ orthogonal.float() @ v.T
    assert inner.diagonal().min() > 0.6
    assert inner.diagonal().max() < 1.3
    assert (inner - torch.diag(inner.diagonal())).abs().max() < 0.03


def test_one_step_turns_weights_by_the_learning_rate() -> None:
    weight = torch.nn.Parameter(torch.randn(8, 4, 3, 3, generator=torch.Generator().manual_seed(0)))
    before = weight.detach() * math.sqrt(8) / weight.detach().norm()
    optimizer = Muon([{"params": [weight], "orthogonal": True}], lr=0.1, momentum=0.9)
    weight.grad = torch.randn(8, 4, 3, 3, generator=torch.Generator().manual_seed(1)) * 1e-3
    optimizer.step()
    # Eight singular values near one: a step of norm 0.1 * sqrt(8) from a weight of norm sqrt(8).
    assert (weight.detach() - before).norm().item() == pytest.approx(0.1 * math.sqrt(8), rel=0.15)
    assert ((weight.detach() - before) * weight.grad).sum() < 0


def test_other_groups_step_as_torch_has_it() -> None:
    mine, theirs = (torch.nn.Parameter(torch.tensor([1.0, -2.0])) for _ in range(2))
    muon = Muon([{"params": [mine], "weight_decay": 0.1}], lr=0.2, momentum=0.9)
    sgd = torch.optim.SGD([theirs], lr=0.2, momentum=0.9, nesterov=True, weight_decay=0.1)
    for gradient in ([0.5, 1.0], [-0.25, 0.0], [1.0, 1.0]):
        mine.grad, theirs.grad = torch.tensor(gradient), torch.tensor(gradient)
        muon.step()
        sgd.step()
    torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("shape", [(8, 4, 3, 3), (16, 3), (12,)])
def test_weights_that_are_free_step_as_far_as_adam_takes_them(shape: tuple[int, ...]) -> None:
    weight = torch.nn.Parameter(torch.zeros(shape))
    still = torch.nn.Parameter(torch.zeros(3))
    optimizer = FreeMuon([weight, still], lr=0.1)
    weight.grad = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 1e-3
    optimizer.step()
    size = weight.detach().square().mean().sqrt().item()
    assert size == pytest.approx(0.2 * 0.1, rel=0.35)  # singular values come near one only
    assert (weight.detach() * weight.grad).sum() < 0
    assert not still.detach().any()


def test_free_weights_go_on_by_momentum() -> None:
    weight = torch.nn.Parameter(torch.zeros(2, 2))
    optimizer = FreeMuon([weight], lr=0.1, momentum=0.9)
    weight.grad = torch.eye(2)
    optimizer.step()
    before = weight.detach().clone()
    # What comes, 0.9 * (0.9 * 1 - 0.1) - 0.1 = 0.62, still points where the first gradient did.
    weight.grad = -0.1 * torch.eye(2)
    optimizer.step()
    assert (weight.detach() - before).diagonal().max() < -0.01
