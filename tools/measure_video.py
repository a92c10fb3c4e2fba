"""What `mien watch` costs and how well it follows: the tables of docs/results.md, on clips made from photos.

    python tools/measure_video.py PHOTOS [speed|memory|crossings|flicker ...]

PHOTOS is a folder of portraits; heads are cut from them and moved over a background (`moving_faces.py`).
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from moving_faces import Actor, Place, actor, backdrop, draw, line, write_clip

import mien
from mien.acquire import read_image
from mien.detect import get_detector
from mien.video.sources import open_source
from mien.video.tracking import Tracker

Image = npt.NDArray[np.uint8]
FPS = 25


def wobble(x: float, y: float, size: float, phase: float) -> Callable[[float], Place]:
    """Somebody who sits and talks: some 25 pixels to and fro."""
    return lambda t: (
        x + 25 * math.sin(1.1 * t + phase),
        y + 12 * math.sin(0.7 * t + 2 * phase),
        size * (1 + 0.08 * math.sin(0.5 * t + phase)),
    )


def sitting(photos: list[Image], width: int, height: int, size: float) -> list[Actor]:
    """People side by side."""
    n = len(photos)
    return [actor(photo, wobble(width * (i + 0.5) / n, height / 2, size, i)) for i, photo in enumerate(photos)]


def scene(actors: list[Actor], width: int, height: int, seconds: float) -> Iterator[Image]:
    """The frames of a clip."""
    background = backdrop(width, height)
    return (draw(actors, background, i / FPS) for i in range(round(seconds * FPS)))


def speed(photos: list[Image], folder: Path) -> None:
    """Frames a second from the file to readings, and of finding and reading anew in each frame."""
    analyzer = mien.Analyzer()
    print("| clip | mien watch, frames/s | each frame anew, frames/s |\n|---|---|---|")
    for name, people, width, height, size in (
        ("640x480, one face", 1, 640, 480, 130),
        ("640x480, four faces", 4, 640, 480, 100),
        ("1280x720, one face", 1, 1280, 720, 200),
    ):
        path = folder / "clip.mp4"
        write_clip(path, scene(sitting(photos[:people], width, height, size), width, height, 20), FPS)
        rates = [rate(mien.watch(path, analyzer=analyzer)), rate(analyzer.analyze(f.image) for f in open_source(path))]
        print(f"| {name} | {rates[0]:.0f} | {rates[1]:.0f} |", flush=True)


def rate(items: Iterable[object]) -> float:
    """How many come a second."""
    started = time.perf_counter()
    return sum(1 for _ in items) / (time.perf_counter() - started)


def memory(photos: list[Image], folder: Path) -> None:
    """The most memory that a whole process takes, for a short clip and for a long one."""
    frames = list(scene(sitting(photos[:1], 640, 480, 130), 640, 480, 20))
    print("| clip | peak memory, MB |\n|---|---|")
    for minutes in (1 / 3, 10):
        path = folder / "clip.mp4"
        write_clip(path, (frame for _ in range(round(3 * minutes)) for frame in frames), FPS)
        # Not getrusage: it counts the memory of this process too, from which that one is forked.
        code = (
            "import sys, mien.cli; sys.argv[0] = 'mien'\n"
            "try: mien.cli.main()\n"
            "finally: sys.stderr.write(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
        )
        arguments = ["watch", str(path), "--parquet", str(folder / "t.parquet")]
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
        peak = int(done.stderr) / 1024
        print(f"| 640x480, one face, {minutes * 60:.0f} s | {peak:.0f} |", flush=True)


def crossings(photos: list[Image], folder: Path) -> None:
    """Pairs of people who pass each other, one behind the other: does each keep the number?"""
    background = backdrop(640, 480)
    pairs = list(zip(photos[::2], photos[1::2], strict=False))
    switched = split = 0
    for one, other in pairs:
        people = [
            actor(one, line((100, 240, 110), (540, 240, 110), 0, 3)),
            actor(other, line((540, 250, 110), (100, 250, 110), 0, 3)),
        ]
        tracker = Tracker(get_detector("yunet"))
        numbers: list[set[int]] = [set(), set()]
        for i in range(3 * FPS):
            now = i / FPS
            places = [np.array(person.path(now)) for person in people]
            tracks = tracker.update(draw(people, background, now), now)
            if abs(places[0][0] - places[1][0]) < 110:
                continue  # the one behind cannot be seen whole
            for place, given in zip(places, numbers, strict=True):
                near = (t for t in tracks if np.hypot(*((t.box[:2] + t.box[2:]) / 2 - place[:2])) < 37)
                given.update(t.number for t in near)
        switched += bool(numbers[0] & numbers[1])
        split += any(len(given) != 1 for given in numbers)
    print(f"{len(pairs)} pairs cross: {switched} switch numbers, in {split} somebody gets a new one", flush=True)


def flicker(photos: list[Image], folder: Path) -> None:
    """Label changes a second of faces that do not change, filmed with noise and compressed."""
    analyzer, chance = mien.Analyzer(), np.random.default_rng(0)
    changes: dict[float, list[float]] = {0.0: [], 0.3: []}
    for photo in photos[:12]:
        frames = (
            np.clip(frame + chance.normal(0, 6, frame.shape), 0, 255).astype(np.uint8)
            for frame in scene(sitting([photo], 640, 480, 110), 640, 480, 8)
        )
        write_clip(folder / "clip.mp4", frames, FPS)
        for seconds, found in changes.items():
            watched = mien.watch(folder / "clip.mp4", analyzer=analyzer, smooth=seconds)
            summary = mien.Timeline.from_frames(watched, analyzer.label_set).summary()
            found.append(sum(person.changes * person.seconds for person in summary) / 8)
    for seconds, found in changes.items():
        print(f"smoothed over {seconds} s: {np.mean(found):.2f} label changes a second", flush=True)


MEASURES = {measure.__name__: measure for measure in (speed, memory, crossings, flicker)}


def main(folder: str, *names: str) -> None:
    """Print the tables asked for, or all."""
    pictures = [read_image(path) for path in sorted(Path(folder).glob("*.jpg"))]
    large = [picture for picture in pictures if min(picture.shape[:2]) >= 250]
    for name in names or MEASURES:
        with tempfile.TemporaryDirectory() as scratch:
            MEASURES[name](large, Path(scratch))


if __name__ == "__main__":
    main(*sys.argv[1:])
