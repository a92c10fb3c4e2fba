from __future__ import annotations

import numpy as np
import pytest
from joblib import parallel_config

from mien.errors import InputError, UnknownName
from mien.features import FEATURES, get_feature
from mien.features.base import CHUNK, ClipDescriptor, FaceDescriptor
from mien.features.landmarks import LandmarkDescriptor
from mien.features.subspaces import Projection

OTHERS = (ClipDescriptor, LandmarkDescriptor, Projection)
DESCRIPTORS = {name: FEATURES[name]() for name in FEATURES}
STATELESS = sorted(
    name for name, kind in DESCRIPTORS.items() if isinstance(kind, FaceDescriptor) and not isinstance(kind, OTHERS)
)


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (CHUNK + 3, 48, 48), np.uint8)


def test_there_are_descriptors_without_state() -> None:
    assert {"dct", "lbp", "cbp", "hog", "sift", "gabor"} <= set(STATELESS)


@pytest.mark.parametrize("name", STATELESS)
def test_chunks_and_threads_change_nothing(name: str, faces: np.ndarray) -> None:
    descriptor = get_feature(name)
    pieces = np.concatenate([descriptor.describe(faces[:1]), descriptor.describe(faces[1:])])
    with parallel_config(n_jobs=2):
        together = descriptor.fit_transform(faces)
    assert together.dtype == np.float32
    assert together.shape == pieces.shape
    np.testing.assert_allclose(together, pieces, atol=1e-4)


@pytest.mark.parametrize("name", STATELESS)
def test_no_faces(name: str, faces: np.ndarray) -> None:
    descriptor = get_feature(name)
    assert descriptor.transform(faces[:0]).shape == (0, descriptor.transform(faces[:1]).shape[1])


@pytest.mark.parametrize("wrong", [np.zeros((2, 48, 48)), np.zeros((48, 48), np.uint8), [[1]]])
def test_what_is_no_faces_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"faces must be uint8 of shape \(n, h, w\), not"):
        get_feature("hog").transform(wrong)


def test_an_unknown_name() -> None:
    with pytest.raises(UnknownName, match=r"no feature is named 'hok'; did you mean 'hog'\?"):
        get_feature("hok")
