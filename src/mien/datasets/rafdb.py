"""RAF-DB, the Real-world Affective Faces Database (Li et al. 2017): one list of names and labels, aligned face crops.

The names say the part: ``train_00001.jpg``, ``test_0001.jpg``. The list's own name has a slip of the pen in it, as
published.
"""

from __future__ import annotations

from pathlib import Path

from mien.datasets.files import ListedPicture, attempt, find
from mien.datasets.reader import Reader, Rows
from mien.datasets.sample import Sample
from mien.datasets.tables import read_words
from mien.errors import BadSample
from mien.labels import COMPOUND11, EKMAN7, LabelSet

BASIC = ("surprise", "fear", "disgust", "happy", "sad", "angry", "neutral")
"""What the basic list's numbers mean, from 1, in the words of ``ekman7``."""

SPLITS = ("train", "test")


def read_basic(path: Path) -> Rows:
    """All pictures with one of the seven basic expressions."""
    return _read(path, "basic", BASIC, EKMAN7)


def read_compound(path: Path) -> Rows:
    """All pictures with one of the eleven compound expressions."""
    return _read(path, "compound", COMPOUND11.labels, COMPOUND11)


def _read(path: Path, part: str, words: tuple[str, ...], label_set: LabelSet) -> Rows:
    # The path may be that of the whole database or of its one part.
    listing = find(path, f"{part}/EmoLabel/list_patition_label.txt", "EmoLabel/list_patition_label.txt")
    images = find(listing.parents[1], "Image/aligned")
    for where, cells in read_words(listing):
        yield attempt(_sample, images, words, label_set, where, cells)


def _sample(images: Path, words: tuple[str, ...], label_set: LabelSet, where: str, cells: list[str]) -> Sample:
    if len(cells) != 2:
        raise BadSample(f"{where}: not a name and a label")
    name, code = cells
    stem, dot, extension = name.partition(".")
    split = stem.partition("_")[0]
    if split not in SPLITS or not dot:
        raise BadSample(f"{where}: the name {name!r} is not of the form train_00001.jpg or test_0001.jpg")
    if code not in map(str, range(1, len(words) + 1)):
        raise BadSample(f"{where}: label {code} is none of RAF-DB's 1 to {len(words)}", split)
    media = ListedPicture(images / f"{stem}_aligned.{extension}", where)
    return Sample(name, media, label_set.index(words[int(code) - 1]), label_set, split)


def _counts(words: tuple[str, ...], counts: tuple[int, ...]) -> dict[str, int]:
    return {"": sum(counts)} | dict(zip(words, counts, strict=True))


RAFDB = Reader(
    name="rafdb",
    title="RAF-DB, Real-world Affective Faces, basic expressions (Li et al. 2017)",
    needs="basic/EmoLabel/list_patition_label.txt and basic/Image/aligned/train_00001_aligned.jpg and on",
    source="http://www.whdeng.cn/raf/model1.html",
    read=read_basic,
    label_set=EKMAN7,
    splits=SPLITS,
    cropped=True,
    published={
        "train": _counts(BASIC, (1290, 281, 717, 4772, 1982, 705, 2524)),
        "test": _counts(BASIC, (329, 74, 160, 1185, 478, 162, 680)),
    },
)

RAFDB_COMPOUND = Reader(
    name="rafdb-compound",
    title="RAF-DB, Real-world Affective Faces, compound expressions (Li et al. 2017)",
    needs="compound/EmoLabel/list_patition_label.txt and compound/Image/aligned/train_00001_aligned.jpg and on",
    source="http://www.whdeng.cn/raf/model1.html",
    read=read_compound,
    label_set=COMPOUND11,
    splits=SPLITS,
    cropped=True,
    published={"train": {"": 3162}, "test": {"": 792}},
)
