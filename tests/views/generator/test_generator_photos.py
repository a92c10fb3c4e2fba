"""Photos of real people: how they are cut, and what is learnt from them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.align import align_faces  # noqa: E402
from mien.detect import get_detector  # noqa: E402
from mien.errors import DatasetError  # noqa: E402
from mien.turning import RENDERED_VIEWS, Turns  # noqa: E402
from mien.views.generator.paths import UNKNOWN  # noqa: E402
from mien.views.generator.photos import PhotoMaterial, Photos, cut_photos  # noqa: E402

YAWS, SIDE = (-45, 0, 45), 8


@pytest.fixture(scope="module")
def crop(astronaut: np.ndarray) -> np.ndarray:
    """The astronaut's face as a data set has it, grey of 48 pixels a side."""
    return align_faces(astronaut, get_detector("yunet").detect(astronaut).landmarks, 48, 0.95)[0]


def test_a_face_is_framed_and_its_view_is_told(crop: np.ndarray) -> None:
    """What shows no face is left out. In the frame, eyes, nose and mouth are about where the framing has them."""
    framing = RENDERED_VIEWS.without_rim(0.2)
    photos = cut_photos(np.stack([np.full((48, 48), 128, np.uint8), crop]), framing, 64, YAWS)
    assert (len(photos), photos.images.shape) == (1, (1, 64, 64))
    assert photos.views.tolist() == [1]
    larger = cv2.cvtColor(cv2.resize(photos.images[0], (256, 256)), cv2.COLOR_GRAY2RGB)
    room = 128
    found = get_detector("yunet").detect(cv2.copyMakeBorder(larger, *[room] * 4, cv2.BORDER_REPLICATE))
    np.testing.assert_allclose((found.landmarks[0] - room) / 256, framing.frontal, atol=0.08)


def test_no_faces_at_all() -> None:
    with pytest.raises(DatasetError, match="in none of 3 photos a face was found"):
        cut_photos(np.zeros((3, 48, 48), np.uint8), RENDERED_VIEWS, 64, YAWS)


@pytest.fixture
def material() -> PhotoMaterial:
    """A bright column at the left of view 0; turned, all lies two pixels further right, and the upper half is seen."""
    image = np.zeros((1, SIDE, SIDE), np.uint8)
    image[..., 2] = 128
    places = np.stack(np.meshgrid(*[(np.arange(SIDE) + 0.5) / SIDE * 2 - 1] * 2), -1) - (2 * 2 / SIDE, 0)
    seen = np.zeros((3, 3, SIDE, SIDE), np.float32)
    seen[:, :, : SIDE // 2] = 1
    turns = Turns(np.broadcast_to(places, (3, 3, SIDE, SIDE, 2)).astype(np.float32), seen)
    weights = torch.arange(3.0)[:, None, None].expand(3, SIDE, SIDE)
    return PhotoMaterial.of(Photos(image, np.array([0])), turns, weights)


def test_photos_in_their_own_view_and_in_others(material: PhotoMaterial) -> None:
    pairs = material.draw_pairs(400, torch.Generator().manual_seed(0))
    mirrored = pairs.first_views == 2
    assert set(pairs.first_views.tolist()) == {0, 2}
    assert 140 < mirrored.sum() < 260
    assert set(pairs.second_views.tolist()) == {0, 1, 2}
    assert torch.equal(pairs.whole, pairs.first_views == pairs.second_views)
    assert (pairs.expressions == UNKNOWN).all()
    columns = pairs.first.mean((1, 2)).argmax(1)
    assert torch.equal(columns, torch.where(mirrored, SIDE - 3, 2))
    turned = ~pairs.whole
    assert torch.equal(pairs.second[pairs.whole], pairs.first[pairs.whole])
    assert torch.equal(pairs.second[turned].mean((1, 2)).argmax(1), columns[turned] + 2)
    assert torch.equal(pairs.weights[pairs.whole][:, 0, 0], pairs.first_views[pairs.whole].float())
    assert (pairs.weights[turned][:, : SIDE // 2] == 2).all()
    assert not pairs.weights[turned][:, SIDE // 2 :].any()


def test_photos_are_tinted_as_skin_is(material: PhotoMaterial) -> None:
    """128 of 255 to the power of 0.75 is 0.596, and to that of 1.3 it is 0.408; green stays."""
    pictures = material.draw_pairs(400, torch.Generator().manual_seed(1)).first
    red, green, blue = ((pictures.amax((2, 3)) + 1) / 2).T
    assert green.tolist() == pytest.approx([128 / 255] * 400, abs=1e-5)
    assert 0.5019 <= red.min() < 0.51
    assert 0.585 < red.max() <= 0.5964
    assert 0.4082 <= blue.min() < 0.415
    assert 0.495 < blue.max() <= 0.502
