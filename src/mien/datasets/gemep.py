"""GEMEP-FERA 2011 (Valstar et al. 2011): actors who speak; one download with action units, one with emotions.

The two tasks of the challenge are two readers. Action units were coded and are scored frame by frame, so `GEMEP_AU`
yields a sample a frame; an emotion belongs to a whole clip, so `GEMEP_EMOTION` yields a sample a clip.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from mien.datasets.files import VIDEOS, attempt, files_in, folders_in
from mien.datasets.media import VideoFile
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_words, to_numbers
from mien.errors import BadSample, DatasetError
from mien.labels import GEMEP5

UNITS = (1, 2, 4, 6, 7, 10, 12, 15, 17, 18, 25, 26)
"""The action units of the challenge; the other columns of the files are not coded throughout."""

LOWER_FACE = 10
"""From this unit on, units move the lower face; speech moves it too, so they are not coded while a person speaks."""

SOURCE = "Swiss Center for Affective Sciences, University of Geneva, and SSPNet"


def read_units(path: Path) -> Rows:
    """All coded frames of the copy for the action-unit task."""
    return _read_clips(path, _read_frames)


def read_emotions(path: Path) -> Rows:
    """All clips of the copy for the emotion task."""
    return _read_clips(path, _read_clip)


def _read_clips(path: Path, read: Callable[[Path, Path, str], Rows]) -> Rows:
    clips = [folder for folder in folders_in(path) if re.fullmatch(r"(train|test)_\d{3}", folder.name)]
    if not clips:
        raise DatasetError(f"{path}: no folders train_001, train_002, ... here")
    for folder in clips:
        split = folder.name.partition("_")[0]
        videos = list(files_in(folder, VIDEOS))
        if len(videos) == 1:
            yield from read(folder, videos[0], split)
        else:
            yield BadSample(f"{folder}: {len(videos)} videos instead of one", split)


def _read_frames(folder: Path, video: Path, split: str) -> Rows:
    file = folder / f"{folder.name}-au.dat"
    if not file.is_file():
        yield BadSample(f"{file}: no such file", split)
        return
    for number, (where, words) in enumerate(read_words(file)):
        yield attempt(_frame, video, number, where, words, split)


def _frame(video: Path, number: int, where: str, words: list[str], split: str) -> Sample:
    codes = to_numbers((cell for word in words for cell in word.split(",") if cell), where, split)
    if len(codes) <= UNITS[-1] or not set(codes) <= {0.0, 1.0}:
        raise BadSample(f"{where}: not a column of 0 or 1 for each action unit and one for speech", split)
    speaks = codes[-1] == 1
    # Present or absent; how strong was not coded.
    units = {unit: None if codes[unit - 1] else 0.0 for unit in UNITS if not (speaks and unit >= LOWER_FACE)}
    return Sample(
        f"{video.parent.name}/{number}",
        VideoFile(video, number, 1),
        split=split,
        action_units=units,
        details={"clip": video.parent.name, "frame": number, "speech": int(speaks)},
    )


def _read_clip(folder: Path, video: Path, split: str) -> Rows:
    names = {word for file in folder.iterdir() for word in file.stem.split("-")[1:]}
    emotions = sorted(names.intersection(GEMEP5.labels))
    if len(emotions) != 1 and (emotions or split == "train"):
        yield BadSample(f"{folder}: no file {folder.name}-EMOTION says one of {', '.join(GEMEP5.labels)}", split)
        return
    label = GEMEP5.index(emotions[0]) if emotions else None
    yield Sample(folder.name, VideoFile(video), label, GEMEP5, split)


GEMEP_AU = Reader(
    name="gemep-au",
    title="GEMEP-FERA 2011, action units (Valstar et al. 2011)",
    needs="a folder a clip, train_001/ with one video and train_001-au.dat",
    source=SOURCE,
    read=read_units,
    splits=("train", "test"),
)

GEMEP_EMOTION = Reader(
    name="gemep-emotion",
    title="GEMEP-FERA 2011, emotions (Valstar et al. 2011)",
    needs="a folder a clip, train_001/ with one video, with the emotion in a file name: train_001-anger.avi",
    source=SOURCE,
    read=read_emotions,
    label_set=GEMEP5,
    splits=("train", "test"),
    published={"train": {"": 155}, "test": {"": 134}},
)
