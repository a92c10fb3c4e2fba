"""An emoji that follows your face and makes the same one.

::

    python examples/emoji_follows.py clip.mp4 --out frames   # each frame as a PNG, an emoji over each face
    python examples/emoji_follows.py camera:0                # in the terminal, whenever an expression changes

What it draws is mixed from the probabilities, so that it moves from one expression to the next as the face does.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import mien

EMOJIS = {"angry": "😠", "disgust": "🤢", "fear": "😨", "happy": "😀", "sad": "🙁", "surprise": "😮", "neutral": "😐"}

# How far the corners of the mouth go up, how far it opens, and how far the inner ends of the brows go down.
LOOKS = {
    "angry": (-0.6, 0.0, 1.0),
    "disgust": (-0.8, 0.2, 0.5),
    "fear": (-0.4, 0.4, -0.8),
    "happy": (1.0, 0.4, 0.0),
    "sad": (-0.9, 0.0, -0.9),
    "surprise": (0.0, 1.0, -0.2),
    "neutral": (0.0, 0.0, 0.0),
}
SIDE = 400  # an emoji is drawn large and then made small, which smooths its edges


def draw_emoji(face: mien.Face) -> Image.Image:
    """The emoji of a face, RGBA, upright."""
    corners, opening, brows = face.probabilities @ np.array([LOOKS[label] for label in face.label_set.labels])
    emoji = Image.new("RGBA", (SIDE, SIDE))
    draw = ImageDraw.Draw(emoji)
    draw.ellipse((4, 4, SIDE - 4, SIDE - 4), fill=(255, 205, 60), outline=(200, 140, 20), width=8)
    for side in (-1, 1):
        x = 200 + side * 70
        draw.ellipse((x - 22, 135, x + 22, 185), fill=(60, 40, 20))
        draw.line((x - side * 35, 110 + 25 * brows, x + side * 35, 110 - 25 * brows), fill=(60, 40, 20), width=12)
    x = np.linspace(-1, 1, 30)
    middle = 280 + 45 * corners * (0.5 - x**2)
    lips = 6 + 55 * opening * np.sqrt(1 - x**2)
    outline = [
        *zip(200 + 90 * x, middle - lips, strict=True),
        *zip(200 + 90 * x[::-1], (middle + lips)[::-1], strict=True),
    ]
    draw.polygon(outline, fill=(120, 40, 30))
    return emoji


def cover(picture: Image.Image, face: mien.Face) -> None:
    """Lay the emoji over the face, as large and as tilted as it is."""
    x1, y1, x2, y2 = face.box.tolist()
    size = max(round(1.2 * max(x2 - x1, y2 - y1)), 1)
    right_eye, left_eye = face.landmarks[:2]
    tilt = np.degrees(np.arctan2(*(left_eye - right_eye)[::-1]))
    emoji = draw_emoji(face).rotate(-tilt, Image.Resampling.BICUBIC).resize((size, size), Image.Resampling.LANCZOS)
    picture.paste(emoji, (round((x1 + x2 - size) / 2), round((y1 + y2 - size) / 2)), emoji)


def main() -> None:
    parser = argparse.ArgumentParser(description="An emoji that follows your face.")
    parser.add_argument("source", help="a video, a folder of pictures, or camera:0")
    parser.add_argument("--out", type=Path, help="folder for the frames; without it, the terminal")
    options = parser.parse_args()
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
    shown: dict[int, str] = {}
    for frame in mien.watch(options.source, analyzer=mien.Analyzer(label_set="ekman7")):
        if options.out:
            picture = Image.fromarray(frame.image)
            for face in frame.faces:
                cover(picture, face)
            picture.save(options.out / f"{frame.number:06}.png")
            continue
        for track, face in zip(frame.tracks.tolist(), frame.faces, strict=True):
            if shown.get(track) != face.label:
                shown[track] = face.label
                print(f"{frame.time:8.2f} s  person {track}  {EMOJIS[face.label]}  {face.label}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (mien.MienError, OSError) as error:
        sys.exit(f"error: {error}")
