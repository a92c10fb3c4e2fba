"""From a video file, a folder of pictures, an address or a camera to frames: number, time, upright RGB."""

from mien.video.sources.base import FrameSource
from mien.video.sources.opening import open_source

__all__ = ["FrameSource", "open_source"]
