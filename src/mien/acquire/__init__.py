"""From whatever the caller has to upright RGB pictures."""

from mien.acquire.images import read_image
from mien.acquire.sources import ImageSource, describe_source, expand_sources

__all__ = ["ImageSource", "describe_source", "expand_sources", "read_image"]
