"""Networks so small that their answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from mien.labels import get_label_set
from mien.models import Head, Input, ModelCard, checksum, write_card

Maker = Callable[..., Path]


@pytest.fixture
def make_model(tmp_path: Path) -> Maker:
    """Writes a model whose logits are ``slope * (mean grey, 0 to 1) + offsets``, and gives the path of its card."""
    onnx = pytest.importorskip("onnx")

    def make(
        name: str = "tiny",
        heads: dict[str, tuple[Sequence[float], Sequence[float]]] | None = None,
        temperature: float = 1.0,
        frame: int = 4,
        size: int = 2,
        margin: float = 1.0,
        **settings: str,
    ) -> Path:
        heads = heads or {"ekman7": ([np.log(16)] + [0] * 6, [0] * 7)}
        nodes = [onnx.helper.make_node("ReduceMean", ["faces"], ["grey"], axes=[2, 3], keepdims=0)]
        numbers, outputs = [], []
        for label_set, pair in heads.items():
            names = [f"{label_set}_slopes", f"{label_set}_offsets"]
            for number, values in zip(names, pair, strict=True):
                shape = (1, len(values)) if number.endswith("slopes") else (len(values),)
                array = np.asarray(values, np.float32).reshape(shape)
                numbers.append(onnx.numpy_helper.from_array(array, number))
            nodes.append(onnx.helper.make_node("Gemm", ["grey", *names], [label_set]))
            k = len(get_label_set(label_set))
            outputs.append(onnx.helper.make_tensor_value_info(label_set, onnx.TensorProto.FLOAT, ["n", k]))
        faces = onnx.helper.make_tensor_value_info("faces", onnx.TensorProto.FLOAT, ["n", 1, "h", "w"])
        graph = onnx.helper.make_graph(nodes, "tiny", [faces], outputs, numbers)
        model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
        network = model.SerializeToString()
        (tmp_path / f"{name}.onnx").write_bytes(network)
        card = ModelCard(
            name=name,
            description="",
            licence="MIT",
            file=f"{name}.onnx",
            sha256=checksum(network),
            input=Input(frame=frame, size=size, margin=margin, mean=0.0, std=1.0, **settings),
            heads=tuple(calm(label_set, temperature) for label_set in heads),
            parameters=14,
            macs=7,
            training={},
            measured=[],
        )
        write_card(card, tmp_path / f"{name}.json")
        return tmp_path / f"{name}.json"

    return make


def calm(label_set: str, temperature: float) -> Head:
    """A head that divides its logits by one number."""
    k = len(get_label_set(label_set))
    return Head(label_set, scale=(1 / temperature,) * k, bias=(0.0,) * k)


@pytest.fixture
def make_opinion(make_model: Maker) -> Maker:
    """Writes a model that answers every face with the same probabilities."""

    def make(name: str, probabilities: Sequence[float], label_set: str = "ekman7", **settings: float) -> Path:
        return make_model(name, {label_set: ([0] * len(probabilities), np.log(probabilities))}, **settings)

    return make
