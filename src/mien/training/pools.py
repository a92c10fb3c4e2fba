"""A mean over squares of pixels and the convolution of single pixels behind it, as one convolution."""

from __future__ import annotations

from collections import Counter

import numpy as np
from onnx import GraphProto, NodeProto, helper, numpy_helper


def merge_pools(graph: GraphProto) -> None:
    """Let convolutions take the means before them themselves, for the same result.

    Parameters
    ----------
    graph : GraphProto
        Of a network whose shapes are known; changed in place. A mean stays where its squares do not divide the
        picture, where somebody else wants it or the weights too, and before other convolutions than of single pixels.

    Notes
    -----
    For networks of integers: onnxruntime takes the mean of 8-bit integers slowly, in a quarter of the time of such a
    network, and rounds it, while four times the products of so small a convolution cost next to nothing.
    """
    weights = {tensor.name: tensor for tensor in graph.initializer}
    sizes = {value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim] for value in graph.value_info}
    uses = Counter(name for node in graph.node for name in node.input)
    means = {node.output[0]: node for node in graph.node if node.op_type == "AveragePool" and uses[node.output[0]] == 1}
    for convolution in [node for node in graph.node if node.op_type == "Conv" and node.input[0] in means]:
        mean, kernel = means[convolution.input[0]], weights[convolution.input[1]]
        square = _attributes(mean)["kernel_shape"]
        alone = uses[kernel.name] == 1
        if not (alone and _covers(mean, sizes.get(mean.input[0], [])) and _takes_single_pixels(convolution)):
            continue
        single = numpy_helper.to_array(kernel)
        spread = np.broadcast_to(single / np.float32(np.prod(square)), (*single.shape[:2], *square))
        kernel.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(spread), kernel.name))
        del convolution.attribute[:]
        convolution.attribute.append(helper.make_attribute("kernel_shape", square))
        convolution.attribute.append(helper.make_attribute("strides", square))
        convolution.input[0] = mean.input[0]
        graph.node.remove(mean)


def _attributes(node: NodeProto) -> dict[str, list[int]]:
    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _covers(mean: NodeProto, shape: list[int]) -> bool:
    """Whether squares that do not overlap cover the whole of pictures of this shape (zero: unknown), and no more."""
    found = _attributes(mean)
    square = found["kernel_shape"]
    whole = all(side and side % step == 0 for side, step in zip(shape[2:], square, strict=False))
    return len(shape) == 4 and whole and found.get("strides") == square and not any(found.get("pads", []))


def _takes_single_pixels(convolution: NodeProto) -> bool:
    found = _attributes(convolution)
    plain = found.get("group", 1) == 1 and not any(found.get("pads", []))
    return plain and set(found["kernel_shape"]) == {1} and set(found.get("strides", [1])) == {1}
