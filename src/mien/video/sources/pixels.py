"""From a decoded frame, of any pixel format and turned any way, to upright RGB."""

from __future__ import annotations

from math import cos, radians, sin

import cv2
import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from mien.errors import UnreadableVideo
from mien.video.sources.base import ImageArray


class RGBConverter:
    """Turns frames into upright RGB; one a video, because it keeps its tables from frame to frame.

    Parameters
    ----------
    name : str
        The video, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._reformatter = VideoReformatter()

    def convert(self, frame: VideoFrame) -> ImageArray:
        """The picture of a frame, shape (h, w, 3), contiguous and never the decoder's own memory."""
        try:
            converted = self._reformatter.reformat(frame, format="rgb24")
        except FFmpegError as error:
            reason = f"pictures of format {frame.format.name} cannot be turned into RGB ({error.strerror})"
            raise UnreadableVideo(self._name, reason) from error
        image = np.asarray(converted.to_ndarray(), np.uint8)
        turned = upright(image, *display_matrix(frame))
        if converted is frame and turned is image:
            return image.copy()
        return np.ascontiguousarray(turned)


def display_matrix(frame: VideoFrame) -> tuple[float, float, float, float]:
    """How a frame is to be shown: right is ``(a, b)`` and down is ``(c, d)``, up to scale.

    It is FFmpeg's display matrix, from which PyAV by itself reads the angle, but not whether it mirrors.
    """
    try:
        data = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:
        # PyAV cannot list side data at all if one is of a kind it does not know, such as EXIF.
        angle = radians(frame.rotation)
        return cos(angle), -sin(angle), sin(angle), cos(angle)
    if data is None:
        return 1, 0, 0, 1
    a, b, _, c, d = np.frombuffer(bytes(data), np.int32)[:5].tolist()  # type: ignore[call-overload]
    return a, b, c, d


def upright(image: ImageArray, a: float, b: float, c: float, d: float) -> ImageArray:
    """A picture mirrored and turned by the nearest multiple of 90 degrees.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        The picture as it is stored.
    a, b, c, d : float
        As `display_matrix` gives them: the pixel at ``(x, y)`` belongs to ``(a x + c y, b x + d y)``, y down.

    Returns
    -------
    ndarray of uint8, shape (h, w, 3) or (w, h, 3)
        The very same array if it is upright.
    """
    turned = abs(b) > abs(a)
    across, down = (c, b) if turned else (a, d)
    if turned:
        image = np.asarray(cv2.transpose(image), np.uint8)
    if across < 0 or down < 0:
        axis = -1 if across < 0 and down < 0 else int(across < 0)
        image = np.asarray(cv2.flip(image, axis), np.uint8)
    return image
