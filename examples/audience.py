"""Attention and mood of a class or an audience over time, as CSV.

::

    python examples/audience.py lecture.mp4 --seconds 10 > lecture.csv

A row for each stretch of time: how many faces there are in a frame, the share of them that is turned to the camera, and
the mean probability of each expression. Put the camera where people should look.

Attention means here that a face is turned to the camera by less than about 20 degrees, judged by its eyes, nose and
mouth. Where the eyes look it does not know, nor what people think. Faces that are turned away so far that they are not
found do not count at all, so a falling number of faces is a sign too. Ask people before you measure them.
"""

from __future__ import annotations

import argparse
import csv
import sys

import numpy as np

import mien


def faces_camera(landmarks: np.ndarray) -> np.ndarray:
    """Whether each face is turned to the camera.

    The nose stands out of the face, so it moves over the face as the head turns: sideways against the middle of eyes
    and mouth, and up and down between the two. Distances are in those from eye to eye and from the eyes to the mouth,
    along the face's own axes, so a tilted head is no different.

    Parameters
    ----------
    landmarks : ndarray of float, shape (n, 5, 2)
        Right eye, left eye, nose, right and left mouth corner.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    eyes, mouth = landmarks[:, :2].mean(1), landmarks[:, 3:].mean(1)
    across, down = landmarks[:, 1] - landmarks[:, 0], mouth - eyes
    nose = landmarks[:, 2] - eyes
    # nose = sideways * across + below * down
    sideways, below = (np.linalg.pinv(np.stack([across, down], -1)) @ nose[..., None])[..., 0].T
    return (np.abs(sideways) < 0.2) & (np.abs(below - 0.55) < 0.25)


def main() -> None:
    parser = argparse.ArgumentParser(description="Attention and mood of an audience as CSV.")
    parser.add_argument("source", help="a video, a folder of pictures, or camera:0")
    parser.add_argument("--seconds", type=float, default=5, help="length of a row")
    parser.add_argument("--fps", type=float, help="look at so many frames a second; 5 are plenty for a lecture")
    options = parser.parse_args()
    labels = mien.LABEL_SETS["ekman7"].labels
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["time", "faces", "attention", "mood", *labels])
    frames = faces = attentive = 0
    moods, row = np.zeros(len(labels)), 0

    def write() -> None:
        if frames:
            shares = moods / max(faces, 1)
            attention, mood = (f"{attentive / faces:.3f}", labels[int(shares.argmax())]) if faces else ("", "")
            cells = [f"{share:.3f}" if faces else "" for share in shares.tolist()]
            table.writerow([f"{row * options.seconds:g}", f"{faces / frames:.2f}", attention, mood, *cells])
            sys.stdout.flush()

    for frame in mien.watch(options.source, analyzer=mien.Analyzer(label_set="ekman7"), fps=options.fps):
        if (now := int(frame.time // options.seconds)) != row:
            write()
            frames = faces = attentive = 0
            moods, row = np.zeros(len(labels)), now
        frames += 1
        faces += len(frame.faces)
        attentive += int(faces_camera(frame.faces.landmarks).sum())
        moods += frame.faces.probabilities.sum(0)
    write()


if __name__ == "__main__":
    try:
        main()
    except (mien.MienError, OSError) as error:
        sys.exit(f"error: {error}")
