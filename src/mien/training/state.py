"""All that the next epoch needs, as named tensors: the network, its average, the optimiser's memory."""

from __future__ import annotations

import torch
from torch import Tensor, nn

State = dict[str, Tensor]


def snapshot(epoch: int, network: nn.Module, average: State, optimizer: torch.optim.Optimizer) -> State:
    """Everything in one flat dict; `epoch` is the number of epochs that have ended."""
    state = {"epoch": torch.tensor(epoch)}
    state |= {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    state |= {f"average.{name}": tensor for name, tensor in average.items()}
    for name, parameter in network.named_parameters():
        for key, value in optimizer.state[parameter].items():
            if isinstance(value, Tensor):
                state[f"optimizer.{key}.{name}"] = value
    return state


def restore(state: State, network: nn.Module, average: State, optimizer: torch.optim.Optimizer) -> None:
    """Undo `snapshot`."""
    network.load_state_dict({name: state[f"network.{name}"] for name in network.state_dict()})
    for name, tensor in average.items():
        tensor.copy_(state[f"average.{name}"])
    parameters = dict(network.named_parameters())
    for entry, value in state.items():
        kind, _, rest = entry.partition(".")
        if kind == "optimizer":
            key, _, name = rest.partition(".")
            parameter = parameters[name]
            # Memory lies as the parameter does (channels last), which a plain copy would not keep.
            like = torch.empty_like(parameter) if value.shape == parameter.shape else torch.empty_like(value)
            optimizer.state[parameter][key] = like.copy_(value)


def start_average(network: nn.Module) -> State:
    """A copy of a network's state."""
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


@torch.no_grad()
def update_average(average: State, network: nn.Module, decay: float, step: int) -> None:
    """Move the averaged weights and normalisation statistics a little towards the network's."""
    decay = min(decay, (1 + step) / (10 + step))  # a short memory while the first weights are still noise
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            average[name].lerp_(tensor, 1 - decay)
        else:
            average[name].copy_(tensor)
