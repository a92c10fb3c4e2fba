"""Draw people whom the shipped generator has not learnt from, as they really look and as it turns them.

    python tools/turned_sheet.py VIEWS sheet.jpg

VIEWS is the folder of 100 people (`mien views render`, seed 0). In pairs of rows: the real views; and the picture that
was shown, turned to each of them, with its own pixels where it has them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from mien.turning import SHIPPED
from mien.views.expressions import EXPRESSIONS
from mien.views.generator.finished import ExportedGenerator
from mien.views.generator.pairs import read_recordings

SIDE = 102  # pixels that a rendered picture has without its rim
SHOWN = {("p00091", "happy"): 0, ("p00096", "scream"): 0, ("p00099", "surprise"): 45, ("p00093", "angry"): -30}
"""People, what they show, and the view, degrees, in which the generator sees them."""
YAWS = (-90, -60, -45, -30, 0, 30, 45, 60, 90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("views", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    generator = ExportedGenerator(SHIPPED, SIDE)
    recordings = read_recordings(options.views, SIDE, generator.rim)
    numbers = np.array([generator.views.index(yaw) for yaw in YAWS])
    rows = []
    for (person, expression), yaw in SHOWN.items():
        (row,) = np.flatnonzero(
            (recordings.subjects == person)
            & (recordings.expressions == [one.name for one in EXPRESSIONS].index(expression))
        )
        views = recordings.images[row]
        shown = views[generator.views.index(yaw)]
        turned = generator.turn(np.repeat(shown[None], len(YAWS), 0), numbers)
        rows += [np.hstack([np.full_like(shown, 255), *views[numbers]]), np.hstack([shown, *turned])]
    cv2.imwrite(str(options.out), np.vstack(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
