"""A generator at work, and cards and files that it cannot work with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from mien.errors import InputError, ModelError
from mien.models.paths import WEIGHTS
from mien.turning import Turner, read_generator, write_generator
from mien.turning.turner import BATCH
from moving_squares import SIZE, VIEWS, picture


@pytest.fixture(scope="module")
def turner(generator: Path) -> Turner:
    return Turner(generator)


@pytest.fixture
def card(generator: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(generator.parent, tmp_path / "copy")) / generator.name


def change(card: Path, **values: object) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **values}))


@pytest.mark.parametrize("person", [0, 1, 2])
@pytest.mark.parametrize("shown", range(3))
def test_squares_are_moved(turner: Turner, person: int, shown: int) -> None:
    for wanted, yaw in enumerate(VIEWS):
        (turned,) = turner.turn(picture(person, 0, shown)[None], yaw)
        assert (turned.dtype, turned.shape) == (np.uint8, (SIZE, SIZE, 3))
        distances = [np.abs(turned - picture(person, 0, view).astype(float)).mean() for view in range(3)]
        assert distances[wanted] < 0.4 * min(distances[:wanted] + distances[wanted + 1 :])


@pytest.mark.parametrize(("yaw", "code"), [(-45, (1, 0, 0)), (-15, (1 / 3, 2 / 3, 0)), (9, (0, 0.8, 0.2))])
def test_angles_between_the_views_mix_their_codes(
    generator: Path, turner: Turner, yaw: float, code: tuple[float, ...]
) -> None:
    """Both files by hand."""
    encoder, decoder = (
        ort.InferenceSession(generator.with_name(f"toy-{part}.onnx")) for part in ("encoder", "decoder")
    )
    shown = picture(1, 1, 0)
    (z,) = encoder.run(["z"], {"pictures": (shown.transpose(2, 0, 1)[None] / 127.5 - 1).astype(np.float32)})
    (made,) = decoder.run(None, {"views": np.array([code], np.float32), "z": z})
    expected = (made[0].transpose(1, 2, 0) + 1) * 127.5
    assert np.abs(turner.turn(shown[None], yaw)[0] - expected).max() <= 0.51


def test_many_faces_are_those_alone(turner: Turner) -> None:
    faces = np.array([picture(n % 4, n % 2, n % 3) for n in range(BATCH + 3)])
    turned = turner.turn(faces, 20)
    assert turned.shape == faces.shape
    for n in (0, 1, BATCH, BATCH + 2):
        assert np.abs(turned[n].astype(int) - turner.turn(faces[n : n + 1], 20)[0]).max() <= 1
    assert turner.turn(faces[:0], 20).shape == (0, SIZE, SIZE, 3)


@pytest.mark.parametrize("yaw", [-45.5, 46, 90, float("nan")])
def test_angles_it_has_not_learnt(turner: Turner, yaw: float) -> None:
    with pytest.raises(InputError, match="'toy' shows faces at -45 to 45 degrees, not"):
        turner.turn(picture(0, 0, 0)[None], yaw)


@pytest.mark.parametrize(
    "crops", [np.zeros((1, 8, 8, 3), np.uint8), np.zeros((SIZE, SIZE, 3), np.uint8), np.zeros((1, SIZE, SIZE, 3))]
)
def test_other_arrays(turner: Turner, crops: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"uint8 faces of shape \(n, s, s, 3\), s from 16 on, not"):
        turner.turn(crops, 0)


def test_what_is_written_is_read_again(card: Path) -> None:
    read = read_generator(card)
    write_generator(read, card)
    assert read_generator(card) == read


@pytest.mark.parametrize("field", ["name", "encoder", "side", "views", "framing", "training"])
def test_each_lacking_field_is_named(card: Path, field: str) -> None:
    values = json.loads(card.read_text())
    del values[field]
    card.write_text(json.dumps(values))
    with pytest.raises(ModelError, match=rf"toy\.json: the model card is damaged \(it lacks '{field}'\)"):
        Turner(card)


@pytest.mark.parametrize(
    "values",
    [
        {"side": 0},
        {"side": "16"},
        {"views": [0]},
        {"views": [45, 0, -45]},
        {"views": [15, 30, 45]},
        {"views": "front"},
        {"encoder": "toy-encoder.onnx"},
        {"decoder": {"file": "toy-decoder.onnx"}},
        {"framing": {"side": 0, "across": 0, "down": 0, "lean": 0, "frontal": [[0.5, 0.5]] * 5}},
        {"framing": {"side": 1, "across": 0, "down": 0, "lean": 0, "frontal": [[0.5, 0.5]] * 4}},
        {"framing": {"side": 1, "across": 0, "down": 0, "lean": 0, "frontal": [0.5] * 5}},
        {"framing": 7},
    ],
    ids=str,
)
def test_impossible_values(card: Path, values: dict[str, object]) -> None:
    change(card, **values)
    with pytest.raises(ModelError, match=r"toy\.json: the model card is damaged"):
        Turner(card)


def test_cards_that_are_none(card: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nothing\.json: no such model card"):
        Turner(tmp_path / "nothing.json")
    with pytest.raises(ModelError, match=r"a folder; name the model card in it, a \.json file"):
        Turner(tmp_path)
    with pytest.raises(ModelError, match=r"mien\.json: the model card is damaged \(it lacks 'encoder'\)"):
        Turner(WEIGHTS / "mien.json")
    card.write_text(card.read_text()[:80])
    with pytest.raises(ModelError, match=r"toy\.json: the model card is damaged"):
        Turner(card)


def test_missing_and_other_files(card: Path) -> None:
    decoder = card.with_name("toy-decoder.onnx")
    decoder.write_bytes(decoder.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"toy-decoder\.onnx: .*its sha256 differs"):
        Turner(card)
    decoder.unlink()
    with pytest.raises(ModelError, match=r"toy-decoder\.onnx: no such file, though toy\.json names it"):
        Turner(card)


@pytest.mark.parametrize("swap", [{"views": [-30, 0]}, {"side": 32}])
def test_networks_of_another_shape_than_the_card_says(card: Path, swap: dict[str, object]) -> None:
    change(card, **swap)
    with pytest.raises(ModelError, match=r"toy-encoder\.onnx: does not take and give what toy\.json says"):
        Turner(card)


def test_networks_in_each_others_place(card: Path) -> None:
    values = json.loads(card.read_text())
    change(card, encoder=values["decoder"], decoder=values["encoder"])
    with pytest.raises(ModelError, match=r"toy-decoder\.onnx: does not take and give"):
        Turner(card)
