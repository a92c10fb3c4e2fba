"""Head models: blending, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import ModelError
from mien.views.model import HeadModel, load_model

Arrays = dict[str, np.ndarray]


def test_heads_and_faces_are_sums(ellipsoid: HeadModel) -> None:
    chin = int(ellipsoid.landmarks[8])
    wide = ellipsoid.head(np.array((1.0, 0.0), np.float32))
    assert wide[:, 0] == pytest.approx(1.03 * ellipsoid.neutral[:, 0], rel=1e-3)
    assert ellipsoid.expressed({"jawOpen": 0.5})[chin] == pytest.approx((0, -1, 0))
    assert not ellipsoid.expressed({}).any()


def broken(arrays: Arrays, path: Path, **changes: np.ndarray | None) -> Path:
    np.savez(path, **{name: value for name, value in (arrays | changes).items() if value is not None})
    return path


def test_a_missing_array(arrays: Arrays, tmp_path: Path) -> None:
    path = broken(arrays, tmp_path / "m.npz", uv=None, landmarks68=None)
    with pytest.raises(ModelError, match=rf"^{path}: not a head model; it lacks the array uv, landmarks68$"):
        load_model(path)


def test_a_wrong_shape(arrays: Arrays, tmp_path: Path) -> None:
    short = arrays["expression_deltas"][:, :-1]
    path = broken(arrays, tmp_path / "m.npz", expression_deltas=short)
    with pytest.raises(ModelError, match=r"m\.npz: array expression_deltas has shape \(40, 1167, 3\) instead of"):
        load_model(path)


def test_corners_that_do_not_exist(arrays: Arrays, tmp_path: Path) -> None:
    path = broken(arrays, tmp_path / "m.npz", triangles=arrays["triangles"] + 10)
    with pytest.raises(ModelError, match="array triangles must be row numbers of neutral"):
        load_model(path)


def test_a_missing_blendshape(arrays: Arrays, tmp_path: Path) -> None:
    names = np.where(arrays["expression_names"] == "jawOpen", "other", arrays["expression_names"])
    path = broken(arrays, tmp_path / "m.npz", expression_names=names)
    with pytest.raises(ModelError, match="there is no blendshape jawOpen"):
        load_model(path)


def test_a_missing_material(arrays: Arrays, tmp_path: Path) -> None:
    names = np.where(arrays["materials"] == "M_Teeth", "other", arrays["materials"])
    path = broken(arrays, tmp_path / "m.npz", materials=names)
    with pytest.raises(ModelError, match="there is no material M_Teeth"):
        load_model(path)


@pytest.mark.parametrize("content", [b"", b"solid head", b"PK\x03\x04 cut short"])
def test_other_files(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "head.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=rf"^{path}: not a head model; no NumPy archive"):
        load_model(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.npz: no such file"):
        load_model(tmp_path / "nowhere.npz")


def test_the_real_one(ict_facekit: Path) -> None:
    model = load_model(ict_facekit)
    assert model.neutral.shape == (26719, 3)
    assert len(model.expression) == 53
    # The head's own left eye is on the +x side; a smile widens the mouth, an open jaw lowers the chin.
    points = model.neutral[model.landmarks]
    assert points[45, 0] > 0 > points[36, 0]
    smile = model.expressed({"mouthSmile_L": 1, "mouthSmile_R": 1})[model.landmarks]
    assert smile[54, 0] > 0.3
    assert smile[48, 0] < -0.3
    assert smile[[48, 54], 1].min() > 0.3
    assert model.expressed({"jawOpen": 1})[model.landmarks][8, 1] < -2
