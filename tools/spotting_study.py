"""How well short movements are spotted, by how far the skin moves, and how often a moving head is taken for one.

    python tools/spotting_study.py --tune N KEEP PHOTO [PHOTO ...]

From each photo clips of 3.2 s at 100 frames a second are made: without a movement, with blinks, and with four movements
each of 1.5, 3 and 6 pixels of a face of 100 (mouth corners for 1/10 and 1/20 s, brows for 1/5 and 3/20 s). In all of
them the head moves (up to 30 pixels, 5 degrees, 4 %) and the camera is noisy (2 grey levels). Each frame goes through
the detector and alignment anew; the aligned faces are kept in the folder KEEP, so that a study can be taken up again.
Prints how noise floors do on the first N photos, to choose one, and the tables of the others with the floor that is
built in. Takes about 50 s of one core for each photo.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mien.acquire import read_image
from mien.align import align_faces
from mien.detect import get_detector
from mien.video.spotting import METHODS, SpottingScore, score_spotting
from mien.video.spotting.blocks import counted
from mien.video.spotting.peaks import find_movements
from mien.video.spotting.spot import LONGEST, NOISE, SHORTEST, TAU, contrast
from mien.video.spotting.steady import steady
from mien.video.spotting.synthetic import Twitch, movement_clip

TIMES = np.arange(0, 3.2, 0.01)
SIDE = 112
AMPLITUDES = ("1.5", "3", "6")
FLOORS = (3.5, 4.0, 4.5, 5.0, 6.0, 8.0)

MOVES = {
    amplitude: [
        Twitch(0.6, 1 / 10, float(amplitude), "mouth"),
        Twitch(1.3, 1 / 5, float(amplitude), "brows"),
        Twitch(2.1, 1 / 20, float(amplitude), "mouth"),
        Twitch(2.6, 3 / 20, float(amplitude), "brows"),
    ]
    for amplitude in AMPLITUDES
}
BLINKS = [Twitch(onset, 0.15, 5.0, "lids") for onset in (0.5, 1.4, 2.5)]
CLIPS = {**{amplitude: (moves, 0) for amplitude, moves in MOVES.items()}, "none": ([], 100), "blinks": (BLINKS, 200)}
"""What moves in each clip, and its seed for the first photo."""

Curve = npt.NDArray[np.float64]
Curves = dict[str, list[Curve]]
"""The contrast of each photo, by clip; ``"blinks, eyes"`` are the blinks with eyes counted."""


def film(photo: Path, moves: Sequence[Twitch], seed: int, kept: Path) -> npt.NDArray[np.uint8]:
    """The aligned, steady faces of a clip, made once."""
    if not kept.exists():
        detector = get_detector("yunet")
        image = read_image(photo)
        found = detector.detect(image)
        faces = []
        for frame in movement_clip(image, found.landmarks[0], TIMES, moves, seed=seed):
            # A frame in which no face is found is cut as the one before it.
            found = detector.detect(frame) or found
            faces.append(align_faces(frame, found.landmarks[:1], SIDE))
        np.savez(kept, faces=np.concatenate(faces))
    return steady(np.load(kept)["faces"])


def read_curves(photos: Sequence[Path], keep: Path) -> dict[str, Curves]:
    """What the picking of peaks begins with, by method."""
    curves: dict[str, Curves] = {name: {} for name in METHODS}
    for number, photo in enumerate(photos):
        for clip, (moves, seed) in CLIPS.items():
            faces = film(photo, moves, seed + number, keep / f"{photo.stem}-{clip}.npz")
            for name, method in METHODS.items():
                for eyes in (False, True) if clip == "blinks" else (False,):
                    curve = contrast(faces, TIMES, method, counted(SIDE, eyes=eyes), LONGEST, SHORTEST / 5)
                    curves[name].setdefault(f"{clip}, eyes" if eyes else clip, []).append(curve)
    return curves


def score(curves: Curves, clip: str, photos: slice, noise: float) -> SpottingScore:
    """Counts of the clips of some photos; a blink that is found is a false find."""
    truth = [twitch.interval for twitch in MOVES.get(clip, [])]
    settings = {"tau": TAU, "noise": noise, "shortest": SHORTEST, "longest": LONGEST}
    found = [find_movements(curve, TIMES, **settings) for curve in curves[clip][photos]]
    return sum((score_spotting(movements, truth) for movements in found), SpottingScore())


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("keep", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--tune", type=int, required=True, help="how many of the photos the noise floor is chosen on")
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    curves = read_curves(arguments.photos, arguments.keep)
    tune, rest = slice(arguments.tune), slice(arguments.tune, None)
    seconds = len(arguments.photos[rest]) * len(TIMES) / 100

    print(f"The first {arguments.tune} photos, all movements:\n")
    print("| method | noise floor | precision | recall | F1 | false finds where only the head moves |")
    print("|---|---|---|---|---|---|")
    for name, own in curves.items():
        for floor in FLOORS:
            pooled = sum((score(own, amplitude, tune, floor) for amplitude in AMPLITUDES), SpottingScore())
            print(f"| {name} | {floor:g} | {shares(pooled)} | {score(own, 'none', tune, floor).false} |")

    print(f"\nThe others, noise floor {NOISE:g}:\n")
    print("| method | movement, pixels of a face of 100 | precision | recall | F1 |\n|---|---|---|---|---|")
    for name, own in curves.items():
        for amplitude in AMPLITUDES:
            print(f"| {name} | {amplitude} | {shares(score(own, amplitude, rest, NOISE))} |")

    print(f"\nFalse finds in {seconds:.0f} s without an expression (a minute):\n")
    print("| method | head moves | and blinks, eyes left out | and blinks, eyes counted |\n|---|---|---|---|")
    for name, own in curves.items():
        finds = [score(own, clip, rest, NOISE).false for clip in ("none", "blinks", "blinks, eyes")]
        print(f"| {name} | {' | '.join(f'{find} ({60 * find / seconds:.1f})' for find in finds)} |")


def shares(counts: SpottingScore) -> str:
    """Precision, recall and F1 as cells of a table."""
    return " | ".join(f"{share:.2f}" for share in (counts.precision, counts.recall, counts.f1))


if __name__ == "__main__":
    main()
