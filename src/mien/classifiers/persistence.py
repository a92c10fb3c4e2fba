"""Fitted estimators as safetensors files: no pickles, so a file from anywhere can be opened without running it.

What an estimator knows is its ``__dict__``. Arrays go into tensors, all else into a JSON structure in the file's
metadata. Storable are None, bool, int, float, str, lists, tuples, dicts, arrays of numbers or strings, and estimators
whose class is defined in ``sklearn``, `mien.features` or `mien.classifiers` and that hold nothing else. So brute-force
neighbours can be stored, but not search trees or decision trees, which are compiled objects; nor functions.

Values that JSON has are themselves, all others an object with one key that says what they are::

    {"array": "3"}  {"transposed": "4"}  {"scalar": "5"}  {"strings": [...]}  {"tuple": [...]}
    {"dict": [[key, value], ...]}  {"class": "sklearn.svm._classes.LinearSVC", "state": {name: value, ...}}
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sklearn
from safetensors import SafetensorError
from safetensors.numpy import load, save
from sklearn.base import BaseEstimator

from mien.errors import InputError, ModelError

Arrays = dict[str, npt.NDArray[Any]]

_HOMES = ("sklearn.", "mien.features.", "mien.classifiers.")


def estimator_to_bytes(estimator: BaseEstimator) -> bytes:
    """A fitted estimator as a safetensors file.

    Raises
    ------
    InputError
        If it holds something that cannot be stored; the message says where.
    """
    arrays: Arrays = {}
    structure = json.dumps(_encode(estimator, arrays, type(estimator).__name__))
    return save(arrays, {"estimator": structure, "scikit-learn": sklearn.__version__})


def estimator_from_bytes(data: bytes, source: Path) -> BaseEstimator:
    """What `estimator_to_bytes` wrote.

    Parameters
    ----------
    data : bytes
        The file.
    source : Path
        Where it came from, for messages.

    Raises
    ------
    ModelError
        If it is damaged, or asks for a class that is not an estimator of scikit-learn's or mien's.
    """
    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        estimator = _decode(json.loads(header["__metadata__"]["estimator"]), arrays)
    except ModelError as error:
        raise ModelError(f"{source}: {error}") from None
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ModelError(f"{source}: damaged, or not a stored estimator ({reason})") from None
    if not isinstance(estimator, BaseEstimator):
        raise ModelError(f"{source}: damaged, or not a stored estimator")
    return estimator


def count_parameters(estimator: BaseEstimator) -> int:
    """How many floating-point numbers an estimator holds in arrays."""
    arrays: Arrays = {}
    _encode(estimator, arrays, "")
    return sum(array.size for array in arrays.values() if array.ndim and np.issubdtype(array.dtype, np.inexact))


def _encode(value: Any, arrays: Arrays, place: str) -> Any:
    """The JSON of a value; `place` is how one gets there, for messages."""
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return {"strings": value.tolist()}
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
        return _encode_numbers(np.asarray(value), arrays)
    if type(value) is list:
        return [_encode(item, arrays, f"{place}[{i}]") for i, item in enumerate(value)]
    if type(value) is tuple:
        return {"tuple": _encode(list(value), arrays, place)}
    if type(value) is dict:
        return {"dict": [_encode([key, item], arrays, f"{place}[{key!r}]") for key, item in value.items()]}
    kind = type(value)
    if isinstance(value, BaseEstimator) and kind.__module__.startswith(_HOMES):
        state = {name: _encode(item, arrays, f"{place}.{name}") for name, item in vars(value).items()}
        return {"class": f"{kind.__module__}.{kind.__qualname__}", "state": state}
    raise InputError(f"{place} cannot be stored: it is a {kind.__module__}.{kind.__qualname__}")


def _encode_numbers(array: npt.NDArray[Any], arrays: Arrays) -> dict[str, str]:
    name = str(len(arrays))
    if array.ndim == 0:
        kind = "scalar"
    else:
        # The layout is kept: sums over the other layout differ in the last bits.
        kind = "transposed" if array.flags.f_contiguous and not array.flags.c_contiguous else "array"
    stored = array.T if kind == "transposed" else array
    arrays[name] = np.array(stored, order="C")
    return {kind: name}


def _decode(code: Any, arrays: Arrays) -> Any:
    if isinstance(code, list):
        return [_decode(item, arrays) for item in code]
    if not isinstance(code, dict):
        return code
    match code:
        case {"class": name, "state": state}:
            kind = _find_class(name)
            estimator = object.__new__(kind)
            vars(estimator).update({key: _decode(item, arrays) for key, item in state.items()})
            return estimator
        case {"array": name}:
            # What safetensors gives may be read-only, which compiled code does not take.
            return arrays[name].copy()
        case {"transposed": name}:
            return arrays[name].copy().T
        case {"scalar": name}:
            return arrays[name][()]
        case {"strings": items}:
            return np.array(items, np.str_)
        case {"tuple": items}:
            return tuple(_decode(items, arrays))
        case {"dict": items}:
            return dict(_decode(items, arrays))
    raise ValueError(f"{list(code)} is no known structure")


def _find_class(name: str) -> type[BaseEstimator]:
    """The estimator class of this name, if it is one that may be made."""
    module, _, short = name.rpartition(".")
    if f"{module}.".startswith(_HOMES):
        try:
            found = getattr(import_module(module), short, None)
        except ImportError:
            found = None
        # Defined there, not only imported there.
        if isinstance(found, type) and issubclass(found, BaseEstimator) and found.__module__ == module:
            return found
    raise ModelError(f"asks for {name}, which is no estimator of scikit-learn's or mien's")
