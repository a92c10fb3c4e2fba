"""Folders and patterns of pictures as videos."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_clips import grey, numbers
from PIL import Image

from mien.errors import InputError, NoImages, UnreadableVideo, VideoWarning
from mien.video.sources import open_source
from mien.video.sources.folders import natural_key


def write_pictures(folder: Path, count: int) -> Path:
    """img0.png to img(count - 1).png, without leading zeros."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.fromarray(grey(number)).save(folder / f"img{number}.png")
    return folder


def test_pictures_come_in_natural_order_at_25_a_second(tmp_path: Path) -> None:
    with open_source(write_pictures(tmp_path / "clip", 12)) as source:
        assert (source.fps, source.duration, source.live) == (25, pytest.approx(12 / 25), False)
        frames = list(source)
    assert numbers(frames) == [frame.number for frame in frames] == list(range(12))
    assert [frame.time for frame in frames] == pytest.approx([number / 25 for number in range(12)])


def test_natural_order() -> None:
    names = [
        "b1.png",
        "a/img10.png",
        "a/img2.png",
        "A/img3.png",
        "a/img02.png",
        "2.png",
        "10.png",
        "a1b20.png",
        "a1b3.png",
    ]
    ordered = sorted(map(Path, names), key=natural_key)
    assert [path.as_posix() for path in ordered] == [
        "2.png",
        "10.png",
        "a/img02.png",
        "a/img2.png",
        "A/img3.png",
        "a/img10.png",
        "a1b3.png",
        "a1b20.png",
        "b1.png",
    ]


def test_fps_is_the_rate_of_the_folder(tmp_path: Path) -> None:
    with open_source(write_pictures(tmp_path / "clip", 6), fps=200, every=2) as source:
        assert source.fps == 100
        frames = list(source)
    assert numbers(frames) == [0, 2, 4]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.01, 0.02])
    with pytest.raises(InputError, match="fps must be more than 0"):
        open_source(tmp_path / "clip", fps=0)


def test_a_pattern_and_a_stretch(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "clip", 12)
    Image.fromarray(grey(20)).save(folder / "other.png")
    with open_source(f"{folder}/img*.png", fps=10, start=0.35, end=1.1) as source:
        assert numbers(source) == [4, 5, 6, 7, 8, 9, 10]


def test_an_unreadable_picture_is_passed_over(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "clip", 5)
    (folder / "img2.png").write_bytes(b"nothing")
    with pytest.warns(VideoWarning, match=r"img2\.png: .*; it is passed over$") as caught:
        frames = list(open_source(folder))
    assert len(caught) == 1
    assert numbers(frames) == [frame.number for frame in frames] == [0, 1, 3, 4]


def test_a_picture_that_is_not_wanted_is_not_read(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "clip", 5)
    (folder / "img1.png").write_bytes(b"nothing")
    assert numbers(open_source(folder, every=2)) == [0, 2, 4]


def test_pictures_may_differ_in_size(tmp_path: Path) -> None:
    folder = write_pictures(tmp_path / "clip", 2)
    Image.fromarray(grey(2, 30, 20)).save(folder / "img2.png")
    assert [frame.image.shape for frame in open_source(folder)] == [(48, 64, 3), (48, 64, 3), (20, 30, 3)]


def test_folders_without_frames(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(NoImages, match="no pictures in this folder"):
        open_source(tmp_path)
    with pytest.raises(NoImages, match="no pictures match this pattern"):
        open_source(f"{tmp_path}/*.png")
    (tmp_path / "a.png").write_bytes(b"nothing")
    with (
        pytest.warns(VideoWarning, match=r"a\.png"),
        pytest.raises(UnreadableVideo, match=r"none of its pictures can be read$"),
    ):
        list(open_source(tmp_path))
