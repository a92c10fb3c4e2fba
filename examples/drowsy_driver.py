"""Warns when a driver looks drowsy or angry. A demonstration, not a safety device.

::

    python examples/drowsy_driver.py camera:0

It compares the driver, who is the largest face, with how the driver usually looks, and warns when for a while

- the eyes look closed: the eye regions have lost their dark spots, pupil and iris,
- the head has dropped: the nose has come closer to the mouth than it usually is, seen from the front,
- the face is gone, after it was there,
- the face reads as angry.

Know its limits. Five landmarks have no eyelids, so closed eyes are only guessed from the darkness around the eye's
middle: sunglasses, heavy lashes, night and hard shadows defeat it, and it never sees a driver who is asleep with open
eyes. It needs a few seconds with open eyes to begin with. Nobody has tested it on sleepy people.
"""

from __future__ import annotations

import argparse
import sys
from collections import deque

import numpy as np

import mien

LOOKED_AT = 60.0  # seconds from which what is usual is learnt ...
LEARNT = 2.0  # ... and how many of them it takes at least


def eye_darkness(image: np.ndarray, landmarks: np.ndarray) -> float:
    """How much of the two eye regions is much darker than the cheeks, 0 to 1."""
    grey = image.mean(2)
    apart = float(np.hypot(*(landmarks[1] - landmarks[0])))

    def patch(centre: np.ndarray, width: float, height: float) -> np.ndarray:
        (x, y), w, h = centre, width * apart, height * apart
        return grey[max(round(y - h), 0) : max(round(y + h), 0) + 1, max(round(x - w), 0) : max(round(x + w), 0) + 1]

    shares = []
    for eye in landmarks[:2]:
        region, cheek = patch(eye, 0.22, 0.14), patch(eye + np.array([0, 0.5 * apart]), 0.15, 0.1)
        if region.size and cheek.size:
            shares.append(float((region < 0.6 * np.median(cheek)).mean()))
    return float(np.mean(shares)) if shares else 0.0


def head_drop(landmarks: np.ndarray) -> float:
    """Where the nose is between the eyes, 0, and the mouth, 1."""
    eyes, mouth = landmarks[:2].mean(0), landmarks[3:].mean(0)
    down = mouth - eyes
    return float((landmarks[2] - eyes) @ down / max(float(down @ down), 1e-6))


def main() -> None:
    parser = argparse.ArgumentParser(description="Warns when a driver looks drowsy or angry.")
    parser.add_argument("source", help="camera:0, a video, or a folder of pictures")
    parser.add_argument("--fps", type=float, help="look at so many frames a second")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long it must last")
    options = parser.parse_args()
    usual: deque[tuple[float, float, float]] = deque()
    since: dict[str, float] = {}
    warned: set[str] = set()
    for frame in mien.watch(options.source, analyzer=mien.Analyzer(label_set="ekman7"), fps=options.fps, smooth=1.0):
        signs = {"the face is gone": bool(usual) and not len(frame.faces)}
        if len(frame.faces):
            face = max(frame.faces, key=lambda face: float(np.prod(face.box[2:] - face.box[:2])))
            dark, drop = eye_darkness(frame.image, face.landmarks), head_drop(face.landmarks)
            while usual and frame.time - usual[0][0] > LOOKED_AT:
                usual.popleft()
            if usual and frame.time - usual[0][0] >= LEARNT:
                _, darks, drops = np.array(usual).T
                # Eyes are open most of the time, so the upper part of what was seen is what open eyes look like.
                signs["the eyes look closed"] = dark < 0.5 * float(np.quantile(darks, 0.75))
                signs["the head has dropped"] = drop > float(np.median(drops)) + 0.2
            signs["the driver looks angry"] = face.probability("angry") > 0.5
            usual.append((frame.time, dark, drop))
        for sign, seen in signs.items():
            if not seen:
                since.pop(sign, None)
                warned.discard(sign)
            elif frame.time - since.setdefault(sign, frame.time) >= options.seconds and sign not in warned:
                warned.add(sign)
                print(f"{frame.time:8.2f} s  WARNING: {sign}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (mien.MienError, OSError) as error:
        sys.exit(f"error: {error}")
