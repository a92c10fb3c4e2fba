"""Fit how rendered views frame faces (`mien.turning.frame.RENDERED_VIEWS`) and say how well; for docs/views.md.

    python tools/measure_frames.py views.parquet [...]

Files are those of `mien views render`. Faces are found by the default detector in the pictures, enlarged twice, with
room around them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from mien import Analyzer
from mien.acquire import read_image
from mien.detect import Detections
from mien.turning.card import Framing
from mien.turning.frame import RENDERED_VIEWS, frame_transforms
from mien.views.dataset import read_rows

ROOM = 0.5  # on each side of the picture, in its sides
FITTED_WITHIN = 60  # degrees; beyond, landmarks are too often wrong


def look(analyzer: Analyzer, image: np.ndarray) -> Detections | None:
    """The largest face, the picture being the unit square."""
    size = 2 * image.shape[0]
    room = round(ROOM * size)
    larger = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC)
    faces = analyzer.analyze(cv2.copyMakeBorder(larger, room, room, room, room, cv2.BORDER_REPLICATE))
    if not len(faces):
        return None
    largest = int(np.ptp(faces.boxes.reshape(-1, 2, 2), axis=1).prod(1).argmax())
    face = faces[largest]
    box, landmarks = ((places - room) / size for places in (face.box, face.landmarks))
    return Detections(box[None], np.ones(1), landmarks[None])


def frames(found: list[Detections], framing: Framing) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the picture's middle is in the frames, in sides of them, how large it is, and how it is turned there."""
    transforms = np.array([frame_transforms(face, framing, 1)[0] for face in found])
    middles = transforms @ (0.5, 0.5, 1) - 0.5
    return middles, np.hypot(*transforms[:, 0, :2].T), np.degrees(np.arctan2(transforms[:, 1, 0], transforms[:, 0, 0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    analyzer = Analyzer()
    columns = ("view", "yaw", "roll", "image")
    rows = [row for file in parser.parse_args().files for row in read_rows(file, columns)]
    looked = [look(analyzer, read_image(row["image"])) for row in rows]
    asked = np.array([row["view"] for row in rows])
    seen = np.array([one is not None for one in looked])
    found = [one for one in looked if one is not None]
    views, rolls = asked[seen], np.array([row["roll"] for row in rows])[seen]
    # In a frame that is as high as the box and has its middle, the picture's middle and side are what is wanted.
    yaws = np.radians(np.array([row["yaw"] for row in rows])[seen])
    middles, sides, turns = frames(found, Framing(1, 0, 0, 0, RENDERED_VIEWS.frontal))
    used = (np.abs(views) <= FITTED_WITHIN) & (turns != 0)
    far, sines = np.sign(yaws) * (1 - np.cos(yaws)), np.sin(yaws)
    frontal = np.median([face.landmarks[0] for face, view in zip(found, views, strict=True) if view == 0], 0)
    mirrored = (frontal * (-1, 1) + (1, 0))[[1, 0, 2, 4, 3]]
    fitted = Framing(
        side=round(float(np.median(sides[used])), 3),
        across=round(slope(far[turns != 0], middles[turns != 0, 0]), 3),
        down=round(float(np.median(middles[used, 1])), 3),
        lean=round(slope(sines[used], (turns + rolls)[used]), 1),
        frontal=tuple(map(tuple, ((frontal + mirrored) / 2).round(3).tolist())),
    )
    print(fitted)

    middles, sides, turns = frames(found, fitted)
    print("view  found   off across        down              larger by         tilted by     not believed")
    for view in np.unique(asked):
        of = views == view
        off, scale, roll = middles[of], sides[of] - 1, (turns + rolls)[of]
        print(
            f"{view:+4d}  {seen[asked == view].mean():5.0%}"
            f"  {off[:, 0].mean():+.3f} +- {off[:, 0].std():.3f}  {off[:, 1].mean():+.3f} +- {off[:, 1].std():.3f}"
            f"  {scale.mean():+.3f} +- {scale.std():.3f}  {roll.mean():+5.1f} +- {roll.std():4.1f}"
            f"  {np.mean(turns[of] == 0):.0%}"
        )


def slope(x: np.ndarray, y: np.ndarray) -> float:
    """Of the line through the origin."""
    return float((x * y).sum() / (x**2).sum())


if __name__ == "__main__":
    main()
