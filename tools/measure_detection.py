"""Measure the default face detector on a folder of portraits; prints the tables of docs/detection.md.

    python tools/measure_detection.py FOLDER

Each photo should show one face. There are no human marks: the true box is the largest that one plain pass of the
network finds, the true landmarks of the unturned face are the mean over passes at several sizes and mirrored.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import skimage.data

from mien.acquire import read_image
from mien.align import warp
from mien.detect import Detections
from mien.detect.yunet import YuNet, resized

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.floating[Any]]

BACKGROUND: Image = np.asarray(skimage.data.coffee())  # type: ignore[no-untyped-call]
NO_FACE = ("brick", "cat", "coffee", "coins", "grass", "gravel", "moon", "page", "retina", "rocket", "text")


@dataclass(frozen=True)
class Portrait:
    """A photo, the box of its face, shape (4,), and the landmarks if the face is large enough to know them."""

    image: Image
    box: Points
    landmarks: Points | None

    @property
    def size(self) -> float:
        return float(np.sqrt(np.prod(self.box[2:] - self.box[:2])))

    @property
    def centre(self) -> Points:
        return (self.box[:2] + self.box[2:]) / 2


def hits(found: Detections, box: Points) -> npt.NDArray[np.bool_]:
    """Which detections are this face: centre within 0.35 of its size, size within a factor of two."""
    size = np.sqrt(np.prod(box[2:] - box[:2]))
    sizes = np.sqrt(np.prod(found.boxes[:, 2:] - found.boxes[:, :2], axis=1))
    away = np.linalg.norm((found.boxes[:, :2] + found.boxes[:, 2:] - box[:2] - box[2:]) / 2, axis=1)
    return np.asarray((away < 0.35 * size) & (sizes > size / 2) & (sizes < size * 2))


def read_portraits(folder: Path, detector: YuNet) -> Iterator[Portrait]:
    for path in sorted(folder.glob("*.jpg")):
        image = read_image(path)
        found = detector._run(image, 0.3)
        if not len(found):
            print(f"left out, no face found by any means: {path.name}")
            continue
        box = found.boxes[np.prod(found.boxes[:, 2:] - found.boxes[:, :2], axis=1).argmax()]
        yield Portrait(image, box, mean_landmarks(detector, image, box))


def mean_landmarks(detector: YuNet, image: Image, box: Points) -> Points | None:
    size = np.sqrt(np.prod(box[2:] - box[:2]))
    if size < 200:
        return None
    estimates = []
    for wanted in (160, 180, 200, 240, 280):
        small = resized(image, round(max(image.shape[:2]) * wanted / size))
        zoom = np.divide(image.shape[1::-1], small.shape[1::-1])
        for mirrored in (False, True):
            found = detector._run(np.ascontiguousarray(small[:, ::-1]) if mirrored else small, 0.3)
            if len(found):
                points = found.landmarks[0]
                if mirrored:
                    points = (points * (-1, 1) + (small.shape[1], 0))[[1, 0, 2, 4, 3]]
                estimates.append(points * zoom)
    return np.mean(estimates, axis=0) if estimates else None


def mosaics(portraits: list[Portrait], size: float, width: int, height: int) -> Iterator[tuple[Image, list[Points]]]:
    """Pictures full of portraits whose faces have `size` pixels, on a photo of a cup, and the faces' boxes."""
    rng = np.random.default_rng(0)
    background = np.asarray(cv2.resize(BACKGROUND, (width, height)), np.uint8)
    picture, boxes, x, y, row = background.copy(), list[Points](), 0, 0, 0
    for portrait in portraits:
        photo = resized(portrait.image, round(max(portrait.image.shape[:2]) * size / portrait.size))
        h, w = photo.shape[:2]
        if h > height or w > width:
            continue
        if x + w > width:
            x, y, row = 0, y + row, 0
        if y + h > height:
            yield picture, boxes
            picture, boxes, x, y, row = background.copy(), [], 0, 0, 0
        picture[y : y + h, x : x + w] = photo
        boxes.append(portrait.box * size / portrait.size + (x, y, x, y))
        x, row = x + w + int(rng.integers(1, 32)), max(row, h + int(rng.integers(1, 32)))
    yield picture, boxes


