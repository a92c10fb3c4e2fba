from __future__ import annotations

from math import log

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402

from mien.training.losses import (  # noqa: E402
    LOSSES,
    Loss,
    class_weights,
    cross_entropy,
    draw_labels,
    l2_svm,
    multi_label,
    multiclass_hinge,
    smooth_labels,
)

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def rows(*values: list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def some_logits(n: int = 6, k: int = 4) -> torch.Tensor:
    return torch.randn(n, k, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)


def some_targets(n: int = 6, k: int = 4) -> torch.Tensor:
    return F.one_hot(torch.arange(n) % k, k).double()


def odds(*shares: float) -> list[float]:
    """Logits whose softmax is these shares."""
    return [log(share) for share in shares]


def test_cross_entropy_by_hand() -> None:
    logits = rows(odds(0.25, 0.75), odds(0.5, 0.5))
    soft = rows([0.5, 0.5], [0, 1])
    first, second = 0.5 * log(4) + 0.5 * log(4 / 3), log(2)
    assert cross_entropy(logits, soft).item() == pytest.approx((first + second) / 2)
    # Shares of 0.5 and 0.5 that weigh 1 and 3, then a whole one that weighs 3.
    weighted = (0.5 * log(4) + 1.5 * log(4 / 3) + 3 * log(2)) / (0.5 + 1.5 + 3)
    assert cross_entropy(logits, soft, torch.tensor([1.0, 3.0])).item() == pytest.approx(weighted)


def test_cross_entropy_of_hard_labels_is_that_of_pytorch() -> None:
    logits, targets, weights = some_logits(), some_targets(), torch.tensor([0.2, 1.0, 3.0, 0.7]).double()
    labels = targets.argmax(1)
    torch.testing.assert_close(cross_entropy(logits, targets), F.cross_entropy(logits, labels))
    torch.testing.assert_close(cross_entropy(logits, targets, weights), F.cross_entropy(logits, labels, weights))


def test_cross_entropy_holds_for_enormous_logits() -> None:
    assert cross_entropy(rows([1e4, -1e4]), rows([0, 1])).item() == pytest.approx(2e4)


def test_l2_svm_by_hand() -> None:
    logits = rows([0.5, -2, 0], [0.5, -2, 0])
    targets = rows([0.8, 0.1, 0.1], [0, 1, 0])  # only the largest counts
    first = 0.5**2 + 0 + 1**2
    second = 1.5**2 + 3**2 + 1**2
    assert l2_svm(logits[:1], targets[:1]).item() == pytest.approx(first)
    assert l2_svm(logits, targets).item() == pytest.approx((first + second) / 2)
    weights = torch.tensor([1.0, 3.0, 1.0]).double()
    # The first row's classes weigh 0.8 * 1 + 0.1 * 3 + 0.1 * 1 = 1.2 on average.
    assert l2_svm(logits, targets, weights).item() == pytest.approx((1.2 * first + 3 * second) / (1.2 + 3))


def test_l2_svm_has_the_gradient_that_tang_published() -> None:
    generator = torch.Generator().manual_seed(1)
    hidden = torch.randn(5, 3, dtype=torch.float64, generator=generator, requires_grad=True)
    weight = torch.randn(4, 3, dtype=torch.float64, generator=generator, requires_grad=True)
    labels = [2, 0, 3, 3, 1]
    loss = l2_svm(hidden @ weight.T, F.one_hot(torch.tensor(labels), 4).double())
    loss.backward()

    h, w = hidden.detach().numpy(), weight.detach().numpy()
    by_hidden, by_weight = np.zeros((5, 3)), np.zeros((4, 3))
    for n in range(5):
        for k in range(4):
            t = 1 if labels[n] == k else -1
            slack = max(1 - t * w[k] @ h[n], 0)
            by_hidden[n] += -2 * t * w[k] * slack / 5  # C = 1/5, as the loss is a mean
            by_weight[k] += -2 * t * h[n] * slack / 5
    np.testing.assert_allclose(hidden.grad, by_hidden)
    np.testing.assert_allclose(weight.grad, by_weight)


def test_l2_svm_with_weight_decay_is_a_linear_svm() -> None:
    """The weight decay that stands for C, against liblinear."""
    svm = pytest.importorskip("sklearn.svm")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 60)
    features = rng.normal(size=(60, 4)) + np.eye(4)[labels]
    c = 0.3
    published = svm.LinearSVC(C=c, loss="squared_hinge", fit_intercept=False, tol=1e-8, max_iter=100_000)
    published.fit(features, labels)

    x, targets = torch.from_numpy(features), F.one_hot(torch.from_numpy(labels), 3).double()
    weight = torch.zeros(3, 4, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=200, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        decay = 1 / (c * len(x))
        objective = l2_svm(x @ weight.T, targets) + decay * weight.square().sum() / 2
        objective.backward()
        return objective

    optimizer.step(step)
    np.testing.assert_allclose(weight.detach(), published.coef_, atol=1e-4)


def test_multiclass_hinge_by_hand() -> None:
    logits, targets = rows([1, 2, 0.5], [4, 0, 3.5]), rows([1, 0, 0], [1, 0, 0])
    first, second = (2 + 0.5) / 3, 0.5 / 3
    assert multiclass_hinge(logits, targets).item() == pytest.approx((first + second) / 2)


def test_multi_label_by_hand() -> None:
    # The likelier of the two labels counts; the likeliest class is none of them.
    assert multi_label(rows(odds(0.5, 0.3, 0.2)), rows([0, 1, 1])).item() == pytest.approx(-log(0.3))
    # Sure and wrong: a thousandth of the wrong class's probability is the floor.
    assert multi_label(rows(odds(0.9998, 0.0001, 0.0001)), rows([0, 1, 1])).item() == pytest.approx(-log(0.0009998))


@every_loss
@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_against_finite_differences(loss: Loss, weighted: bool) -> None:
    weights = torch.tensor([0.2, 1.0, 3.0, 0.7]).double() if weighted else None
    targets = smooth_labels(some_targets(), 0.1)
    targets[2] = 0
    assert torch.autograd.gradcheck(lambda logits: loss(logits, targets, weights), some_logits())


@every_loss
def test_a_row_without_a_label_trains_nothing(loss: Loss) -> None:
    logits, targets = some_logits(), some_targets()
    expected = loss(logits[[0, 1, 3, 4]], targets[[0, 1, 3, 4]], None).item()
    targets[[2, 5]] = 0
    result = loss(logits, targets, None)
    result.backward()
    assert result.item() == pytest.approx(expected)
    assert (logits.grad[[2, 5]] == 0).all()
    assert (logits.grad[[0, 1, 3, 4]] != 0).any(1).all()


@every_loss
@pytest.mark.parametrize("weights", [None, torch.ones(4).double()], ids=["plain", "weighted"])
def test_a_batch_without_labels_costs_nothing(loss: Loss, weights: torch.Tensor | None) -> None:
    logits = some_logits()
    result = loss(logits, torch.zeros(6, 4).double(), weights)
    result.backward()
    assert result.item() == 0
    assert (logits.grad == 0).all()


@every_loss
def test_a_class_of_weight_three_counts_as_three_pictures(loss: Loss) -> None:
    logits, targets = some_logits(2), some_targets(2)
    weights = torch.tensor([3.0, 1.0, 1.0, 1.0]).double()
    torch.testing.assert_close(loss(logits, targets, weights), loss(logits[[0, 0, 0, 1]], targets[[0, 0, 0, 1]], None))


def test_smooth_labels_keeps_the_sum_of_each_row() -> None:
    smoothed = smooth_labels(rows([0, 1, 0, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0]), 0.2)
    expected = rows([0.05, 0.85, 0.05, 0.05], [0.45, 0.45, 0.05, 0.05], [0, 0, 0, 0])
    torch.testing.assert_close(smoothed, expected)


def test_class_weights_are_inverse_to_frequency_with_mean_one() -> None:
    labels = F.one_hot(torch.tensor([0, 1, 1, 1]), 2).float()
    torch.testing.assert_close(class_weights(labels), torch.tensor([1.5, 0.5]))
    absent = F.one_hot(torch.tensor([0, 2, 2, 2]), 3).float()
    torch.testing.assert_close(class_weights(absent), torch.tensor([1.5, 0.0, 0.5]))
    soft = torch.tensor([[0.5, 0.5], [0, 1], [0, 1], [0, 0]])  # half a picture against two and a half
    torch.testing.assert_close(class_weights(soft), torch.tensor([10 / 6, 2 / 6]))


def test_labels_are_drawn_as_often_as_their_shares_say() -> None:
    shares = torch.tensor([0.2, 0.0, 0.5, 0.3])
    drawn = draw_labels(shares.expand(20_000, 4), torch.Generator().manual_seed(0))
    assert (drawn.sum(1) == 1).all()
    assert set(drawn.unique().tolist()) == {0.0, 1.0}
    assert drawn[:, 1].sum() == 0
    # Four standard deviations of a share of a half are 0.014.
    torch.testing.assert_close(drawn.mean(0), shares, atol=0.014, rtol=0)


def test_drawn_labels_are_the_generators_and_leave_empty_rows_empty() -> None:
    targets = torch.tensor([[0.5, 0.5], [0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]).repeat(50, 1)
    first, again, other = (draw_labels(targets, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert (first[1::4] == 0).all()
    assert (first[2::4] == torch.tensor([0.0, 1.0])).all()
    assert (first[3::4] == torch.tensor([1.0, 0.0])).all()
