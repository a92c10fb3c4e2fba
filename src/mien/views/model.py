"""The morphable head: the light model of ICT-FaceKit, repacked as arrays."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from numpy.lib.npyio import NpzFile

from mien.errors import ModelError

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]

FACE, BACK = "M_Face", "M_BackHead"
TEETH, GUMS = "M_Teeth", "M_GumsTongue"
EYES = ("M_ScleraLeft", "M_ScleraRight")

_SHOWN = (FACE, BACK, TEETH, GUMS, *EYES)
_SHAPES = {
    "neutral": ("n", 3),
    "triangles": ("t", 3),
    "triangle_uv": ("t", 3),
    "uv": ("m", 2),
    "triangle_material": ("t",),
    "materials": ("k",),
    "identity_deltas": ("i", "n", 3),
    "expression_names": ("e",),
    "expression_deltas": ("e", "n", 3),
    "landmarks68": (68,),
}
"""What the file holds; a letter stands for the same number wherever it is."""


@dataclass(frozen=True, eq=False)
class HeadModel:
    """A head that can be anybody's and make any face.

    Attributes
    ----------
    neutral : ndarray of float32, shape (n, 3)
        Vertices of the average head at rest, in centimetres; y is up, z is out of the face, x to the head's own left.
    triangles, triangle_uv : ndarray of int32, shape (t, 3)
        Corners as rows of `neutral` and of `uv`. Only what is painted here: face, back of the head, teeth, gums with
        tongue, whites of the eyes (the iris is painted on them; the model's own lies behind a clear cornea).
    uv : ndarray of float32, shape (m, 2)
        Places in each material's own texture: the unit square plus a whole number.
    material : ndarray of uint8, shape (t,)
        Rows of `materials`.
    materials : tuple of str
        Names.
    identity : ndarray of float32, shape (i, n, 3)
        Principal components of heads; coefficients have unit variance.
    expression : mapping from str to ndarray of float32, shape (n, 3)
        Blendshapes by ARKit's names with ``_L`` and ``_R``; weights are 0 to 1.
    landmarks : ndarray of int32, shape (68,)
        Vertices of the landmarks in Multi-PIE's order.
    sha256 : str
        Of the file.

    References
    ----------
    R. Li et al., "Learning Formation of Physically-Based Face Attributes", CVPR 2020;
    https://github.com/ICT-VGL/ICT-FaceKit (MIT licence).
    """

    neutral: FloatArray
    triangles: IntArray
    triangle_uv: IntArray
    uv: FloatArray
    material: npt.NDArray[np.uint8]
    materials: tuple[str, ...]
    identity: FloatArray
    expression: Mapping[str, FloatArray]
    landmarks: IntArray
    sha256: str

    def head(self, coefficients: FloatArray) -> FloatArray:
        """Vertices of one person's head at rest, shape (n, 3), of coefficients of the components, shape (i,)."""
        return np.asarray(self.neutral + np.tensordot(coefficients, self.identity, 1), np.float32)

    def expressed(self, weights: Mapping[str, float]) -> FloatArray:
        """What blendshapes move the vertices by, shape (n, 3); what is missing is 0."""
        moved = np.zeros_like(self.neutral)
        for name, weight in weights.items():
            moved += np.float32(weight) * self.expression[name]
        return moved

    def is_material(self, *names: str) -> npt.NDArray[np.bool_]:
        """Which triangles are of one of these materials, shape (t,)."""
        return np.isin(self.material, [self.materials.index(name) for name in names])


def load_model(path: Path) -> HeadModel:
    """Read the model.

    Raises
    ------
    ModelError
        If there is no such file, it lacks an array, or an array has another shape or points outside another one.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file; docs/views.md says where the head model comes from") from None
    try:
        with NpzFile(BytesIO(data), allow_pickle=False) as file:
            missing = [name for name in _SHAPES if name not in file]
            if missing:
                raise ModelError(f"{path}: not a head model; it lacks the array {', '.join(missing)}")
            arrays = {name: file[name] for name in _SHAPES}
    except (ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise ModelError(f"{path}: not a head model; no NumPy archive ({error})") from None
    _check(path, arrays)
    materials = tuple(map(str, arrays["materials"]))
    shown = np.isin(arrays["triangle_material"], [materials.index(name) for name in _SHOWN])
    names = map(str, arrays["expression_names"])
    return HeadModel(
        neutral=arrays["neutral"].astype(np.float32),
        triangles=arrays["triangles"][shown].astype(np.int32),
        triangle_uv=arrays["triangle_uv"][shown].astype(np.int32),
        uv=arrays["uv"].astype(np.float32),
        material=arrays["triangle_material"][shown].astype(np.uint8),
        materials=materials,
        identity=arrays["identity_deltas"].astype(np.float32),
        expression=dict(zip(names, arrays["expression_deltas"].astype(np.float32), strict=True)),
        landmarks=arrays["landmarks68"].astype(np.int32),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _check(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    sizes: dict[str, int] = {}
    for name, expected in _SHAPES.items():
        shape = arrays[name].shape
        wanted = tuple(sizes.get(size, size) if isinstance(size, str) else size for size in expected)
        if len(shape) != len(wanted) or any(isinstance(w, int) and w != s for w, s in zip(wanted, shape, strict=True)):
            raise ModelError(f"{path}: array {name} has shape {shape} instead of {wanted}".replace("'", ""))
        sizes |= {size: length for size, length in zip(expected, shape, strict=True) if isinstance(size, str)}
    for name, of in (
        ("triangles", "neutral"),
        ("triangle_uv", "uv"),
        ("triangle_material", "materials"),
        ("landmarks68", "neutral"),
    ):
        indices = np.asarray(arrays[name])
        if indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= len(arrays[of]):
            raise ModelError(f"{path}: array {name} must be row numbers of {of}")
    unknown = [name for name in _SHOWN if name not in arrays["materials"]]
    if unknown:
        raise ModelError(f"{path}: there is no material {', '.join(unknown)}")
    from mien.views.expressions import BLENDSHAPES

    unknown = sorted(BLENDSHAPES - set(map(str, arrays["expression_names"])))
    if unknown:
        raise ModelError(f"{path}: there is no blendshape {', '.join(unknown)}")
