from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
import pytest

from mien.errors import InputError
from mien.labels import EKMAN7, FERPLUS8, FIVE
from mien.models import Model, list_models, load_model
from mien.models.registry import WEIGHTS


@pytest.fixture(scope="module", params=[card.name for card in list_models()])
def model(request: pytest.FixtureRequest) -> Model:
    return load_model(request.param)


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 48, 48), np.uint8)


@pytest.mark.parametrize("name", [card.name for card in list_models() if card.file])
def test_logits_are_what_the_file_says_of_the_normalised_centre(name: str, faces: np.ndarray) -> None:
    model = load_model(name)
    card = model.card
    session = ort.InferenceSession(str(WEIGHTS / card.file), providers=["CPUExecutionProvider"])
    centre = (faces[:, None, 2:46, 2:46].astype(np.float64) / 255 - card.input.mean) / card.input.std
    shown = model.network_input(faces)
    np.testing.assert_allclose(shown, centre, rtol=1e-5, atol=1e-5)
    # Of the very same numbers: a last bit tips an integer of the 8-bit twins to the next.
    (expected,) = session.run(["ferplus8"], {"faces": shown})
    np.testing.assert_allclose(model.logits(faces, "ferplus8"), expected, atol=1e-3)


def test_probabilities_are_calibrated(model: Model, faces: np.ndarray) -> None:
    head = model.card.head_for(EKMAN7)
    powers = np.exp(model.logits(faces, "ekman7").astype(np.float64) * head.scale + head.bias)
    np.testing.assert_allclose(model.probabilities(faces, EKMAN7), powers / powers.sum(1, keepdims=True), atol=1e-5)


def test_ten_crops_do_not_care_for_the_mirror(model: Model, faces: np.ndarray) -> None:
    a, b = (model.logits(f, "ekman7", crops=10) for f in (faces, faces[:, :, ::-1].copy()))
    np.testing.assert_allclose(a, b, atol=1e-3)
    assert not np.allclose(model.logits(faces, "ekman7"), a, atol=1e-3)


def test_a_face_reads_the_same_in_any_company(model: Model) -> None:
    many = np.random.default_rng(1).integers(0, 256, (300, 48, 48), np.uint8)
    together = model.probabilities(many, EKMAN7)
    alone = np.concatenate([model.probabilities(many[i : i + 1], EKMAN7) for i in (0, 127, 128, 299)])
    np.testing.assert_allclose(together[[0, 127, 128, 299]], alone, atol=1e-5)


@pytest.mark.parametrize("label_set", [EKMAN7, FERPLUS8, FIVE], ids=lambda s: s.name)
def test_no_faces(model: Model, label_set) -> None:
    none = np.zeros((0, 48, 48), np.uint8)
    assert model.probabilities(none, label_set).shape == (0, len(label_set))


def test_shared_between_threads(model: Model, faces: np.ndarray) -> None:
    expected = model.probabilities(faces, EKMAN7)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: model.probabilities(faces, EKMAN7), range(16)):
            np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 44, 44), np.uint8), np.zeros((48, 48), np.uint8), np.zeros((1, 48, 48), np.float32)]
)
def test_wrong_faces_are_refused(model: Model, wrong: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"faces must be uint8 of shape \(n, 48, 48\)"):
        model.probabilities(wrong, EKMAN7)


def test_wrong_crops_are_refused(model: Model, faces: np.ndarray) -> None:
    with pytest.raises(InputError, match="must be 1 or 2 or 5 or 10, not 3"):
        model.probabilities(faces, EKMAN7, crops=3)
