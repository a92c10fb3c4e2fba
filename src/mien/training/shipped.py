"""Weights of a finished model, to go on from: its ONNX file holds them, but no batch normalisation any more.

An export multiplies each normalisation into the convolution before it. Here it is put back: the convolution stays as it
is in the file, and the normalisation is given the mean and deviation that training faces have there, with such a scale
and bias that both cancel. So the network says what the model says, and learns like one that was never exported. Where a
recipe is for a deeper network, the model's own is grown into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from mien.errors import InputError, UnknownName
from mien.models import read_card
from mien.models.card import ModelCard
from mien.networks import make_network
from mien.networks.growing import grown
from mien.training.recipe import Recipe
from mien.training.recipes import get_recipe
from mien.training.statistics import some_faces

Norm = nn.BatchNorm1d | nn.BatchNorm2d


def load_shipped(card: Path, recipe: Recipe, images: npt.NDArray[np.uint8]) -> dict[str, Tensor]:
    """The weights of a model for a network to begin with.

    Parameters
    ----------
    card : Path
        Of a model that `mien export` wrote, or one that comes with the package.
    recipe : Recipe
        By which it is to go on; its network is the model's, or a deeper one.
    images : ndarray of uint8, shape (n, s, s)
        The training faces.

    Returns
    -------
    dict of str to Tensor
        The state of the recipe's network.

    Raises
    ------
    InputError
        If the model has another network or other heads, or has none that can be trained on.
    ModelError
        If the card cannot be read.
    """
    model = read_card(card)
    network = make_network(_own_network(model, card), recipe.classes).eval()
    other = InputError(f"{card}: its network is not that of recipe {recipe.name}, or says other things")
    if [head.label_set for head in model.heads] != [label_set.name for label_set in recipe.label_sets]:
        raise other
    known = _read_tensors(card.with_name(model.file))
    faces = some_faces(images, recipe)
    state = network.state_dict()
    norms = _norms_behind(network, faces[:1])
    for convolution, norm in norms.items():
        known |= _cancelled(network.get_submodule(norm), norm, known.pop(f"{convolution}.bias", None))
    lacking = [name for name, tensor in state.items() if name not in known or known[name].shape != tensor.shape]
    if lacking:
        raise InputError(f"{card}: a training cannot go on from this model, whose file lacks {', '.join(lacking)}")
    network.load_state_dict({name: known[name] for name in state})
    _measure(network, list(norms.values()), faces)
    if (weights := grown(network, recipe.network, recipe.classes)) is None:
        raise other
    return weights


def _own_network(model: ModelCard, card: Path) -> str:
    try:
        return get_recipe(str(model.training.get("recipe"))).network
    except UnknownName:
        raise InputError(f"{card}: this model was not trained by a recipe") from None


def _read_tensors(path: Path) -> dict[str, Tensor]:
    """By the names that they have in the network; those whose names an export loses, by where they are used."""
    graph = onnx.load(str(path)).graph
    tensors = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv":
            for role, name in zip(("weight", "bias"), node.input[1:], strict=False):
                if name in tensors:
                    tensors[f"{_module(node.name)}.{role}"] = tensors[name]
    return tensors


def _module(node: str) -> str:
    """The name of the module that made a node: ``blocks.0.conv1`` for ``/blocks/blocks.0/conv1/Conv``."""
    parts: list[str] = []
    for part in node.strip("/").split("/")[:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def _norms_behind(network: nn.Module, faces: Tensor) -> dict[str, str]:
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
        network(faces)
    for hook in hooks:
        hook.remove()
    return pairs


def _cancelled(norm: nn.Module, name: str, bias: Tensor | None) -> dict[str, Tensor]:
    """A normalisation that adds this bias and does nothing else."""
    assert isinstance(norm, Norm)
    zero = torch.zeros(norm.num_features)
    return {
        f"{name}.weight": zero + 1,
        f"{name}.bias": zero if bias is None else bias,
        f"{name}.running_mean": zero,
        f"{name}.running_var": zero + (1 - norm.eps),
        f"{name}.num_batches_tracked": torch.zeros((), dtype=torch.int64),
    }


@torch.no_grad()
def _measure(network: nn.Module, names: list[str], faces: Tensor) -> None:
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
    for part in torch.split(faces, 256):
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
