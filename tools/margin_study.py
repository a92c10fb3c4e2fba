"""How well a model reads whole photos, by the margin of the face's frame.

    python tools/margin_study.py photos:FOLDER
    python tools/margin_study.py fer2013:FILE

FOLDER holds ``labels.csv`` (columns image, emotion) and the pictures. FILE is a copy of FER2013: each PublicTest
picture is then taken for a photo, its face found, laid upright and read, instead of being read as it is. The largest
face of a picture counts. Prints a line a margin and the confusion matrix at the margin that the model's card states.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.acquire import read_image
from mien.align import align_faces
from mien.datasets import read_data
from mien.detect import get_detector
from mien.evaluation.metrics import score
from mien.labels import EKMAN7
from mien.models import load_model

Labelled = Iterator[tuple[npt.NDArray[np.uint8], int]]

NAMES = {"anger": "angry", "happiness": "happy", "sadness": "sad"}
"""The photos' names that differ from ekman7's."""


def read_photos(folder: Path) -> Labelled:
    """Pictures and labels of a folder with a list."""
    with (folder / "labels.csv").open() as file:
        for row in csv.DictReader(file):
            yield read_image(folder / row["image"]), EKMAN7.index(NAMES.get(row["emotion"], row["emotion"]))


def read_public_test(path: str) -> Labelled:
    """FER2013's PublicTest as if its pictures were photos."""
    data = read_data(f"fer2013:{path}", "public")
    for image, label in zip(data.images, data.labels, strict=True):
        yield np.repeat(image[:, :, None], 3, 2), int(label)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pictures")
    parser.add_argument("--model", default="mien")
    margins = [0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3, 1.5]
    parser.add_argument("--margins", type=float, nargs="+", default=margins)
    arguments = parser.parse_args()

    detector = get_detector("yunet")
    model = load_model(arguments.model, threads=2)
    kind, _, path = arguments.pictures.partition(":")
    pictures = list(read_photos(Path(path)) if kind == "photos" else read_public_test(path))
    faces, labels = [], []
    for image, label in pictures:
        found = detector.detect(image)
        if len(found):
            sides = found.boxes[:, 2:] - found.boxes[:, :2]
            faces.append((image, found.landmarks[[sides.prod(1).argmax()]]))
            labels.append(label)
    truth = np.array(labels)
    print(f"a face found in {len(faces)} of {len(pictures)} pictures ({len(faces) / len(pictures):.1%})\n")

    own = model.card.input.margin
    print("| margin | accuracy | balanced | accuracy, ten crops | balanced, ten crops |\n|---|---|---|---|---|")
    for margin in sorted({*arguments.margins, own}):
        crops = np.concatenate([align_faces(*face, model.card.input.frame, margin) for face in faces])
        single, ten = (score(model.probabilities(crops, EKMAN7, n), truth, EKMAN7) for n in (1, 10))
        cells = [f"{f[name]:.3f}" for f in (single, ten) for name in ("accuracy", "balanced_accuracy")]
        print(f"| {margin:.2f}{' (card)' if margin == own else ''} | {' | '.join(cells)} |", flush=True)
        if margin == own:
            confusion = single["confusion"]
    print(f"\n| truth \\ read | {' | '.join(EKMAN7.labels)} |\n|---|{'---|' * len(EKMAN7)}")
    for label, counts in zip(EKMAN7.labels, confusion, strict=True):
        print(f"| {label} | {' | '.join(map(str, counts))} |")


if __name__ == "__main__":
    main()
