from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from mien.networks import make_network  # noqa: E402
from mien.training.optimizer import clamp_gradients, make_optimizer, set_learning_rate  # noqa: E402
from mien.training.recipe import Optimizer  # noqa: E402


def decays(settings: Optimizer) -> dict[str, float]:
    """The weight decay of each parameter of a network with convolutions, a hidden layer and a head."""
    network = make_network("kernel-small-512", (7,))
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    groups = make_optimizer(network, settings).param_groups
    found = {names[id(p)]: group["weight_decay"] for group in groups for p in group["params"]}
    assert len(found) == len(names)
    return found


def test_each_layer_decays_as_published() -> None:
    found = decays(Optimizer("sgd", weight_decay=5e-4, decay_all=True, hidden_decay=0.2, output_decay=4.0))
    parameters = dict(make_network("kernel-small-512", (7,)).named_parameters())
    body = {name: parameter.ndim for name, parameter in parameters.items() if not name.startswith("heads")}
    assert {round(found[name], 9) for name, ndim in body.items() if ndim == 2} == {1e-4}
    assert {found[name] for name, ndim in body.items() if ndim == 4} == {5e-4}
    assert found["heads.0.weight"] == found["heads.0.bias"] == pytest.approx(2e-3)


def test_biases_are_spared_unless_told() -> None:
    found = decays(Optimizer(weight_decay=1e-3))
    assert {decay for name, decay in found.items() if name.endswith("bias")} == {0.0}
    assert {decay for name, decay in found.items() if name.endswith("weight")} == {1e-3}


def test_one_step_by_hand() -> None:
    # Gradient 3 held at 0.1; plain SGD with rate 0.5 and decay 0.2 on weight 2: 2 - 0.5 * (0.1 + 0.2 * 2) = 1.75.
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(layer.weight, 2.0)
    optimizer = make_optimizer(layer, Optimizer("sgd", 0.1, momentum=0.0, weight_decay=0.2, clamp=0.1))
    set_learning_rate(optimizer, 0.5)
    (3 * layer.weight).sum().backward()
    clamp_gradients(layer, 0.1)
    optimizer.step()
    assert layer.weight.item() == pytest.approx(1.75)
