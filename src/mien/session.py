"""onnxruntime sessions, made alike for every network that mien runs."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from mien.errors import ModelError


def open_session(network: bytes, path: Path, threads: int = 1) -> ort.InferenceSession:
    """Load a network to run on the CPU.

    Parameters
    ----------
    network : bytes
        The ONNX file's contents.
    path : Path
        Where they come from, for error messages.
    threads : int
        Threads of one run; the session may be shared by any number of threads besides.

    Raises
    ------
    ModelError
        If it is no network that onnxruntime can run.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Waiting threads sleep: a library must not keep its caller's cores busy.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no public base class
        raise ModelError(f"{path}: onnxruntime cannot load it ({error})") from None
