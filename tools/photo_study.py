"""How well a model reads whole photos, by the margin of the face's frame.

    python tools/photo_study.py PHOTOS [--model NAME] [--margins 0.8 0.9 1.0 ...]

PHOTOS holds ``labels.csv`` (columns image, emotion) and the pictures. Of each photo the largest face counts. Prints
one line a margin, then the confusion matrix at the margin that the model's card states.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from mien.acquire import read_image
from mien.align import align_faces
from mien.detect import get_detector
from mien.evaluation.metrics import score
from mien.labels import EKMAN7
from mien.models import load_model

NAMES = {"anger": "angry", "happiness": "happy", "sadness": "sad"}
"""The photos' names that differ from ekman7's."""


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--model", default="mien")
    parser.add_argument("--margins", type=float, nargs="+", default=[0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5])
    arguments = parser.parse_args()

    detector = get_detector("yunet")
    model = load_model(arguments.model)
    with (arguments.photos / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    faces, truth = [], []
    for row in rows:
        image = read_image(arguments.photos / row["image"])
        found = detector.detect(image)
        if len(found):
            sides = found.boxes[:, 2:] - found.boxes[:, :2]
            faces.append((image, found.landmarks[[sides.prod(1).argmax()]]))
            truth.append(EKMAN7.index(NAMES.get(row["emotion"], row["emotion"])))
    print(f"a face found in {len(faces)} of {len(rows)} photos ({len(faces) / len(rows):.1%})")

    own = model.card.input.margin
    print("margin  accuracy  balanced  balanced, ten crops")
    for margin in sorted({*arguments.margins, own}):
        crops = np.concatenate([align_faces(*face, model.card.input.frame, margin) for face in faces])
        single, ten = (score(model.probabilities(crops, EKMAN7, n), np.array(truth), EKMAN7) for n in (1, 10))
        print(
            f"{margin:6.2f}  {single['accuracy']:8.3f}  {single['balanced_accuracy']:8.3f}"
            f"  {ten['balanced_accuracy']:8.3f}" + ("  <- the card's" if margin == own else "")
        )
        if margin == own:
            confusion = single["confusion"]
    print("\ntruth \\ read " + " ".join(f"{label:>8}" for label in EKMAN7.labels))
    for label, counts in zip(EKMAN7.labels, confusion, strict=True):
        print(f"{label:>12} " + " ".join(f"{count:8d}" for count in counts))


if __name__ == "__main__":
    main()
