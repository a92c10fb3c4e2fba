"""A head of a few hundred vertices with the arrays of the real one, and the real one where there is a copy."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mien.views.expressions import BLENDSHAPES
from mien.views.model import BACK, EYES, FACE, GUMS, TEETH, HeadModel, load_model

Arrays = dict[str, np.ndarray]

CENTRE, AXES = np.array((0, 3, 1)), np.array((7.5, 11, 9.5))
"""Of the ellipsoid that is the head, centimetres."""


@pytest.fixture(scope="session")
def ict_facekit() -> Path:
    """The light model of ICT-FaceKit as arrays; tests that need it skip where there is none."""
    default = Path(__file__).parents[3] / "shared/data/ict_facekit_light.npz"
    path = Path(os.environ.get("MIEN_ICT_FACEKIT", default))
    if not path.exists():
        pytest.skip("no copy of ICT-FaceKit's light model here (set MIEN_ICT_FACEKIT)")
    return path


@pytest.fixture(scope="session")
def arrays() -> Arrays:
    """An ellipsoid for a head: front half face, back half back; opening the jaw lowers what is below the mouth."""
    down, around = np.meshgrid(np.linspace(0.05, np.pi - 0.05, 24), np.linspace(0, 2 * np.pi, 48), indexing="ij")
    unit = np.stack([np.sin(down) * np.sin(around), np.cos(down), np.sin(down) * np.cos(around)], -1).reshape(-1, 3)
    points = CENTRE + AXES * unit
    rows, columns = (axis.ravel() for axis in np.mgrid[:23, :47])
    a = rows * 48 + columns
    triangles = np.concatenate([np.stack([a, a + 48, a + 1], 1), np.stack([a + 1, a + 48, a + 49], 1)])
    front = unit[triangles].mean(1)[:, 2] > 0
    extras = [(GUMS, (0, -3.5, 9.0)), (TEETH, (0, -3, 9.2)), (EYES[0], (3, 3.6, 9.6)), (EYES[1], (-3, 3.6, 9.6))]
    materials = [FACE, BACK, *(name for name, _ in extras)]
    material = np.where(front, 0, 1)
    for number, (_, middle) in enumerate(extras, 2):
        square = np.array([(-0.5, -0.3, 0), (0.5, -0.3, 0), (0.5, 0.3, 0), (-0.5, 0.3, 0)]) + middle
        triangles = np.concatenate([triangles, np.array([(0, 1, 2), (0, 2, 3)]) + len(points)])
        points = np.concatenate([points, square])
        material = np.concatenate([material, [number, number]])
    uv = (points[:, :2] - points[:, :2].min(0)) / np.ptp(points[:, :2], axis=0) * 0.98 + 0.01
    names = sorted(BLENDSHAPES)
    moves = np.zeros((len(names), len(points), 3), np.float16)
    moves[names.index("jawOpen"), points[:, 1] < -3.5] = (0, -2, 0)
    wide = np.stack([points * (0.03, 0, 0), points * (0, 0.03, 0)]).astype(np.float16)
    return {
        "neutral": points.astype(np.float32),
        "triangles": triangles.astype(np.int32),
        "triangle_uv": triangles.astype(np.int32),
        "uv": uv.astype(np.float32),
        "triangle_material": material.astype(np.uint8),
        "materials": np.array(materials),
        "identity_deltas": wide,
        "expression_names": np.array(names),
        "expression_deltas": moves,
        "landmarks68": _landmarks(points[: 24 * 48]),
    }


@pytest.fixture(scope="session")
def head(arrays: Arrays, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ellipsoid as a file."""
    path = tmp_path_factory.mktemp("model") / "head.npz"
    np.savez(path, **arrays)
    return path


@pytest.fixture(scope="session")
def ellipsoid(head: Path) -> HeadModel:
    return load_model(head)


def _landmarks(points: np.ndarray) -> np.ndarray:
    """The vertices nearest to where 68 landmarks are on a face seen from the front."""
    jaw = np.pi * (1 + np.linspace(0, 1, 17))
    lips = np.linspace(np.pi, -np.pi, 13)[:-1]
    eye = np.array([(-0.8, 0), (-0.3, 0.4), (0.3, 0.4), (0.8, 0), (0.3, -0.4), (-0.3, -0.4)])
    places = [
        np.stack([7 * np.cos(jaw), 3 + 10 * np.sin(jaw)], 1),
        np.stack([np.linspace(-5.5, -1, 5), np.full(5, 5.8)], 1),
        np.stack([np.linspace(1, 5.5, 5), np.full(5, 5.8)], 1),
        np.stack([np.zeros(4), np.linspace(3.5, 0.5, 4)], 1),
        np.stack([np.linspace(-1.2, 1.2, 5), np.full(5, -1.0)], 1),
        eye + np.array((-3, 3.6)),
        eye + np.array((3, 3.6)),
        np.stack([2.5 * np.cos(lips), -3.5 + np.sin(lips)], 1),
        np.stack([1.5 * np.cos(lips[::3].repeat(2)), -3.5 + 0.4 * np.sin(lips[::3].repeat(2))], 1),
    ]
    away = np.linalg.norm(np.concatenate(places)[:, None] - points[:, :2], axis=2) + 100 * (points[:, 2] < 1)
    return away.argmin(1).astype(np.int32)
