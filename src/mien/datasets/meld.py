"""MELD (Poria et al. 2019): utterances of the television series Friends, as clips.

The emotion is that of the words spoken, as annotators heard and saw them; the speaker need not be the one person, or
the largest face, in the picture. The published counts are those of the tables of utterances (S. Poria et al., ACL 2019,
and the data set's page).
"""

from __future__ import annotations

from pathlib import Path

from mien.datasets.files import attempt, find
from mien.datasets.media import VideoFile
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_table, to_integers
from mien.errors import BadSample
from mien.labels import EKMAN7

FOLDERS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
"""Where the clips of each part are."""

EMOTIONS = {
    "neutral": "neutral",
    "joy": "happy",
    "sadness": "sad",
    "anger": "angry",
    "fear": "fear",
    "disgust": "disgust",
    "surprise": "surprise",
}
"""MELD's names and ours."""

DETAILS = {
    "Utterance": "utterance",
    "Sentiment": "sentiment",
    "Season": "season",
    "Episode": "episode",
    "StartTime": "start_time",
    "EndTime": "end_time",
}
"""Columns, and what they are called in `Sample.details`."""

COLUMNS = ("Speaker", "Emotion", "Dialogue_ID", "Utterance_ID", *DETAILS)


def read(path: Path) -> Rows:
    """All utterances, part by part; tables and clips lie under the path itself or under train/, dev/ and test/."""
    for split, name in FOLDERS.items():
        table = find(path, f"{split}_sent_emo.csv", f"{split}/{split}_sent_emo.csv")
        clips = find(path, name, f"{split}/{name}")
        for where, row in read_table(table, COLUMNS):
            yield attempt(_sample, where, row, clips, split)


def _sample(where: str, row: dict[str, str], clips: Path, split: str) -> Sample:
    dialogue, utterance = to_integers((row["Dialogue_ID"], row["Utterance_ID"]), where, split)
    emotion = row["Emotion"].lower()
    if emotion not in EMOTIONS:
        raise BadSample(f"{where}: emotion {row['Emotion']!r} is none of {', '.join(EMOTIONS)}", split)
    clip = clips / f"dia{dialogue}_utt{utterance}.mp4"
    if not clip.is_file():
        raise BadSample(f"{where}: {clip}: no such file", split)
    return Sample(
        f"{split}/{clip.name}",
        VideoFile(clip),
        EKMAN7.index(EMOTIONS[emotion]),
        EKMAN7,
        split,
        subject=row["Speaker"],
        details={"dialogue": dialogue, "utterance_number": utterance}
        | {ours: row[theirs] for theirs, ours in DETAILS.items()},
    )


MELD = Reader(
    name="meld",
    title="MELD, Multimodal EmotionLines Dataset (Poria et al. 2019)",
    needs="train_sent_emo.csv, dev_sent_emo.csv, test_sent_emo.csv and the folders of clips of MELD.Raw",
    source="https://affective-meld.github.io",
    read=read,
    label_set=EKMAN7,
    splits=tuple(FOLDERS),
    published={
        split: {"": sum(counts)} | dict(zip(EMOTIONS.values(), counts, strict=True))
        for split, counts in {
            "train": (4710, 1743, 683, 1109, 268, 271, 1205),
            "dev": (470, 163, 111, 153, 40, 22, 150),
            "test": (1256, 402, 208, 345, 50, 68, 281),
        }.items()
    },
)