def close_up(portrait: Portrait, size: float, width: int, height: int) -> tuple[Image, Points]:
    """The face at the middle of a picture, enlarged to `size` pixels, and its box."""
    scale = size / portrait.size
    shift = np.array([width / 2, height / 2]) - scale * portrait.centre
    matrix = np.array([(scale, 0, shift[0]), (0, scale, shift[1])])
    image = cv2.warpAffine(portrait.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(image, np.uint8), portrait.box * scale + np.tile(shift, 2)


def count(detector: YuNet, pictures: Iterable[tuple[Image, list[Points]]]) -> str:
    """Recall, extra boxes a picture, pictures, and CPU time a picture, as cells of a table."""
    faces = found = extra = n = 0
    seconds = 0.0
    for image, boxes in pictures:
        start = time.process_time()
        detections = detector.detect(image)
        seconds += time.process_time() - start
        of_a_face = np.zeros(len(detections), bool)
        for box in boxes:
            hit = hits(detections, box)
            found += bool(hit.any())
            of_a_face |= hit
        faces += len(boxes)
        extra += int((~of_a_face).sum())
        n += 1
    return f"{100 * found / max(faces, 1):.1f} | {extra / n:.2f} | {n} | {seconds / n * 1000:.0f}"


def landmark_errors(detector: YuNet, portraits: list[Portrait], size: int, angle: float) -> str:
    """Mean distance over interocular distance before and after the second look, as cells of a table."""
    side = 640 if size > 160 else 4 * size
    before, after = list[float](), list[float]()
    faces = [portrait for portrait in portraits if portrait.landmarks is not None]
    for i, portrait in enumerate(faces):
        assert portrait.landmarks is not None
        turn = np.radians(angle if i % 2 else -angle)
        scale = size / portrait.size
        linear = scale * np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
        shift = side / 2 - linear @ portrait.centre
        picture = warp(portrait.image, np.column_stack([linear, shift]), side)
        truth = portrait.landmarks @ linear.T + shift
        middle = np.full(2, side / 2)
        box = np.concatenate([middle - size / 2, middle + size / 2])
        # The search alone, then with the second look: what `detect` does, step by step.
        for found, errors in ((detector._search(picture)[0], before), (detector.detect(picture), after)):
            hit = hits(found, box) & (found.scores >= 0.6)
            if hit.any():
                distance = np.linalg.norm(found.landmarks[hit.argmax()] - truth, axis=1).mean()
                errors.append(float(distance / np.linalg.norm(truth[1] - truth[0])))

    def cells(errors: list[float]) -> str:
        if len(errors) < 5:
            return f"{100 * len(errors) / len(faces):.0f} | |"
        return f"{100 * len(errors) / len(faces):.0f} | {np.median(errors):.3f} [{np.percentile(errors, 95):.3f}]"

    return f"{cells(before)} | {cells(after)}"


def milliseconds(detector: YuNet, image: Image, repeats: int = 20) -> float:
    """Least CPU time of one picture."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        detector.detect(image)
        times.append(time.process_time() - start)
    return 1000 * min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the default face detector on a folder of portraits.")
    parser.add_argument("folder", type=Path)
    cv2.setNumThreads(1)
    detector = YuNet()
    portraits = list(read_portraits(parser.parse_args().folder, detector))

    print("| pictures | found % | extra a picture | pictures | ms |\n|---|---|---|---|---|")
    print(f"| portraits as they are | {count(detector, ((p.image, [p.box]) for p in portraits))} |")
    for side in (128, 64, 48, 32):
        small = [
            (resized(p.image, side), [p.box * side / max(p.image.shape[:2])])
            for p in portraits
            if max(p.image.shape[:2]) >= side
        ]
        print(f"| portraits, long side {side} | {count(detector, small)} |")
    for width, height in ((640, 480), (1920, 1080)):
        for size in (16, 20, 24, 28, 32, 48, 96):
            row = count(detector, mosaics(portraits, size, width, height))
            print(f"| faces of {size} px in {width} x {height} | {row} |", flush=True)
    for width, height, size in ((640, 480, 400), (1400, 1400, 1300), (4000, 3000, 2000), (4000, 4000, 3900)):
        row = count(
            detector, ((image, [box]) for image, box in (close_up(p, size, width, height) for p in portraits[::4]))
        )
        print(f"| one face of {size} px in {width} x {height} | {row} |", flush=True)
    scenes = [np.asarray(getattr(skimage.data, name)())[..., :3] for name in NO_FACE]
    scenes = [scene if scene.ndim == 3 else np.dstack([scene] * 3) for scene in scenes]
    print(f"| no face | {count(detector, ((scene, list[Points]()) for scene in scenes))} |")

    print("\n| face, px | turned by | found % | error before | found % | error after |\n|---|---|---|---|---|---|")
    for size in (48, 96, 250):
        for angle in (0, 10, 20, 30):
            print(f"| {size} | {angle} | {landmark_errors(detector, portraits, size, angle)} |", flush=True)

    print("\n| picture | ms |\n|---|---|")
    for width, height, size in (
        (640, 480, 100),
        (640, 480, 250),
        (1280, 720, 200),
        (1920, 1080, 200),
        (4000, 3000, 400),
    ):
        image = np.asarray(cv2.resize(BACKGROUND, (width, height)), np.uint8)
        first = next(mosaics(portraits[:1], size, width, height))[0]
        print(f"| {width} x {height}, no face | {milliseconds(detector, image):.1f} |")
        print(f"| {width} x {height}, one face of {size} px | {milliseconds(detector, first):.1f} |", flush=True)


if __name__ == "__main__":
    main()
