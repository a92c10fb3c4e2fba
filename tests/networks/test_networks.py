"""Every network: its size on paper, its outputs, its gradients and its ONNX twin."""

from __future__ import annotations

import io
import warnings

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from mien.errors import UnknownName  # noqa: E402
from mien.networks import NETWORKS, make_network  # noqa: E402
from mien.networks.mini_xception import EveryOther, XceptionModule  # noqa: E402
from mien.networks.parts import fan_in_uniform  # noqa: E402

HIDDEN = (3072, 2048, 1024, 512)


def conv(kernel: int, inputs: int, outputs: int) -> int:
    return kernel**2 * inputs * outputs + outputs


def dense(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs


def plain_conv(kernel: int, inputs: int, outputs: int) -> int:
    """Without bias, with the two vectors of batch normalisation."""
    return kernel**2 * inputs * outputs + 2 * outputs


def stage(inputs: int, outputs: int, blocks: int) -> int:
    shortcut = plain_conv(1, inputs, outputs) if inputs != outputs else 0
    return plain_conv(3, inputs, outputs) + (2 * blocks - 1) * plain_conv(3, outputs, outputs) + shortcut


def stages(widths: tuple[int, ...], depths: tuple[int, ...]) -> int:
    inputs = (widths[0], *widths[:-1])
    return sum(stage(i, o, n) for i, o, n in zip(inputs, widths, depths, strict=True))


def vgg(plan: list[tuple[int, int]], inputs: int, norm: bool) -> int:
    total = 0
    for width, depth in plan:
        total += conv(3, inputs, width) + (depth - 1) * conv(3, width, width) + (2 * width * depth if norm else 0)
        inputs = width
    return total


# Layer by layer, as published, with one head of seven classes.
PARAMETERS = {
    "alexnet-lite": conv(5, 1, 32) + conv(4, 32, 32) + conv(5, 32, 64) + dense(1600, 3072) + dense(3072, 7),
    "tang": conv(5, 1, 32) + conv(5, 32, 48) + dense(9 * 9 * 48, 3072) + dense(3072, 7),
    "vgg19": vgg([(64, 2), (128, 2), (256, 4), (512, 4), (512, 4)], 3, norm=True) + dense(512, 7),
    "resnet18": plain_conv(3, 3, 64) + stages((64, 128, 256, 512), (2, 2, 2, 2)) + dense(512, 7),
    "resnet34": plain_conv(3, 3, 64) + stages((64, 128, 256, 512), (3, 4, 6, 3)) + dense(512, 7),
    **{
        f"kernel-{name}-{h}": conv(a, 1, 32) + conv(b, 32, 32) + conv(c, 32, 64) + dense(1600, h) + dense(h, 7)
        for name, (a, b, c) in {"small": (3, 3, 3), "medium": (5, 4, 5), "large": (7, 7, 7)}.items()
        for h in HIDDEN
    },
    "five-class": conv(5, 1, 64) + conv(4, 64, 64) + conv(3, 64, 32) + conv(3, 32, 32) + 2 * (64 + 64 + 32 + 32)
    + dense(8 * 8 * 32, 128) + 2 * 128 + dense(128, 7),
    "ferplus-vgg13": vgg([(64, 2), (128, 2), (256, 3), (256, 3)], 1, norm=False)
    + dense(4 * 4 * 256, 1024) + dense(1024, 1024) + dense(1024, 7),
    "isseu": conv(5, 1, 64) + conv(5, 64, 64) + conv(4, 64, 128) + dense(12 * 12 * 128, 3072) + dense(3072, 7),
    "emopy": conv(4, 1, 10) + 5 * (conv(4, 10, 10) + 2 * 10) + dense(250, 7),
    "atulapra": conv(3, 1, 32) + conv(3, 32, 64) + conv(3, 64, 128) + conv(3, 128, 128)
    + dense(4 * 4 * 128, 1024) + dense(1024, 7),
    "shillyshallysxy": conv(1, 1, 32) + conv(5, 32, 32) + conv(3, 32, 32) + conv(5, 32, 64)
    + dense(6 * 6 * 64, 2048) + dense(2048, 1024) + dense(1024, 7),
    "mister5ive-vgg": conv(3, 1, 16) + conv(3, 16, 32) + conv(3, 32, 64) + conv(3, 64, 128)
    + dense(3 * 3 * 128, 1024) + dense(1024, 1024) + dense(1024, 7),
    "mister5ive-resnet": conv(3, 1, 16) + conv(3, 16, 16) + stages((16, 32, 64, 128), (2, 2, 2, 2)) + dense(128, 7),
}  # fmt: skip

SIDES = {
    "alexnet-lite": [42, 21, 20, 10, 5],
    "tang": [44, 22, 18, 9],
    "vgg19": [44, 22, 11, 5, 2, 1],
    "resnet18": [44, 22, 11, 6, 1],
    "resnet34": [44, 22, 11, 6, 1],
    **{
        f"kernel-{name}-{h}": sides
        for name, sides in {
            "small": [42, 21, 19, 10, 5],
            "medium": [42, 21, 20, 10, 5],
            "large": [42, 21, 19, 10, 5],
        }.items()
        for h in HIDDEN
    },
    "mini-xception": [62, 60, 30, 15, 8, 4],
    "mini-xception-48": [46, 44, 22, 11, 6, 3],
    "five-class": [44, 41, 20, 18, 16, 8],
    "ferplus-vgg13": [64, 32, 16, 8, 4],
    "isseu": [48, 24, 12],
    "emopy": [45, 22, 11, 5],
    "atulapra": [46, 44, 22, 20, 10, 8, 4],
    "shillyshallysxy": [48, 24, 12, 6],
    "mister5ive-vgg": [48, 24, 12, 6, 3],
    "mister5ive-resnet": [48, 24, 12, 6, 3, 1],
}  # fmt: skip
"""Sides in pixels of the maps after each convolution and pooling, repetitions left out."""


LARGE = {"vgg19", "resnet18", "resnet34", "ferplus-vgg13", "isseu"}
EVERY = [
    # The kernel networks of one kernel differ in one width only, so the smallest stands for them among the fast tests.
    pytest.param(name, marks=[pytest.mark.slow] if name in LARGE or name.endswith(("024", "048", "072")) else [])
    for name in NETWORKS
]


def on_paper(name: str, classes: int = 7) -> nn.Module:
    """A network that has shapes but no numbers, so that its size costs nothing."""
    with torch.device("meta"):
        return make_network(name, (classes,), device="meta")


def count(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def random_faces(network: nn.Module, n: int) -> Tensor:
    return torch.rand(n, 1, network.size, network.size)


def lived_in(name: str, classes: tuple[int, ...]) -> nn.Module:
    """A network that is no longer as it began: no weight is zero, and all statistics are measured."""
    torch.manual_seed(0)
    network = make_network(name, classes)
    faces = random_faces(network, 4)
    for parameter in network.parameters():
        if parameter.ndim > 1:
            nn.init.kaiming_normal_(parameter, nonlinearity="relu")
        else:
            nn.init.uniform_(parameter, 0.1, 0.5)
    for module in network.modules():
        if hasattr(module, "fit"):
            module.fit(faces)
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            module.momentum = 1.0  # one batch is enough
    with torch.no_grad():
        network.train()(faces)
    return network


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters(name: str) -> None:
    assert count(on_paper(name)) == PARAMETERS[name]


@pytest.mark.parametrize(
    ("name", "classes", "millions"),
    [
        ("alexnet-lite", 7, 5.01),
        ("tang", 7, 12.0),
        ("vgg19", 7, 20.04),
        ("resnet18", 7, 11.17),
        ("ferplus-vgg13", 8, 8.76),
    ],
)
def test_parameters_as_published_in_millions(name: str, classes: int, millions: float) -> None:
    assert count(on_paper(name, classes)) / 1e6 == pytest.approx(millions, abs=0.01)


def test_parameters_of_mini_xception_as_keras_counts_them() -> None:
    for name in ("mini-xception", "mini-xception-48"):
        network = on_paper(name)
        moving = sum(buffer.numel() for key, buffer in network.named_buffers() if "running" in key)
        assert count(network) + moving == 58_423


@pytest.mark.parametrize("name", SIDES)
def test_sides_of_the_maps(name: str) -> None:
    network = on_paper(name).eval()
    sides: list[int] = []

    def note(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        if sides[-1:] != [output.shape[-1]]:
            sides.append(output.shape[-1])

    for module in network.body.modules() if hasattr(network, "body") else network.modules():
        if isinstance(module, (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)):
            module.register_forward_hook(note)
    network(random_faces(network, 1).to("meta"))
    assert sides == SIDES[name]


@pytest.mark.parametrize("name", EVERY)
def test_gradients_reach_every_parameter(name: str) -> None:
    network = lived_in(name, (7, 8)).train()
    logits = network(random_faces(network, 6))
    assert [tuple(head.shape) for head in logits] == [(6, 7), (6, 8)]
    sum(F.cross_entropy(head, torch.arange(6)) for head in logits).backward()
    for key, parameter in network.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.ndim == 1 or parameter.grad.any(), key  # biases before a normalisation do nothing


@pytest.mark.parametrize("name", EVERY)
def test_onnx_says_the_same(name: str) -> None:
    network = lived_in(name, (7,)).eval()
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the newer exporter, which needs another package
        torch.onnx.export(
            network,
            (random_faces(network, 1),),
            file,
            input_names=["faces"],
            output_names=["logits"],
            dynamic_axes={"faces": {0: "n"}, "logits": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    faces = random_faces(network, 3)
    with torch.no_grad():
        (expected,) = network(faces)
    (logits,) = session.run(None, {"faces": faces.numpy()})
    assert logits.shape == (3, 7)
    assert np.ptp(logits, 0).min() > 1e-3 * np.abs(logits).max()  # three faces, three answers
    np.testing.assert_allclose(logits, expected.numpy(), rtol=1e-3, atol=1e-4 * np.abs(logits).max())


def test_kernel_networks_start_as_published() -> None:
    network = make_network("kernel-medium-3072", (7,))
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    (hidden,) = (m for m in network.body.modules() if isinstance(m, nn.Linear))
    (dropout,) = (m for m in network.modules() if isinstance(m, nn.Dropout))
    assert [round(m.weight.std().item(), 3) for m in convolutions] == [0.01, 0.01, 0.01]
    assert all((m.bias == 0.1).all() for m in convolutions)
    assert hidden.weight.std().item() == pytest.approx(0.001, rel=0.01)
    assert (hidden.bias == 0.01).all()
    assert dropout.p == 0.8
    assert not network.eval()(random_faces(network, 2))[0].any()  # the output layer starts at zero


@pytest.mark.parametrize(("side", "pool"), [(42, 3), (20, 3), (10, 3), (19, 2)])
def test_padding_all_around_is_padding_above_and_left(side: int, pool: int) -> None:
    maps = torch.randn(1, 4, side, side)
    above_and_left = F.max_pool2d(F.pad(maps, (1, 0, 1, 0), value=-torch.inf), pool, 2)
    torch.testing.assert_close(F.max_pool2d(maps, pool, 2, 1), above_and_left)


@pytest.mark.parametrize(("side", "largest"), [(5, [1, 3, 4]), (4, [2, 3])])
def test_xception_pools_as_tensorflow_pads(side: int, largest: list[int]) -> None:
    # "Same": an odd side is padded at both ends, an even one at the far end only.
    pool = XceptionModule(1, 1, side).main[-1]
    ramp = torch.arange(float(side)).expand(1, 1, side, side)
    assert pool(ramp)[0, 0, 0].tolist() == largest


def test_fan_in_uniform() -> None:
    weight = torch.empty(300, 10, 5, 5)
    fan_in_uniform(weight)
    assert weight.var().item() == pytest.approx(1 / 250, rel=0.02)


def test_names_of_the_default_network_stay() -> None:
    names = set(make_network("mien", (7, 8)).state_dict())
    assert {"stem.0.weight", "blocks.0.conv1.weight", "heads.0.weight", "heads.1.bias"} <= names


def test_an_unknown_network() -> None:
    with pytest.raises(UnknownName, match="lenet"):
        make_network("lenet", (7,))


@pytest.mark.parametrize("side", [7, 8])
def test_picking_places_first_is_a_stride(side: int) -> None:
    layer, maps = EveryOther(8, 16, 1, stride=2, bias=False), torch.rand(2, 8, side, side)
    torch.testing.assert_close(layer(maps), F.conv2d(maps, layer.weight, stride=2))
