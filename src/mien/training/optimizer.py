"""Optimisers as a recipe describes them."""

from __future__ import annotations

import torch
from torch import nn

from mien.training.recipe import Optimizer


def make_optimizer(network: nn.Module, settings: Optimizer) -> torch.optim.Optimizer:
    """The optimiser of a network's parameters, in groups by their weight decay."""
    groups: dict[float, list[nn.Parameter]] = {}
    for owner, module in network.named_modules():
        factor = 1.0
        if isinstance(module, nn.Linear):
            factor = settings.output_decay if owner.startswith("heads.") else settings.hidden_decay
        for parameter in module.parameters(recurse=False):
            decays = parameter.ndim > 1 or settings.decay_all
            groups.setdefault(settings.weight_decay * factor if decays else 0.0, []).append(parameter)
    grouped = [{"params": parameters, "weight_decay": decay} for decay, parameters in groups.items()]
    if settings.kind == "adam":
        return torch.optim.Adam(grouped, lr=settings.learning_rate, betas=(settings.momentum, 0.999))
    if settings.kind == "nadam":
        return torch.optim.NAdam(grouped, lr=settings.learning_rate, betas=(settings.momentum, 0.999))
    nesterov = settings.kind == "nesterov"
    return torch.optim.SGD(grouped, lr=settings.learning_rate, momentum=settings.momentum, nesterov=nesterov)


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """For all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def clamp_gradients(network: nn.Module, limit: float | None) -> None:
    """Hold each component of the gradient within plus and minus `limit`."""
    if limit is not None:
        nn.utils.clip_grad_value_(network.parameters(), limit)
