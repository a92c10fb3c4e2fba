"""How well short movements are spotted, by how far the skin moves, and how often a moving head is taken for one.

    python tools/spotting_study.py KEEP PHOTO [PHOTO ...]

From each photo clips of 3.2 s at 100 frames a second are made: without a movement, with blinks, and with four movements
each of 1.5, 3 and 6 pixels of a face of 100 (mouth corners for 1/10 and 1/20 s, brows for 1/5 and 3/20 s). In all of
them the head moves (up to 30 pixels, 5 degrees, 4 %) and the camera is noisy (2 grey levels). Each frame goes through
the detector and alignment anew; the aligned faces are kept in the folder KEEP, so that a study can be taken up again.
The noise floor, for each method, is the lowest at which nothing is found on the first half of the photos where only the
head moves; the tables are of the second half.
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
from mien.video.spotting.spot import contrast
from mien.video.spotting.steady import steady
from mien.video.spotting.synthetic import Twitch, movement_clip

TIMES = np.arange(0, 3.2, 0.01)
SIDE = 112
AMPLITUDES = (1.5, 3.0, 6.0)
FLOORS = np.arange(3, 12.5, 0.5)
SHORTEST, LONGEST, TAU = 1 / 25, 1 / 5, 0.2

BLINKS = [Twitch(onset, 0.15, 5.0, "lids") for onset in (0.5, 1.4, 2.5)]

Curve = npt.NDArray[np.float64]


def twitches(amplitude: float) -> list[Twitch]:
    """The movements of a clip."""
    if not amplitude:
        return []
    moves = [(0.6, 0.1, "mouth"), (1.3, 0.2, "brows"), (2.1, 0.05, "mouth"), (2.6, 0.15, "brows")]
    return [Twitch(onset, duration, amplitude, place) for onset, duration, place in moves]


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


def score(curves: Sequence[Curve], moves: Sequence[Twitch], noise: float) -> SpottingScore:
    """Counts of several clips with the same movements."""
    truth = [twitch.interval for twitch in moves]
    scores = []
    for curve in curves:
        found = find_movements(curve, TIMES, tau=TAU, noise=noise, shortest=SHORTEST, longest=LONGEST)
        scores.append(score_spotting(found, truth))
    return sum(scores, SpottingScore())


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("keep", type=Path)
    parser.add_argument("photos", type=Path, nargs="+")
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)

    clips = {f"{amplitude:g}": (twitches(amplitude), 0) for amplitude in AMPLITUDES}
    clips |= {"none": ([], 100), "blinks": (BLINKS, 200)}
    curves: dict[tuple[str, str], list[Curve]] = {}
    for number, photo in enumerate(arguments.photos):
        for clip, (moves, seed) in clips.items():
            faces = film(photo, moves, seed + number, arguments.keep / f"{photo.stem}-{clip}.npz")
            for name, method in METHODS.items():
                for eyes in (False, True) if clip == "blinks" else (False,):
                    curve = contrast(faces, TIMES, method, counted(SIDE, eyes=eyes), LONGEST, SHORTEST / 5)
                    curves.setdefault((name, f"{clip}, eyes" if eyes else clip), []).append(curve)

    half = len(arguments.photos) // 2
    minutes = (len(arguments.photos) - half) * TIMES[-1] / 60
    print(f"noise floor chosen on {half} photos, table of {len(arguments.photos) - half}\n")
    print("| method | noise floor | movement | precision | recall | F1 |\n|---|---|---|---|---|---|")
    false_finds = []
    for name in METHODS:
        noise = next(floor for floor in FLOORS if not score(curves[name, "none"][:half], [], floor).false)
        for amplitude in AMPLITUDES:
            result = score(curves[name, f"{amplitude:g}"][half:], twitches(amplitude), noise)
            shares = " | ".join(f"{share:.2f}" for share in (result.precision, result.recall, result.f1))
            print(f"| {name} | {noise:g} | {amplitude:g} px of 100 | {shares} |")
        kinds = ("none", "blinks", "blinks, eyes")
        finds = [score(curves[name, kind][half:], [], noise).false for kind in kinds]
        false_finds.append(f"| {name} | {' | '.join(f'{find} ({find / minutes:.1f})' for find in finds)} |")
    print(f"\nFalse finds in {60 * minutes:.0f} s without an expression (and a minute):\n")
    print("| method | head moves | and blinks, eyes left out | and blinks, eyes counted |\n|---|---|---|---|")
    print(*false_finds, sep="\n")


if __name__ == "__main__":
    main()
