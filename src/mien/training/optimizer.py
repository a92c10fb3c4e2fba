"""Optimisers as a recipe describes them."""

from __future__ import annotations

import torch
from torch import nn

from mien.training.muon import Muon
from mien.training.recipe import Optimizer


def make_optimizer(network: nn.Module, settings: Optimizer) -> torch.optim.Optimizer:
    """The optimiser of a network's parameters, in groups by their weight decay."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for owner, module in network.named_modules():
        factor = 1.0
        if isinstance(module, nn.Linear):
            factor = settings.output_decay if owner.startswith("heads.") else settings.hidden_decay
        for parameter in module.parameters(recurse=False):
            decays = parameter.ndim > 1 or settings.decay_all
            mixes = isinstance(module, nn.Conv2d) and module.groups == 1 and parameter.ndim > 1
            turns = mixes and settings.kind == "muon"
            decay = settings.weight_decay * factor if decays and not turns else 0.0
            groups.setdefault((decay, turns), []).append(parameter)
    grouped = [
        {"params": parameters, "weight_decay": decay, "scale": settings.turn / settings.learning_rate if turns else 1.0}
        | ({"orthogonal": turns} if settings.kind == "muon" else {})
        for (decay, turns), parameters in groups.items()
    ]
    rate, momentum = settings.learning_rate, settings.momentum
    if settings.kind == "muon":
        return Muon(grouped, rate, momentum)
    if settings.kind == "adam":
        return torch.optim.Adam(grouped, lr=rate, betas=(momentum, 0.999))
    if settings.kind == "nadam":
        return torch.optim.NAdam(grouped, lr=rate, betas=(momentum, 0.999))
    return torch.optim.SGD(grouped, lr=rate, momentum=momentum, nesterov=settings.kind == "nesterov")


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """For all parameters, each group by its scale."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group["scale"]


def clamp_gradients(network: nn.Module, limit: float | None) -> None:
    """Hold each component of the gradient within plus and minus `limit`."""
    if limit is not None:
        nn.utils.clip_grad_value_(network.parameters(), limit)
