"""`expand_sources` and `describe_source`."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mien.acquire import describe_source, expand_sources, read_image
from mien.errors import NoImages


@pytest.fixture
def album(tmp_path: Path) -> Path:
    album = tmp_path / "album"
    for name in (
        "b.jpg",
        "a.PNG",
        "c.tif",
        "notes.txt",
        "jpg",
        ".hidden.jpg",
        "deep/er/e.gif",
        "deep/d.webp",
        ".trash/f.jpg",
        "folder.jpg/g.bmp",
    ):
        path = album / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return album


IN_ALBUM = ["a.PNG", "b.jpg", "c.tif", "deep/d.webp", "deep/er/e.gif", "folder.jpg/g.bmp"]


@pytest.mark.parametrize("kind", [str, Path])
def test_folder_becomes_its_pictures(album: Path, kind: type) -> None:
    assert expand_sources(kind(album)) == [album / name for name in IN_ALBUM]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", ["a.PNG", "b.jpg", "c.tif"]),
        ("*.jpg", ["b.jpg"]),
        ("?.*", ["a.PNG", "b.jpg", "c.tif"]),
        ("[bc].*", ["b.jpg", "c.tif"]),
        ("*/*", ["deep/d.webp", "folder.jpg/g.bmp"]),
        ("**/*", IN_ALBUM),
    ],
)
def test_pattern_becomes_its_matches(album: Path, pattern: str, expected: list[str]) -> None:
    assert expand_sources(f"{album}/{pattern}") == [album / name for name in expected]


def test_every_extension_of_the_six_formats(tmp_path: Path) -> None:
    names = ["a.bmp", "b.gif", "c.jfif", "d.jpe", "e.jpeg", "f.jpg", "g.png", "h.tif", "i.tiff", "j.webp"]
    for name in (*names, "k.ico", "l.svg", "m.mp4", "n.jpgx"):
        (tmp_path / name).touch()
    assert expand_sources(tmp_path) == [tmp_path / name for name in names]


def test_everything_else_passes_unchanged_and_in_order(album: Path) -> None:
    array, data, file, image = np.zeros((2, 2)), b"data", io.BytesIO(), Image.new("L", (1, 1))
    missing = "missing.jpg"
    sources = [array, missing, album / "deep", data, file, album / "notes.txt", image]
    expanded = expand_sources(sources)
    expected = [
        array,
        missing,
        album / "deep/d.webp",
        album / "deep/er/e.gif",
        data,
        file,
        album / "notes.txt",
        image,
    ]
    assert len(expanded) == len(expected)
    for one, other in zip(expanded, expected, strict=True):
        assert one is other or one == other


@pytest.mark.parametrize("source", ["photo.jpg", b"data", np.zeros((2, 2, 3))])
def test_a_single_source_is_a_list_of_one(source: object) -> None:
    (only,) = expand_sources(source)
    assert only is source


def test_nothing_gives_nothing() -> None:
    assert expand_sources([]) == expand_sources(()) == []


def test_file_whose_name_looks_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "p1.jpg").touch()
    path = tmp_path / "p[1].jpg"
    path.touch()
    assert expand_sources(str(path)) == [str(path)]
    folder = tmp_path / "[x]"
    folder.mkdir()
    (folder / "q.jpg").touch()
    assert expand_sources(str(folder)) == [folder / "q.jpg"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "no pictures in this folder"), ("*.jpg", "no pictures match this pattern"), ("*", "match")],
)
def test_no_pictures(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "notes.txt").touch()
    source = os.path.join(tmp_path, name)
    with pytest.raises(NoImages, match=words) as caught:
        expand_sources(["photo.jpg", source])
    assert str(caught.value).startswith(f"{source}: ")


def test_links_that_go_in_circles(album: Path) -> None:
    (album / "deep" / "again").symlink_to(album)
    assert expand_sources(album) == [album / name for name in IN_ALBUM]


def test_what_is_found_can_be_read(tmp_path: Path) -> None:
    Image.new("RGB", (3, 2), "red").save(tmp_path / "photo.jpg")
    assert [read_image(path).shape for path in expand_sources(tmp_path)] == [(2, 3, 3)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("./a/../photo.jpg", "./a/../photo.jpg"),
        (Path("a/photo.jpg"), str(Path("a/photo.jpg"))),
        (b"data", "<bytes>"),
        (bytearray(b"data"), "<bytes>"),
        (memoryview(b"data"), "<bytes>"),
        (np.zeros((2, 2)), "<array>"),
        (Image.new("L", (1, 1)), "<image>"),
        (io.BytesIO(), "<file>"),
    ],
)
def test_describe_source(source: object, name: str) -> None:
    assert describe_source(source) == name


def test_describe_file(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.touch()
    with path.open("rb") as file:
        assert describe_source(file) == str(path)
    with open(os.open(path, os.O_RDONLY), "rb") as file:
        assert describe_source(file) == "<file>"
