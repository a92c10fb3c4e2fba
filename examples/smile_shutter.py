"""A smile shutter: keeps the frame when everybody smiles.

::

    python examples/smile_shutter.py camera:0 --people 3 --out photos

Of each stretch in which everybody smiles it keeps one frame, that in which the least smile is the brightest.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

import mien


def save(best: mien.WatchedFrame, folder: Path) -> None:
    """Write the frame and say so."""
    path = folder / f"smile-{best.time:09.2f}.png"
    Image.fromarray(best.image).save(path)
    print(path, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Keeps the frame when everybody smiles.")
    parser.add_argument("source", help="a video, a folder of pictures, or camera:0")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the photos")
    parser.add_argument("--people", type=int, default=1, help="at least so many faces must be there")
    parser.add_argument("--at-least", type=float, default=0.7, help="probability from which on it is a smile")
    parser.add_argument("--longest", type=float, default=5, help="seconds after which a lasting smile is kept")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    best, least_of_best, since = None, 0.0, 0.0
    for frame in mien.watch(options.source, analyzer=mien.Analyzer(label_set="smile2"), smooth=0.2):
        enough = len(frame.faces) >= max(options.people, 1)
        least = min(face.probability("smiling") for face in frame.faces) if enough else 0.0
        if best and (least < options.at_least or frame.time - since > options.longest):
            save(best, options.out)
            best = None
        if least >= options.at_least:
            if best is None:
                since = frame.time
            if best is None or least > least_of_best:
                best, least_of_best = frame, least
    if best:
        save(best, options.out)


if __name__ == "__main__":
    try:
        main()
    except (mien.MienError, OSError) as error:
        sys.exit(f"error: {error}")
