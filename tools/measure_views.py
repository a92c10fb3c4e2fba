"""Hold rendered views against a classifier and the detector, and draw a sample sheet; for docs/views.md.

    python tools/measure_views.py DIR [DIR ...] [--model mien] [--frontalise DEGREES] [--generator CARD]
    python tools/measure_views.py DIR [DIR ...] --sheet sheet.png

Each DIR is a folder of `mien views render`; for a sheet, of the same seed. Where no face is found, a picture counts as
wrong. With --frontalise, faces whose yaw is beyond so many degrees are read from the front that is made of them, too.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from mien import Analyzer
from mien.datasets import READERS, Sample
from mien.labels import EKMAN7
from mien.turning import SHIPPED, frontal

SHEET_VIEWS = (-90, -60, -45, -30, 0, 30, 45, 60, 90)


def measure(samples: list[Sample], model: str, turn_beyond: float | None, generator: Path) -> None:
    if turn_beyond is not None:
        frontal.TURNED = turn_beyond
    analyzer = Analyzer(model, label_set="ekman7", frontalise=turn_beyond is not None and generator)
    confusions: dict[int, np.ndarray] = defaultdict(lambda: np.zeros((7, 8), int))
    off: dict[int, list[np.ndarray]] = defaultdict(list)
    for sample in samples:
        image = sample.image()
        # Room around the head, and twice the size: a detector is made for photos, not for crops.
        room = image.shape[0] // 2
        larger = cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        faces = analyzer.analyze(cv2.copyMakeBorder(larger, room, room, room, room, cv2.BORDER_REPLICATE))
        assert sample.label is not None
        assert sample.pose is not None
        view = int(sample.details["view"])
        read = 7
        if len(faces):
            largest = int(np.ptp(faces.boxes.reshape(-1, 2, 2), axis=1).prod(1).argmax())
            read = int(faces.probabilities[largest].argmax())
            pose = faces.poses[largest]
            off[view].append(np.abs(pose - sample.pose))
        confusions[view][sample.label, read] += 1
    for view, confusion in sorted(confusions.items()):
        right, total = int(confusion[:, :7].trace()), int(confusion.sum())
        errors = np.mean(off[view], 0).round(1) if off[view] else "-"
        found = total - int(confusion[:, 7].sum())
        print(f"{view:+4d} degrees: {found} of {total} found, {right} as intended, pose off by {errors}")
    for least in (0, 60):
        if not (far := [confusion for view, confusion in confusions.items() if abs(view) >= least]):
            continue
        counted = np.sum(far, 0)
        print(f"as intended, from {least} degrees on: {counted[:, :7].trace() / counted.sum():.1%}")
    if 0 not in confusions:
        return
    print("frontal; rows intended, columns read:", *EKMAN7.labels, "(no face)")
    for label, row in zip(EKMAN7.labels, confusions[0], strict=True):
        print(f"{label:>9}", row)


def draw_sheet(folders: list[Path], path: Path) -> None:
    """Above, people with every expression from the front; below, one recording of each from all sides."""
    rows: dict[str, list[np.ndarray]] = defaultdict(list)
    turned = {f"p{i:05d}": e for i, e in enumerate(("happy", "surprise", "disgust", "sad"))}
    seen = set()
    for name, folder in product(("views", "views-multipie6"), folders):
        for sample in READERS[name].rows(folder):
            assert isinstance(sample, Sample)
            who, what, view = str(sample.subject), str(sample.details["expression"]), int(sample.details["view"])
            if who not in turned or sample.name in seen:
                continue
            seen.add(sample.name)
            if view == 0:
                rows[f"a{who}"].append(sample.image())
            if turned[who] == what and view in SHEET_VIEWS:
                rows[f"b{who}"].append(sample.image())
    rows = {key: row for key, row in rows.items() if len(row) == len(SHEET_VIEWS)}
    sheet = np.vstack([np.hstack(row) for _, row in sorted(rows.items())])
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--model", default="mien")
    parser.add_argument("--frontalise", metavar="DEGREES", type=float)
    parser.add_argument("--generator", metavar="CARD", type=Path, default=SHIPPED)
    parser.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    if arguments.sheet:
        draw_sheet(arguments.folders, arguments.sheet)
        return
    rows = (row for folder in arguments.folders for row in READERS["views"].rows(folder))
    samples = [row for row in rows if isinstance(row, Sample)]
    measure(samples, arguments.model, arguments.frontalise, arguments.generator)


if __name__ == "__main__":
    main()
