"""`read_image`: whatever comes in, upright RGB or one clear sentence comes out."""

from __future__ import annotations

import builtins
import io
import os
import re
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from mien.acquire import read_image
from mien.errors import ImageTooLarge, InputError, UnreadableImage

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)

LOSSLESS = {
    "png": {"format": "PNG"},
    "webp": {"format": "WEBP", "lossless": True},
    "bmp": {"format": "BMP"},
    "tiff": {"format": "TIFF"},
    "deflated tiff": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "gif": {"format": "GIF"},
}
EVERY_FORMAT = {**LOSSLESS, "jpeg": {"format": "JPEG", "quality": 95}}


def encode(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


def flag() -> np.ndarray:
    """Red, green and blue above white, black and red: few colours, so that a GIF holds it exactly."""
    return np.array([[RED, GREEN, BLUE], [WHITE, BLACK, RED]], np.uint8)


def noise(height: int = 64, width: int = 48) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def png(width: int, height: int, bit_depth: int, colour_type: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG by hand; `rows` is the compressed pixel data, `extra` are chunks before it."""

    def chunk(content: bytes) -> bytes:
        return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))

    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, (header, *extra, b"IDAT" + rows, b"IEND")))


# What a picture can come in


@pytest.mark.parametrize("options", LOSSLESS.values(), ids=LOSSLESS)
def test_lossless_formats_come_out_exactly(options: dict) -> None:
    np.testing.assert_array_equal(read_image(encode(Image.fromarray(flag()), **options)), flag())


def test_jpeg_comes_out_nearly() -> None:
    picture = np.full((32, 32, 3), (200, 120, 40), np.uint8)
    read = read_image(encode(Image.fromarray(picture), format="JPEG", quality=95))
    np.testing.assert_allclose(read.astype(int), picture, atol=4)


def test_every_kind_of_source_gives_the_same_picture(tmp_path: Path) -> None:
    path = tmp_path / "flag.png"
    data = encode(Image.fromarray(flag()), format="PNG")
    path.write_bytes(data)
    with path.open("rb") as file:
        sources = [str(path), path, data, bytearray(data), memoryview(data), io.BytesIO(data), file]
        sources += [Image.open(path), Image.fromarray(flag()), flag()]
        for source in sources:
            np.testing.assert_array_equal(read_image(source), flag())


@pytest.mark.parametrize("kind", ["file", "image", "array", "turned", "grey"])
def test_result_is_contiguous_writable_and_the_caller_keeps_his(kind: str) -> None:
    array = flag()
    source = {
        "file": lambda: encode(Image.fromarray(array), format="PNG"),
        "image": lambda: Image.fromarray(array),
        "array": lambda: array,
        "turned": lambda: array.swapaxes(0, 1),
        "grey": lambda: array[..., 0],
    }[kind]()
    read = read_image(source)
    assert read.dtype == np.uint8
    assert read.flags.c_contiguous
    read[:] = 7
    np.testing.assert_array_equal(array, flag())
    assert not (read_image(source) == 7).any()


def test_first_frame_of_an_animation() -> None:
    first, second = (Image.new("RGB", (4, 4), colour) for colour in ("red", "blue"))
    for format in ("GIF", "PNG", "WEBP", "TIFF"):
        data = encode(first, format=format, save_all=True, append_images=[second], lossless=True)
        assert read_image(data)[0, 0].tolist() == list(RED), format


def test_one_pixel_is_a_picture() -> None:
    for options in EVERY_FORMAT.values():
        read = read_image(encode(Image.new("RGB", (1, 1), "white"), **options))
        assert read.tolist() == [[[255, 255, 255]]]


# Upright

UPRIGHT = [[1, 2, 3], [4, 5, 6]]
# From the table in the EXIF standard: what the stored first row and first column are in the upright picture.
STORED = {
    1: [[1, 2, 3], [4, 5, 6]],  # top, left
    2: [[3, 2, 1], [6, 5, 4]],  # top, right
    3: [[6, 5, 4], [3, 2, 1]],  # bottom, right
    4: [[4, 5, 6], [1, 2, 3]],  # bottom, left
    5: [[1, 4], [2, 5], [3, 6]],  # left, top
    6: [[3, 6], [2, 5], [1, 4]],  # right, top
    7: [[6, 3], [5, 2], [4, 1]],  # right, bottom
    8: [[4, 1], [5, 2], [6, 3]],  # left, bottom
}


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "deflated tiff"])
@pytest.mark.parametrize("orientation", STORED)
def test_exif_orientation(orientation: int, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    # Blocks as large as those that JPEG compresses, so that they stay apart.
    blocks = np.kron(np.array(STORED[orientation]) * 40, np.ones((16, 16))).astype(np.uint8)
    data = encode(Image.fromarray(blocks).convert("RGB"), exif=exif, **EVERY_FORMAT[name])
    for source in (data, Image.open(io.BytesIO(data))):
        read = read_image(source)
        assert read.shape == (32, 48, 3)
        np.testing.assert_array_equal(np.rint(read[8::16, 8::16, 0] / 40), UPRIGHT)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation_that_means_nothing_is_passed_over(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(read_image(encode(Image.fromarray(flag()), format="PNG", exif=exif)), flag())


@pytest.mark.parametrize("exif", [b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"])
def test_damaged_exif_does_not_take_the_picture_away(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow may speak of it
        read = read_image(encode(Image.new("RGB", (8, 8), "white"), format="JPEG", exif=exif))
    assert (read == 255).all()


# Colours


def palette_image(*, transparent: bool) -> bytes:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putdata([0, 1])
    return encode(image, format="PNG", **({"transparency": b"\x00\xff"} if transparent else {}))


def pixels(mode: str, *values: object) -> Image.Image:
    image = Image.new(mode, (len(values), 1))
    for x, value in enumerate(values):
        image.putpixel((x, 0), value)
    return image


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(encode(pixels("1", 0, 1), format="PNG"), [BLACK, WHITE], id="1 bit"),
        pytest.param(encode(pixels("L", 0, 77), format="PNG"), [BLACK, (77, 77, 77)], id="grey"),
        pytest.param(palette_image(transparent=False), [RED, BLUE], id="palette"),
        pytest.param(
            encode(Image.open(io.BytesIO(palette_image(transparent=False))), format="TIFF"),
            [RED, BLUE],
            id="palette TIFF",
        ),
        pytest.param(palette_image(transparent=True), [WHITE, BLUE], id="palette, red transparent"),
        pytest.param(
            encode(pixels("LA", (0, 255), (0, 0), (0, 51)), format="PNG"),
            [BLACK, WHITE, (204, 204, 204)],
            id="grey and alpha",
        ),
        pytest.param(
            encode(pixels("RGBA", (255, 0, 0, 255), (9, 9, 9, 0), (255, 0, 0, 51)), format="PNG"),
            [RED, WHITE, (255, 204, 204)],
            id="RGBA",
        ),
        pytest.param(
            encode(pixels("RGBA", (255, 0, 0, 255), (9, 9, 9, 0)), format="WEBP", lossless=True),
            [RED, WHITE],
            id="RGBA WebP",
        ),
        pytest.param(
            encode(pixels("RGB", RED, GREEN), format="PNG", transparency=GREEN), [RED, WHITE], id="colour key"
        ),
        pytest.param(encode(pixels("L", 10, 20), format="PNG", transparency=20), [(10, 10, 10), WHITE], id="grey key"),
        pytest.param(
            encode(pixels("CMYK", (255, 0, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255)), format="TIFF"),
            [(0, 255, 255), (255, 255, 0), BLACK],
            id="CMYK",
        ),
        pytest.param(pixels("YCbCr", (255, 128, 128), (0, 128, 128)), [WHITE, BLACK], id="YCbCr"),
        pytest.param(
            png(3, 1, 16, 0, zlib.compress(b"\0" + struct.pack(">3H", 0, 32768, 65535))),
            [BLACK, (128, 128, 128), WHITE],
            id="16-bit grey PNG",
        ),
        pytest.param(
            png(2, 1, 16, 2, zlib.compress(b"\0" + struct.pack(">6H", 65535, 0, 32768, 0, 65535, 0))),
            [(255, 0, 128), GREEN],
            id="16-bit RGB PNG",
        ),
        pytest.param(
            encode(Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)), format="TIFF"),
            [BLACK, (128, 128, 128), WHITE],
            id="I;16 TIFF",
        ),
        pytest.param(
            encode(Image.fromarray(np.array([[0, 32768, 65535]], np.int32)), format="TIFF"),
            [BLACK, (128, 128, 128), WHITE],
            id="I TIFF of 16 bits",
        ),
        pytest.param(pixels("L", 0, 128, 255).convert("I"), [BLACK, (128,) * 3, WHITE], id="I of 8 bits"),
        pytest.param(
            encode(Image.fromarray(np.array([[0, 0.5, 1]], np.float32)), format="TIFF"),
            [BLACK, (128, 128, 128), WHITE],
            id="F TIFF to 1",
        ),
        pytest.param(
            encode(Image.fromarray(np.array([[0, 127.6, 255]], np.float32)), format="TIFF"),
            [BLACK, (128, 128, 128), WHITE],
            id="F TIFF to 255",
        ),
    ],
)
def test_modes(source: bytes | Image.Image, expected: list[tuple[int, int, int]]) -> None:
    np.testing.assert_allclose(read_image(source)[0].astype(int), expected, atol=1)


def test_big_endian_16_bit_tiff() -> None:
    data = encode(Image.fromarray(np.array([[0, 32768, 65535]], ">u2")), format="TIFF")
    assert data.startswith(b"MM")
    assert read_image(data)[0, :, 0].tolist() == [0, 128, 255]


def test_cmyk_jpeg() -> None:
    read = read_image(encode(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), format="JPEG", quality=100))
    np.testing.assert_allclose(read[8, 8].astype(int), RED, atol=3)


def test_ycck_jpeg() -> None:
    # Pillow writes CMYK only, and as complements: 76, 85, 255, 255. With YCCK in the Adobe marker these are
    # Y, Cb, Cr of R, G, B = 255, 0, 0 and K. The file's inks are 255 - RGB, so C, M, Y, K = 0, 255, 255, 255;
    # they are complements, so the true inks are 255, 0, 0, 0: cyan.
    data = encode(Image.new("CMYK", (16, 16), (179, 170, 0, 0)), format="JPEG", quality=100, subsampling=0)
    marker = data.index(b"Adobe")
    assert data[marker + 11] == 0
    ycck = data[: marker + 11] + b"\x02" + data[marker + 12 :]
    np.testing.assert_allclose(read_image(ycck)[8, 8].astype(int), (0, 255, 255), atol=4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, np.nan], "nan"),
        ([0, np.inf], "inf"),
        ([-1, 5], "its values are -1.0 to 5.0; mien reads 0 to 1 or 255 or 65535"),
        ([0, 70000], "its values are 0.0 to 70000.0"),
    ],
)
def test_float_picture_of_unknown_scale(values: list[float], words: str) -> None:
    data = encode(Image.fromarray(np.array([values], np.float32)), format="TIFF")
    with pytest.raises(UnreadableImage, match=words):
        read_image(data)


def test_mode_that_cannot_become_rgb() -> None:
    with pytest.raises(UnreadableImage, match=r"^<image>: its colour mode, LAB, is not one that mien reads$"):
        read_image(Image.new("LAB", (2, 2)))


# Arrays


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([[0, 77]], np.uint8), [BLACK, (77, 77, 77)]),
        (np.array([[False, True]]), [BLACK, WHITE]),
        (np.array([[0, 32768, 65535]], np.uint16), [BLACK, (128, 128, 128), WHITE]),
        (np.array([[0, 32768, 65535]], ">u2"), [BLACK, (128, 128, 128), WHITE]),
        (np.array([[0, 0.2, 1]], np.float64), [BLACK, (51, 51, 51), WHITE]),
        (np.array([[[1, 0, 0.2]]], np.float32), [(255, 0, 51)]),
        (np.array([[[1, 0, 0]]], np.float16), [RED]),
        (np.array([[[255, 0, 0, 255], [9, 9, 9, 0]]], np.uint8), [RED, WHITE]),
        (np.array([[[1, 0, 0, 0.2]]], np.float32), [(255, 204, 204)]),
    ],
)
def test_arrays(array: np.ndarray, expected: list[tuple[int, int, int]]) -> None:
    assert [tuple(pixel) for pixel in read_image(array)[0].tolist()] == expected


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(3, np.uint8), "shape (h, w, 3), (h, w, 4) or (h, w), not (3,)"),
        (np.zeros((2, 2, 2), np.uint8), "not (2, 2, 2)"),
        (np.zeros((1, 4, 4, 3), np.uint8), "not (1, 4, 4, 3)"),
        (np.zeros((3, 4, 5), np.uint8), "not (3, 4, 5)"),
        (np.zeros((0, 4, 3), np.uint8), "4 x 0"),
        (np.zeros((4, 0), np.uint8), "0 x 4"),
        (np.zeros((2, 2), object), "uint8, uint16, float or bool, not object"),
        (np.zeros((2, 2), np.int64), "not int64"),
        (np.zeros((2, 2), np.uint32), "not uint32"),
        (np.zeros((2, 2), complex), "not complex128"),
        (np.array([[0, np.nan]]), "from 0 to 1, not from nan to nan"),
        (np.array([[0, np.inf]]), "from 0 to 1, not from 0.0 to inf"),
        (np.array([[0, 255.0]]), "from 0 to 1, not from 0.0 to 255.0"),
        (np.array([[-0.5, 1.0]]), "from 0 to 1, not from -0.5 to 1.0"),
    ],
)
def test_array_that_is_no_picture(array: np.ndarray, words: str) -> None:
    with pytest.raises(UnreadableImage, match=f"^<array>: .*{re.escape(words)}"):
        read_image(array)


# Size


def test_bomb_is_refused_before_it_is_decoded() -> None:
    resource = pytest.importorskip("resource")
    side = 20_000
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(100 * (1 + side // 8))) for _ in range(side // 100)) + packer.flush()
    bomb = png(side, side, 1, 0, rows)
    assert len(bomb) < 1_000_000

    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(ImageTooLarge, match=r"^<bytes>: 20000 x 20000 pixels are more than the limit of 100,000,000"):
        read_image(bomb)
    after = resource.getrusage(resource.RUSAGE_SELF)
    # Decoding takes 400 MB and the better part of a second.
    assert after.ru_maxrss - before.ru_maxrss < 50_000
    assert after.ru_utime - before.ru_utime < 0.2


@pytest.mark.parametrize("kind", ["file", "image", "array"])
def test_limit_is_the_last_size_allowed(kind: str) -> None:
    array = noise(10, 10)
    source = {
        "file": encode(Image.fromarray(array), format="PNG"),
        "image": Image.fromarray(array),
        "array": array,
    }
    assert read_image(source[kind], max_pixels=100).shape == (10, 10, 3)
    with pytest.raises(ImageTooLarge, match="10 x 10 pixels are more than the limit of 99"):
        read_image(source[kind], max_pixels=99)


@pytest.mark.parametrize("name", ["jpeg", "png", "bmp", "tiff", "deflated tiff", "gif"])
def test_limits_of_pillow_play_no_part(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(Image.fromarray(noise()), **EVERY_FORMAT[name])
    for limit in (10, noise().size // 4):  # Pillow raises at the first and warns at the second
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_image(data).shape == (64, 48, 3)
        assert limit == Image.MAX_IMAGE_PIXELS
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_gif_frame_that_outgrows_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(encode(Image.fromarray(noise()), format="GIF"))
    data[6:10] = struct.pack("<HH", 1, 1)
    with pytest.raises(ImageTooLarge, match="48 x 64"):
        read_image(bytes(data), max_pixels=100)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    with pytest.raises(ImageTooLarge, match="MAX_IMAGE_PIXELS"):
        read_image(bytes(data))


# What cannot be read

NOT_A_PICTURE = "not a picture in a format mien reads (JPEG, PNG, WebP, BMP, TIFF, GIF)"
CUT_SHORT = "the picture is cut short or damaged"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.jpg", None, "no such file"),
        ("empty.jpg", b"", "the file is empty"),
        ("notes.jpg", b"Dear diary, today I renamed a file.", NOT_A_PICTURE),
        ("zeros.png", bytes(1000), NOT_A_PICTURE),
        ("icon.ico", encode(Image.new("RGB", (16, 16)), format="ICO"), NOT_A_PICTURE),
        ("table.ppm", encode(Image.new("RGB", (16, 16)), format="PPM"), NOT_A_PICTURE),
        ("memo.bmp", b"BMW sent us a letter, not a bitmap. " * 9, CUT_SHORT),
        ("bad\0name.jpg", None, "the file cannot be opened (embedded null byte)"),
    ],
)
def test_unreadable_files(tmp_path: Path, name: str, content: bytes | None, reason: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableImage) as caught:
        read_image(path)
    assert str(caught.value) == f"{path}: {reason}"
    assert (caught.value.source, caught.value.reason) == (str(path), reason)


def test_a_folder_is_not_a_picture(tmp_path: Path) -> None:
    with pytest.raises(UnreadableImage, match="a folder, not a picture; in a list"):
        read_image(tmp_path)


def test_permission_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.jpg"
    path.write_bytes(encode(Image.new("RGB", (8, 8)), format="JPEG"))
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser reads everything

        def refuse(*_: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(builtins, "open", refuse)
    with pytest.raises(UnreadableImage, match=r"locked\.jpg: no permission to read this file$"):
        read_image(path)


@pytest.mark.parametrize("options", EVERY_FORMAT.values(), ids=EVERY_FORMAT)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_files(tmp_path: Path, options: dict, share: float) -> None:
    data = encode(Image.fromarray(noise()), **options)
    path = tmp_path / "photo"
    path.write_bytes(data[: max(16, int(len(data) * share))])
    with pytest.raises(UnreadableImage) as caught:
        read_image(path)
    assert str(caught.value) == f"{path}: {CUT_SHORT}"


def test_truncated_bytes_in_an_opened_pil_image() -> None:
    data = encode(Image.fromarray(noise()), format="JPEG")
    with pytest.raises(UnreadableImage, match=f"^<image>: {CUT_SHORT}$"):
        read_image(Image.open(io.BytesIO(data[: len(data) // 2])))


@pytest.mark.parametrize("options", EVERY_FORMAT.values(), ids=EVERY_FORMAT)
def test_random_damage_gives_a_picture_or_unreadable_image(options: dict) -> None:
    data = encode(Image.fromarray(noise(16, 16)), **options)
    random = np.random.default_rng(1)
    for _ in range(100):
        damaged = bytearray(data)
        for place in random.integers(0, min(len(data), 100), 3):
            damaged[place] = random.integers(256)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                read = read_image(bytes(damaged), max_pixels=1_000_000)
        except UnreadableImage as error:
            assert str(error).startswith("<bytes>: ")
        else:
            assert read.ndim == 3


@pytest.mark.parametrize("source", [None, 3, ["a.jpg"], object()])
def test_other_types_are_named(source: object) -> None:
    with pytest.raises(InputError, match=f"a picture must be .*, not {type(source).__name__}$"):
        read_image(source)


# The caller's file


@pytest.mark.parametrize("options", EVERY_FORMAT.values(), ids=EVERY_FORMAT)
def test_file_stays_open_and_is_read_from_its_start(tmp_path: Path, options: dict) -> None:
    path = tmp_path / "photo"
    path.write_bytes(encode(Image.fromarray(flag()), **options))
    with path.open("rb") as file:
        first = read_image(file)
        assert not file.closed
        np.testing.assert_array_equal(read_image(file), first)


def test_file_stays_open_when_it_cannot_be_read() -> None:
    for data in (b"", b"text", encode(Image.fromarray(noise()), format="JPEG")[:500]):
        file = io.BytesIO(data)
        with pytest.raises(UnreadableImage, match=r"^<file>: "):
            read_image(file)
        assert not file.closed


def test_stream_that_cannot_go_back() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    np.testing.assert_array_equal(read_image(Stream(encode(Image.fromarray(flag()), format="PNG"))), flag())


def test_file_opened_as_text(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(flag()).save(path)
    with path.open() as file, pytest.raises(UnreadableImage, match=r"photo\.png: .*mode 'rb'"):
        read_image(file)


def test_closed_file_says_so() -> None:
    file = io.BytesIO(b"x")
    file.close()
    with pytest.raises(UnreadableImage, match="closed file"):
        read_image(file)
