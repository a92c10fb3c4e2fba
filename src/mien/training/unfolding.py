"""Weights of a network's ONNX file, and the batch normalisation that its export folded away.

An export multiplies each normalisation into the convolution before it. Here it is put back: the convolution stays as it
is in the file, and the normalisation is given the mean and deviation that its inputs have, with such a scale and bias
that both cancel. So the network says what the file says, and learns like one that was never exported.
"""

from __future__ import annotations

from collections.abc import Iterator

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from mien.training.state import State

Norm = nn.BatchNorm1d | nn.BatchNorm2d

BATCH = 256


def read_tensors(file: bytes) -> State:
    """By the names that they have in the network; those whose names an export loses, by where they are used."""
    graph = onnx.load_from_string(file).graph
    tensors = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in tensors:  # tensors that are equal are kept once
            tensors[node.output[0]] = tensors[node.input[0]].clone()
        if node.op_type == "Conv":
            for role, name in zip(("weight", "bias"), node.input[1:], strict=False):
                if name in tensors:
                    tensors[f"{_module(node.name)}.{role}"] = tensors[name]
    return tensors


def load_folded(network: nn.Module, tensors: State, examples: Tensor) -> list[str]:
    """Give a network the weights of its file, and its normalisations back.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    tensors : dict of str to Tensor
        Of the file, as `read_tensors` names them.
    examples : Tensor, shape (n, ...)
        What the network takes, for the statistics.

    Returns
    -------
    list of str
        What the file lacks, or has in another shape; then the network is left as it was.
    """
    state, known = network.state_dict(), dict(tensors)
    norms = _norms_behind(network, examples[:1])
    for convolution, norm in norms.items():
        bias = f"{convolution}.bias"
        known |= _cancelled(network.get_submodule(norm), norm, known.pop(bias, None))
        if bias in state:
            known[bias] = torch.zeros_like(state[bias])
    known |= {name: tensor for name, tensor in state.items() if name.endswith(".num_batches_tracked")}
    lacking = [name for name, tensor in state.items() if name not in known or known[name].shape != tensor.shape]
    if not lacking:
        network.load_state_dict({name: known[name] for name in state})
        _measure(network, list(norms.values()), examples)
    return lacking


def _module(node: str) -> str:
    """The name of the module that made a node: ``blocks.0.conv1`` for ``/blocks/blocks.0/conv1/Conv``."""
    parts: list[str] = []
    for part in node.strip("/").split("/")[:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def _norms_behind(network: nn.Module, examples: Tensor) -> dict[str, str]:
    """For each convolution the normalisation that takes what it gives, if there is one; by names."""
    given: list[tuple[str, Tensor]] = []
    pairs: dict[str, str] = {}
    hooks = []
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            hooks.append(module.register_forward_hook(lambda _, __, out, name=name: given.append((name, out))))
        elif isinstance(module, Norm):
            hooks.append(
                module.register_forward_pre_hook(
                    lambda _, inputs, name=name: pairs.update({of: name for of, out in given if out is inputs[0]})
                )
            )
    with torch.no_grad():
        network(examples)
    for hook in hooks:
        hook.remove()
    return pairs


def _cancelled(norm: nn.Module, name: str, bias: Tensor | None) -> State:
    """A normalisation that adds this bias and does nothing else."""
    assert isinstance(norm, Norm)
    zero = torch.zeros(norm.num_features)
    return {
        f"{name}.weight": zero + 1,
        f"{name}.bias": zero if bias is None else bias,
        f"{name}.running_mean": zero,
        f"{name}.running_var": zero + (1 - norm.eps),
    }


@torch.no_grad()
def _measure(network: nn.Module, names: list[str], examples: Tensor) -> None:
    """Give each of these normalisations the statistics of its inputs, and undo them by scale and bias."""
    norms = dict(_named(network, names))
    sums = {name: torch.zeros(3, norm.num_features, dtype=torch.float64) for name, norm in norms.items()}

    def add(name: str, x: Tensor) -> None:
        flat = x.transpose(0, 1).flatten(1).double()
        sums[name] += torch.stack([flat.new_full((len(flat),), flat.shape[1]), flat.sum(1), flat.square().sum(1)])

    hooks = [
        norm.register_forward_pre_hook(lambda _, inputs, name=name: add(name, inputs[0]))
        for name, norm in norms.items()
    ]
    for part in torch.split(examples, BATCH):
        network(part)
    for hook in hooks:
        hook.remove()
    for name, norm in norms.items():
        count, total, squares = sums[name]
        mean = total / count
        variance = (squares / count - mean.square()).clamp_min(0)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)
        norm.get_buffer("running_mean").copy_(mean)
        norm.get_buffer("running_var").copy_(variance)


def _named(network: nn.Module, names: list[str]) -> Iterator[tuple[str, Norm]]:
    for name in names:
        norm = network.get_submodule(name)
        assert isinstance(norm, Norm)
        yield name, norm
