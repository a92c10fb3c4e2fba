"""Orthogonalised momentum for convolutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from mien.training.precision import bfloat16_is_fast

# Quintic of Newton and Schulz whose slope at zero is steep; it brings singular values to about 0.7 to 1.2, which is
# near enough to one (Jordan et al. 2024).
_QUINTIC = (3.4445, -4.7750, 2.0315)
_ROUNDS = 5


class Muon(torch.optim.Optimizer):
    """Steps along the orthogonal matrix nearest to the momentum, in groups that say so; Nesterov's momentum elsewhere.

    A group with ``orthogonal`` true holds the weights of convolutions (or of matrices). They are brought to the norm of
    one for each output, and the step is the learning rate times an orthogonal matrix, which has that norm too: so the
    learning rate is how far weights turn. That needs a normalisation behind each such layer, to which the size of the
    weights is nothing. Of other groups, it is stochastic gradient descent.

    Parameters
    ----------
    groups : list of dict
        ``params``, and optionally ``lr``, ``weight_decay`` and ``orthogonal``.
    lr, momentum : float
        For groups that do not say.

    References
    ----------
    Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; the norm is that of its use in
    the CIFAR-10 speed records.
    """

    def __init__(self, groups: list[dict[str, Any]], lr: float, momentum: float) -> None:
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": 0.0, "orthogonal": False})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, group)

    def _move(self, parameter: Tensor, group: dict[str, Any]) -> None:
        gradient = parameter.grad.add(parameter, alpha=group["weight_decay"])  # type: ignore[union-attr]
        ahead = _ahead(self.state[parameter], gradient, group["momentum"])
        if group["orthogonal"]:
            parameter.mul_(len(parameter) ** 0.5 / parameter.norm())
            ahead = _orthogonal(ahead.flatten(1)).view_as(ahead)
        parameter.add_(ahead, alpha=-group["lr"])


class FreeMuon(torch.optim.Optimizer):
    """Muon for networks without normalisation behind their layers: weights keep whatever size they come to have.

    Every parameter is a matrix of one row for each output; a vector is one of one column. In each, the step of a weight
    is 0.2 of the learning rate in the root mean square, about as Adam's are, so that rates which suit Adam suit this.

    Parameters
    ----------
    parameters : iterable of Parameter
        What moves, where it has a gradient.
    lr, momentum : float
        As in `Muon`.

    References
    ----------
    Liu et al. 2025, "Muon is scalable for LLM training", equation 4.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    ahead = _ahead(self.state[parameter], parameter.grad, group["momentum"])
                    matrix = ahead.reshape(len(ahead), -1)
                    scale = 0.2 * max(matrix.shape) ** 0.5
                    parameter.sub_(_orthogonal(matrix).view_as(ahead), alpha=group["lr"] * scale)


def _ahead(state: dict[str, Any], gradient: Tensor, momentum: float) -> Tensor:
    """Nesterov's step: where the momentum, which `state` keeps, is going to be."""
    if "momentum_buffer" not in state:
        state["momentum_buffer"] = torch.zeros_like(gradient)
    velocity = state["momentum_buffer"].mul_(momentum).add_(gradient)
    return gradient.add(velocity, alpha=momentum)


def _orthogonal(matrix: Tensor) -> Tensor:
    """`orthogonalise` in whatever arithmetic the device is fast in."""
    return orthogonalise(matrix.bfloat16() if bfloat16_is_fast(matrix.device) else matrix)


def orthogonalise(matrix: Tensor) -> Tensor:
    """About the orthogonal matrix nearest to one, shape (m, n): all singular values brought to between 0.7 and 1.2."""
    a, b, c = _QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x: Tensor = (matrix.T if tall else matrix) / (matrix.norm() + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x
