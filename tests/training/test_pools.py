"""A mean over squares and the convolution of single pixels behind it become one, where that changes nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from onnx import ModelProto, helper, numpy_helper, shape_inference
from onnx.onnx_pb import TensorProto

pytest.importorskip("torch")
from mien.training.pools import merge_pools

KERNEL = np.array([[1, 2, 3], [-1, 0.5, 0]], np.float32)[:, :, None, None]
"""Two channels out of three, of single pixels."""


def network(side: int | str, twice: str | None = None, convolution: dict[str, Any] | None = None) -> ModelProto:
    """Pictures of this side, their means over 2x2 pixels (as many as there are at the edge), and the convolution."""
    nodes = [
        helper.make_node("Relu", ["pictures"], ["positive"]),
        helper.make_node("AveragePool", ["positive"], ["means"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        helper.make_node("Conv", ["means", "kernel"], ["mixed"], kernel_shape=[1, 1], **convolution or {}),
    ]
    outputs = [helper.make_tensor_value_info("mixed", TensorProto.FLOAT, None)]
    if twice is not None:
        outputs.append(helper.make_tensor_value_info("twice", TensorProto.FLOAT, None))
        nodes.append(helper.make_node("Add", [twice, twice], ["twice"]))
    shape = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", 3, side, side])
    graph = helper.make_graph(nodes, "means", [shape], outputs, [numpy_helper.from_array(KERNEL, "kernel")])
    return shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    )


def run(model: ModelProto, pictures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    answer: npt.NDArray[np.float32] = session.run(["mixed"], {"pictures": pictures})[0]
    return answer


def kinds(model: ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def test_the_convolution_takes_the_mean_itself() -> None:
    model = network(side=4)
    merge_pools(model.graph)
    assert kinds(model) == ["Relu", "Conv"]
    picture = np.zeros((1, 3, 4, 4), np.float32)
    picture[0, 0, :2, :2] = [[1, 2], [3, 6]]  # mean 3
    picture[0, 1, 2:, 2:] = 8
    # By hand, from the kernel's rows: 1 and -1 of the first channel, 2 and 0.5 of the second.
    np.testing.assert_allclose(run(model, picture)[0], [[[3, 0], [0, 16]], [[-3, 0], [0, 4]]], rtol=1e-6)


def test_it_changes_no_answer() -> None:
    pictures = np.random.default_rng(0).normal(size=(2, 3, 6, 6)).astype(np.float32)
    merged = network(side=6)
    merge_pools(merged.graph)
    np.testing.assert_allclose(run(merged, pictures), run(network(side=6), pictures), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(network(side=5), id="squares reach over the edge"),
        pytest.param(network(side="side"), id="size not known"),
        pytest.param(network(side=4, twice="means"), id="the means are wanted elsewhere"),
        pytest.param(network(side=4, twice="kernel"), id="the weights are wanted elsewhere"),
        pytest.param(network(side=4, convolution={"strides": [2, 2]}), id="convolution with strides"),
        pytest.param(network(side=4, convolution={"pads": [1, 1, 1, 1]}), id="convolution over the edge"),
    ],
)
def test_where_it_would_change_something_it_stays(model: ModelProto) -> None:
    before = model.SerializeToString()
    merge_pools(model.graph)
    assert model.SerializeToString() == before
