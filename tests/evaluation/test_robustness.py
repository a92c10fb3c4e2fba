"""Each corruption by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import rotate

from mien.datasets import FaceData
from mien.evaluation import robustness
from mien.evaluation.protocol import evaluate
from mien.evaluation.robustness import CORRUPTIONS, Corruption, robustness_table
from mien.labels import EKMAN7
from mien.models import Model, load_model

ByteArray = npt.NDArray[np.uint8]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def faces(rng: np.random.Generator) -> ByteArray:
    return rng.integers(0, 256, (5, 48, 48), np.uint8)


def point(y: int, x: int) -> ByteArray:
    face = np.zeros((1, 49, 49), np.uint8)
    face[0, y, x] = 255
    return face


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda c: c.name)
def test_all_keep_shape_and_original_and_do_more_when_severe(corruption: Corruption, faces: ByteArray) -> None:
    # Smooth pictures: on noise, JPEG and blur are as bad at once.
    faces = np.add.outer(np.arange(5) * 9, np.add.outer(2 * np.arange(48), np.arange(48))).astype(np.uint8)
    faces[:, 12:20, 10:30] = 220
    before = faces.copy()
    damage = []
    for severity in corruption.severities:
        worse = corruption.apply(faces, severity, np.random.default_rng(1))
        assert worse.dtype == np.uint8
        assert worse.shape == faces.shape
        again = corruption.apply(faces, severity, np.random.default_rng(1))
        assert (worse == again).all()
        damage.append(np.abs(worse.astype(int) - faces).mean())
    assert (faces == before).all()
    assert damage[0] > 0
    assert damage == sorted(damage)


def test_blur_spreads_a_point_by_sigma(rng: np.random.Generator) -> None:
    spread = robustness.blur(point(24, 24), 2, rng)[0].astype(float)
    # The middle of a Gaussian of sigma 2 px is 1 / (2 pi 4) of the whole; OpenCV rounds its weights.
    assert spread[24, 24] == pytest.approx(255 / (2 * np.pi * 4), abs=1)
    assert spread[24, 26] == pytest.approx(255 / (2 * np.pi * 4) * np.exp(-1 / 2), abs=1)
    assert (spread == spread.T).all()


def test_noise_has_its_deviation(rng: np.random.Generator) -> None:
    grey = np.full((20, 48, 48), 128, np.uint8)
    error = robustness.noise(grey, 10, rng).astype(float) - 128
    assert error.std() == pytest.approx(10, rel=0.03)
    assert error.mean() == pytest.approx(0, abs=0.2)
    assert np.corrcoef(error[0].ravel(), error[1].ravel())[0, 1] == pytest.approx(0, abs=0.1)
    # Black and white cannot go on.
    assert robustness.noise(grey * 0, 40, rng).max() < 255
    assert robustness.noise(grey * 0, 40, rng).min() == 0


def test_darkness_scales(rng: np.random.Generator) -> None:
    greys = np.array([[[0, 1, 4, 100, 255]]], np.uint8)
    assert robustness.darkness(greys, 0.25, rng).tolist() == [[[0, 0, 1, 25, 64]]]


def test_rotation_moves_a_point_about_the_centre(rng: np.random.Generator) -> None:
    # From straight above the centre, 20 px away, by 30 degrees: 10 px aside, 17.3 px above.
    turned = robustness.rotation(np.repeat(point(4, 24), 40, 0), 30, rng)
    at = [np.unravel_index(face.argmax(), face.shape) for face in turned]
    assert {y for y, _ in at} == {24 - 17}
    assert {x for _, x in at} == {24 - 10, 24 + 10}  # one way and the other


def test_rotation_agrees_with_scipy(rng: np.random.Generator) -> None:
    y, x = np.mgrid[:48, :48]
    face = (128 + 60 * np.sin(x / 5) + 50 * np.cos(y / 6)).astype(np.uint8)
    ours = robustness.rotation(face[None], 20, rng)[0].astype(float)
    theirs = [rotate(face.astype(float), angle, reshape=False, order=1, mode="nearest") for angle in (20, -20)]
    assert min(np.abs(ours - other).mean() for other in theirs) < 1.5


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3])
def test_the_square_covers_its_share(faces: ByteArray, share: float, rng: np.random.Generator) -> None:
    faces = np.repeat(faces // 2, 20, 0)  # nothing is mid-grey
    covered = robustness.occlusion(faces, share, rng) == 128
    assert covered.mean() == pytest.approx(share, rel=0.06)
    for face in covered:
        rows, columns = np.flatnonzero(face.any(1)), np.flatnonzero(face.any(0))
        assert len(rows) == len(columns)
        assert face[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()
    assert len({face.tobytes() for face in covered}) > 50  # not always in one place


def test_the_bar_covers_the_lower_face(faces: ByteArray, rng: np.random.Generator) -> None:
    covered = robustness.lower_bar(faces, 0.25, rng)
    assert (covered[:, 36:] == 128).all()
    assert (covered[:, :36] == faces[:, :36]).all()


def test_low_resolution_averages_blocks(faces: ByteArray, rng: np.random.Generator) -> None:
    # 48 to 12 by areas makes blocks of 4 x 4 their mean, and going back keeps what is constant over neighbours.
    blocks = np.zeros((1, 48, 48), np.uint8)
    blocks[:, :, 24:] = 200
    blocks[:, ::2, :24] = 100  # stripes, too fine to stay
    small = robustness.low_resolution(blocks, 12, rng)[0]
    assert (small[:, :20] == 50).all()
    assert (small[:, 28:] == 200).all()


def test_jpeg_keeps_what_is_flat_and_loses_what_is_fine(faces: ByteArray, rng: np.random.Generator) -> None:
    flat = np.full((1, 48, 48), 77, np.uint8)
    assert np.abs(robustness.jpeg(flat, 50, rng).astype(int) - 77).max() <= 2
    mild, severe = (np.abs(robustness.jpeg(faces, q, rng).astype(int) - faces).mean() for q in (95, 5))
    assert mild < 10 < 30 < severe


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("mien")


def test_the_table_starts_with_the_faces_as_they_are(model: Model, faces: ByteArray) -> None:
    data = FaceData(faces, np.array([0, 1, 2, 3, 3]), EKMAN7)
    table = robustness_table(model, data, EKMAN7)
    assert table[0].corruption == "none"
    assert table[0].accuracy == evaluate(model, data, EKMAN7).figures["accuracy"]
    assert [(row.corruption, row.severity) for row in table[1:]] == [
        (corruption.name, severity) for corruption in CORRUPTIONS for severity in corruption.severities
    ]
    assert table == robustness_table(model, data, EKMAN7)
    written = {(row.corruption, row.severity): row.written for row in table}
    assert written["square occlusion", 0.05] == "5% of area"
    assert written["blur", 0.5] == "sigma 0.5 px"


def test_ruined_faces_are_read_worse(model: Model, fer2013) -> None:
    from mien.datasets import read_data

    data = read_data(f"fer2013:{fer2013}", "public").subset(np.arange(150))
    by_name = {corruption.name: corruption for corruption in CORRUPTIONS}
    whole = evaluate(model, data, EKMAN7).figures["accuracy"]
    for name in ("blur", "lower face covered"):
        corruption = by_name[name]
        worse = corruption.apply(data.images, corruption.severities[-1], np.random.default_rng(0))
        spoilt = FaceData(worse, data.labels, data.label_set)
        assert evaluate(model, spoilt, EKMAN7).figures["accuracy"] < whole - 0.1
