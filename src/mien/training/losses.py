"""What a network's outputs are compared with, and how: losses over soft targets, and the preparation of those.

All losses take the same: logits of shape (n, k), targets float32 of the same shape, and a weight for each class or
None. A row of targets sums to one, or to zero: then the picture has no label, and the row trains nothing. All give the
mean over the rows that have one. The weighted mean is weighted by the class of each row, as in PyTorch:
sum of w_n loss_n over sum of w_n. A batch without any label has loss zero.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Loss = Callable[[Tensor, Tensor, Tensor | None], Tensor]
"""Logits (n, k), targets (n, k), class weights (k,) or None; to a scalar."""

_TINY = 1e-12  # keeps the mean over no rows at zero


def cross_entropy(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean of -sum_k t_k log p_k.

    With class weights each share of a target counts as much as its class weighs: -sum w_k t_k log p_k over all rows,
    divided by sum w_k t_k. For hard labels that is `torch.nn.functional.cross_entropy`. For soft ones it is what hard
    labels drawn from them would give, where PyTorch divides by the number of rows.
    """
    weighted = targets if weights is None else targets * weights
    return -(weighted * logits.log_softmax(1)).sum() / weighted.sum().clamp_min(_TINY)


def l2_svm(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """One-vs-rest linear SVMs with the squared hinge: the mean of sum_k max(1 - t_k s_k, 0)^2.

    The score s_k is the logit, t_k is +1 for the class with the largest target and -1 for the others. Tang's objective
    1/2 |w|^2 + C sum_n loss_n, over N pictures, is C N times this mean plus a weight decay of 1/(C N) on the last
    layer. So C is set by that weight decay, and the factor C N is part of the learning rate.

    References
    ----------
    Y. Tang, "Deep learning using linear support vector machines", 2013, arXiv 1306.0239.
    """
    sign = F.one_hot(targets.argmax(1), targets.shape[1]) * 2 - 1
    return _mean((1 - sign * logits).clamp_min(0).square().sum(1), targets, weights)


def multiclass_hinge(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean of 1/k sum_{j != y} max(1 - s_y + s_j, 0), where y has the largest target.

    References
    ----------
    J. Weston and C. Watkins, "Support vector machines for multi-class pattern recognition", ESANN 1999. Crammer and
    Singer (2001) take the worst j where this takes the sum. PyTorch's `multi_margin_loss` is this one.
    """
    losses = F.multi_margin_loss(logits, targets.argmax(1), reduction="none")
    return _mean(losses, targets, weights)


def multi_label(logits: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Any one of several labels will do: the mean of -log max_k(t_k p_k).

    Here targets are one for each class that is right and zero for the others, and are smoothed: 0.999 t_k + 0.001. A
    row weighs as much as its classes do on average.

    References
    ----------
    E. Barsoum et al., "Training deep networks for facial expression recognition with crowd-sourced label
    distribution", ICMI 2016; the smoothing is in their published code.
    """
    accepted = 0.999 * targets + 0.001
    return _mean(-(accepted.log() + logits.log_softmax(1)).amax(1), targets, weights)


def _mean(losses: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    """Weighted by what each row's classes weigh on average; rows without a class weigh nothing."""
    total = targets.sum(1)
    row_weights = total.sign() if weights is None else targets @ weights / total.clamp_min(_TINY)
    return (losses * row_weights).sum() / row_weights.sum().clamp_min(_TINY)


LOSSES: dict[str, Loss] = {loss.__name__: loss for loss in (cross_entropy, l2_svm, multiclass_hinge, multi_label)}
"""By the name that a recipe calls them."""


def smooth_labels(targets: Tensor, amount: float) -> Tensor:
    """Spread a share of each target evenly over all classes (Szegedy et al. 2016, section 7).

    Parameters
    ----------
    targets : Tensor of float32, shape (n, k)
        Rows sum to one or zero.
    amount : float
        The share, 0 to 1.

    Returns
    -------
    Tensor of float32, shape (n, k)
        Rows have the sums they had.
    """
    return targets * (1 - amount) + amount * targets.mean(1, keepdim=True)


def class_weights(targets: Tensor) -> Tensor:
    """Weights with which all classes count alike: inverse to their frequency.

    Parameters
    ----------
    targets : Tensor of float32, shape (n, k)
        Rows sum to one or zero; soft labels count by their shares.

    Returns
    -------
    Tensor of float32, shape (k,)
        Mean one over the classes that occur; a class that does not weighs nothing.
    """
    count = targets.sum(0)
    inverse = torch.where(count > 0, 1 / count, 0)
    return inverse * (count > 0).sum() / inverse.sum()


def draw_labels(targets: Tensor, generator: torch.Generator) -> Tensor:
    """Draw one label of each row with its target as the probability (Barsoum et al. 2016).

    Parameters
    ----------
    targets : Tensor of float32, shape (n, k)
        Rows sum to one or zero.
    generator : torch.Generator
        The source of chance, on the CPU, so that every device sees the same draws.

    Returns
    -------
    Tensor of float32, shape (n, k)
        One-hot; all zero where the target is.
    """
    # Not torch.multinomial: it refuses rows of zeros, and its generator must be where the targets are.
    cumulative = targets.cumsum(1)
    level = torch.rand(len(targets), 1, generator=generator).to(targets.device) * cumulative[:, -1:]
    reached = (cumulative > level).to(targets.dtype)
    return reached.diff(dim=1, prepend=torch.zeros_like(reached[:, :1]))
