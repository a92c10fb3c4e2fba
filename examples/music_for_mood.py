"""Music that fits the mood: a playlist from your own songs, the best fitting first.

::

    python examples/music_for_mood.py songs.csv me.jpg > mood.m3u
    python examples/music_for_mood.py songs.csv camera:0 --seconds 5 --count 3

The songs stand in a CSV file with the columns ``title``, ``path`` and ``mood``, which you tag yourself; a song may have
several moods, as ``happy/surprise``. What comes out is an M3U playlist that any player opens.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

import mien

MOODS = mien.LABEL_SETS["ekman7"].labels
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def read_songs(path: Path) -> list[tuple[str, str, list[str]]]:
    """Title, path and moods of each song."""
    songs = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if missing := {"title", "path", "mood"} - set(rows.fieldnames or ()):
            sys.exit(f"error: {path} has no column {sorted(missing)[0]!r}")
        for row in rows:
            moods = [mood.strip().lower() for mood in (row["mood"] or "").split("/")]
            if unknown := set(moods) - set(MOODS):
                known = ", ".join(MOODS)
                sys.exit(f"error: {path}, line {rows.line_num}: no mood {sorted(unknown)[0]!r}; there are {known}")
            songs.append((row["title"], row["path"], moods))
    return songs


def read_mood(source: str, seconds: float) -> dict[str, float]:
    """How likely each mood is: the mean over all faces of a picture, or of the first seconds of a video or camera."""
    analyzer = mien.Analyzer(label_set="ekman7")
    if Path(source).suffix.lower() in PICTURES:
        readings = analyzer.analyze(source).probabilities
        total, count = readings.sum(0), len(readings)
    else:
        total, count = np.zeros(len(MOODS)), 0
        for frame in mien.watch(source, analyzer=analyzer, end=seconds):
            total += frame.faces.probabilities.sum(0)
            count += len(frame.faces)
    if not count:
        sys.exit(f"error: {source} shows no face")
    return dict(zip(MOODS, (total / count).tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="A playlist that fits the mood.")
    parser.add_argument("songs", type=Path, help="CSV with title, path, mood")
    parser.add_argument("source", help="a picture, a video, or camera:0")
    parser.add_argument("--seconds", type=float, default=10, help="how long to look at a video")
    parser.add_argument("--count", type=int, default=10, help="how many songs")
    options = parser.parse_args()
    songs = read_songs(options.songs)
    mood = read_mood(options.source, options.seconds)
    print("#EXTM3U")
    print("# mood:", ", ".join(f"{name} {share:.0%}" for name, share in sorted(mood.items(), key=lambda m: -m[1])[:3]))
    fit = sorted(songs, key=lambda song: -sum(mood[name] for name in set(song[2])) / len(set(song[2])))
    for title, path, _ in fit[: options.count]:
        print(f"#EXTINF:-1,{title}\n{path}")


if __name__ == "__main__":
    try:
        main()
    except (mien.MienError, OSError) as error:
        sys.exit(f"error: {error}")
