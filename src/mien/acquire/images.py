"""Read one picture, of any kind, as upright RGB."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from mien.acquire.sources import FORMAT_NAMES, ImageSource, describe_source
from mien.errors import ImageTooLarge, InputError, MienError, UnreadableImage

ByteArray = npt.NDArray[np.uint8]

_TIFF_WIDTH, _TIFF_LENGTH = 0x0100, 0x0101


class _UnlimitedTiff(TiffImageFile):
    """A TIFF whose memory is laid out here, because Pillow's own way to it asks for Pillow's limit."""

    def load_prepare(self) -> None:
        self.im = Image.new(self.mode, (self.tag_v2[_TIFF_WIDTH], self.tag_v2[_TIFF_LENGTH])).im
        super().load_prepare()


# Pillow's readers are called by name: `Image.open` would hold the size against a limit of its own, a global
# that all threads share, and `max_pixels` could not be larger.
_READERS: tuple[tuple[bytes, Callable[[BinaryIO], Image.Image]], ...] = (
    (rb"\xff\xd8\xff", JpegImageFile),
    (rb"\x89PNG\r\n\x1a\n", PngImageFile),
    (rb"RIFF....WEBP", WebPImageFile),
    (rb"BM", BmpImageFile),
    (rb"II[*+]\x00|MM\x00[*+]", _UnlimitedTiff),
    (rb"GIF8[79]a", GifImageFile),
)
_SIGNATURE_LENGTH = 12

_EXIF_ORIENTATION = 0x0112
# The turn that undoes each orientation.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# The modes that Pillow turns into RGB by itself, and rightly.
_COLOUR_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV")

# What white can be in a mode wider than 8 bits. Pillow's "I" and "F" do not say which it is, so the least
# that holds all values is taken: by any larger one the picture would be all but black.
_FULL_SCALES = {
    "I;16": (65535,),
    "I;16L": (65535,),
    "I;16B": (65535,),
    "I": (255, 65535),
    "F": (1, 255, 65535),
}


def read_image(source: ImageSource, *, max_pixels: int = 100_000_000) -> ByteArray:
    """Read a picture as upright RGB.

    Parameters
    ----------
    source : ImageSource
        The path of a picture, the bytes of one, a binary file (read from its start and left open), a Pillow
        image, or an array: RGB ``(h, w, 3)``, RGBA ``(h, w, 4)`` or grey ``(h, w)``, of uint8 0 to 255,
        uint16 0 to 65535, float 0 to 1, or bool. Files are JPEG, PNG, WebP, BMP, TIFF or GIF; of several
        frames the first is read.
    max_pixels : int
        A picture with more is refused before it is decoded.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3)
        RGB, turned upright as its EXIF orientation says, with transparency laid over white. Contiguous,
        writable and never the caller's own memory.

    Raises
    ------
    ImageTooLarge
        If the picture has more than `max_pixels` pixels.
    UnreadableImage
        If there is no whole picture in `source`; the message names it and says why.
    InputError
        If `source` is of another type.
    """
    name = describe_source(source)
    if isinstance(source, np.ndarray):
        return _from_array(source, name, max_pixels)
    if isinstance(source, Image.Image):
        return _decode(source, name, max_pixels)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _from_file(io.BytesIO(source), name, max_pixels)
    if isinstance(source, (str, os.PathLike)):
        with _open(source, name) as file:
            return _from_file(file, name, max_pixels)
    if isinstance(source, io.TextIOBase):
        raise UnreadableImage(name, "the file is open as text; open it with mode 'rb'")
    if hasattr(source, "seekable"):
        return _from_file(source, name, max_pixels)
    raise InputError(
        f"a picture must be a path, bytes, a binary file, a PIL image or a numpy array, not {type(source).__name__}"
    )


def _open(path: str | os.PathLike[str], name: str) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError as error:
        raise UnreadableImage(name, "no such file") from error
    except (OSError, ValueError) as error:
        # Asked only now, and before the kind of error: Windows calls opening a folder a lack of permission.
        if os.path.isdir(path):
            raise UnreadableImage(
                name, "a folder, not a picture; in a list it stands for the pictures it holds"
            ) from error
        if isinstance(error, PermissionError):
            raise UnreadableImage(name, "no permission to read this file") from error
        raise UnreadableImage(name, f"the file cannot be opened ({error})") from error


def _from_file(file: BinaryIO, name: str, max_pixels: int) -> ByteArray:
    try:
        if file.seekable():
            file.seek(0)
        else:
            file = io.BytesIO(file.read())
        start = file.read(_SIGNATURE_LENGTH)
        file.seek(0)
    except (OSError, ValueError) as error:
        raise UnreadableImage(name, f"the file cannot be read ({error})") from error
    if not start:
        raise UnreadableImage(name, "the file is empty")
    for signature, reader in _READERS:
        if re.match(signature, start, re.DOTALL):
            with _damage_reported(name):
                image = reader(file)
            return _decode(image, name, max_pixels)
    raise UnreadableImage(name, f"not a picture in a format mien reads ({FORMAT_NAMES})")


def _decode(image: Image.Image, name: str, max_pixels: int) -> ByteArray:
    _check_size(*image.size, name, max_pixels)
    with _damage_reported(name):
        image.load()
        rgb = _to_rgb(image, name)
        # Only after loading: a PNG may carry its EXIF behind the pixels, and Pillow turns a TIFF by itself.
        turn = _UPRIGHT.get(_orientation(image))
        return np.array(rgb if turn is None else rgb.transpose(turn))


def _check_size(width: int, height: int, name: str, max_pixels: int) -> None:
    if not width or not height:
        raise UnreadableImage(name, f"a picture needs pixels, and this one is {width} x {height}")
    if width * height > max_pixels:
        raise ImageTooLarge(name, f"{width} x {height} pixels are more than the limit of {max_pixels:,}")


@contextmanager
def _damage_reported(name: str) -> Iterator[None]:
    try:
        yield
    except (MienError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # The readers of WebP and GIF ask for Pillow's limit by themselves.
        raise ImageTooLarge(name, "more pixels than PIL.Image.MAX_IMAGE_PIXELS allows") from error
    except Exception as error:
        # Damaged files make Pillow raise nearly anything: OSError, SyntaxError, ValueError, struct.error,
        # zlib.error, IndexError, AttributeError ... and all of it means the same.
        raise UnreadableImage(name, "the picture is cut short or damaged") from error


def _orientation(image: Image.Image) -> Any:
    try:
        return image.getexif().get(_EXIF_ORIENTATION)
    except Exception:
        # As many kinds as in `_damage_reported`; but these are only notes, and the picture itself is whole.
        return None


def _to_rgb(image: Image.Image, name: str) -> Image.Image:
    if image.mode in _FULL_SCALES:
        image = Image.fromarray(_narrow(np.asarray(image), image.mode, name))
    if image.mode not in _COLOUR_MODES:
        raise UnreadableImage(name, f"its colour mode, {image.mode}, is not one that mien reads")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    # Over white, as a page shows it. Otherwise the colours hidden under the transparent part come to light,
    # which are often black or left-overs, and a cut-out portrait stands in noise.
    picture = image.convert("RGBA")
    rgb = Image.new("RGB", image.size, "white")
    rgb.paste(picture, mask=picture)
    return rgb


def _narrow(values: npt.NDArray[Any], mode: str, name: str) -> ByteArray:
    low, high = values.min(), values.max()
    scales = _FULL_SCALES[mode]
    full_scale = next((scale for scale in scales if low >= 0 and high <= scale), None)
    if full_scale is None:
        known = " or ".join(map(str, scales))
        raise UnreadableImage(name, f"its values are {low} to {high}; mien reads 0 to {known}")
    return _to_uint8(values, full_scale)


def _to_uint8(values: npt.NDArray[Any], full_scale: int) -> ByteArray:
    return np.rint(values * np.float32(255 / full_scale)).astype(np.uint8)


def _from_array(array: npt.NDArray[Any], name: str, max_pixels: int) -> ByteArray:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise UnreadableImage(name, f"an array must have shape (h, w, 3), (h, w, 4) or (h, w), not {array.shape}")
    _check_size(array.shape[1], array.shape[0], name, max_pixels)
    match array.dtype.kind, array.dtype.itemsize:
        case "u", 1:
            values = array
        case "u", 2:
            values = _to_uint8(array, 65535)
        case "b", _:
            values = _to_uint8(array, 1)
        case "f", _:
            low, high = array.min(), array.max()
            if not (low >= 0 and high <= 1):  # so put, NaN is caught too
                raise UnreadableImage(name, f"a float array must hold values from 0 to 1, not from {low} to {high}")
            values = _to_uint8(array, 1)
        case _:
            raise UnreadableImage(name, f"an array must be of uint8, uint16, float or bool, not {array.dtype}")
    if values.shape[2:] == (3,):
        return np.array(values, order="C")
    return np.array(_to_rgb(Image.fromarray(values), name))
