"""From a network of 32-bit floats to one of 8-bit integers: a quarter of the size, and faster.

Weights and what flows between layers are written as integers times a scale; the scales of what flows come from faces
that run through the network (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference"). onnxruntime does the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from mien.datasets import FaceData
from mien.errors import ModelError
from mien.models import checksum, load_model, write_card
from mien.models.onnx import OnnxModel
from mien.training.pools import merge_pools

CALIBRATION_FACES = 500
"""Evenly out of the training faces; more do not change the scales noticeably."""

BATCH = 50

INTEGER_OPERATIONS = ["Conv", "Relu", "Add", "MaxPool"]
"""What is done in integers, the first convolution excepted. The rest is little work, and much is lost by rounding it:
the grey levels' own convolution, the dense layers and what flows into them as floats take a third off the error of the
answers for a twentieth of the speed."""


def quantize(card: Path, training: FaceData, folder: Path) -> Path:
    """Write a network's twin of 8-bit integers, neither calibrated nor measured.

    Parameters
    ----------
    card : Path
        Of the network.
    training : FaceData
        Faces that say how large the numbers between its layers get.
    folder : Path
        Where the twin and its card are written, ``NAME-int8``.

    Returns
    -------
    Path
        The twin's card.

    Raises
    ------
    ModelError
        If the model is no network, or one of integers already.

    Notes
    -----
    Weights have 7 bits: where the processor has no instruction for dot products of bytes (AVX2), two products of 8-bit
    numbers overflow their sum of 16 bits.
    """
    model = load_model(card)
    if not isinstance(model, OnnxModel):
        raise ModelError(f"{card}: only a network can be quantized, not a classical classifier or a committee")
    original = card.with_name(model.card.file)
    if any(node.op_type == "QuantizeLinear" for node in onnx.load(original).graph.node):
        raise ModelError(f"{card}: this network has 8-bit integers already")
    rows = np.linspace(0, len(training) - 1, min(CALIBRATION_FACES, len(training))).round().astype(int)
    name = f"{model.card.name}-int8"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    with TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(original, prepared, skip_symbolic_shape=True)
        network = onnx.load(prepared)
        merge_pools(network.graph)
        onnx.save(network, prepared)
        convolutions = [node.name for node in network.graph.node if node.op_type == "Conv"]
        quantize_static(
            prepared,
            path,
            _Views(model.network_input(training.images[rows])),
            op_types_to_quantize=INTEGER_OPERATIONS,
            nodes_to_exclude=convolutions[:1],
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )
    made_by = model.card.training
    twin = replace(
        model.card,
        name=name,
        description=f"{model.card.description}; as 8-bit integers",
        file=path.name,
        sha256=checksum(path.read_bytes()),
        training=made_by | {"quantized": f"mien quantize {model.card.name} --data DATA:PATH --out MODELS"},
        measured=[],
    )
    write_card(twin, path.with_suffix(".json"))
    return path.with_suffix(".json")


class _Views(CalibrationDataReader):  # type: ignore[misc]
    """The faces that onnxruntime looks at, a batch at a time."""

    def __init__(self, views: npt.NDArray[np.float32]) -> None:
        self._batches: Iterator[npt.NDArray[np.float32]] = (
            views[start : start + BATCH] for start in range(0, len(views), BATCH)
        )

    def get_next(self) -> dict[str, npt.NDArray[np.float32]] | None:
        """The next batch, or None at the end."""
        batch = next(self._batches, None)
        return None if batch is None else {"faces": batch}
