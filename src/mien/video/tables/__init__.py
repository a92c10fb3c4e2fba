"""Timelines in files: written while a video runs, and read back.

=======================  ===============================================================================
``.csv``                 A header, and one row a face and frame: the columns of `Timeline.to_table`.
``.jsonl``, ``.ndjson``  One object a line, as `Timeline.to_dicts` has them; no header.
``.parquet``             The columns of `Timeline.to_table`. It is made when the writer is closed; until then
                         the rows are in a journal beside it, ``NAME.parquet.partial.jsonl``, which can be read
                         as any other timeline.
=======================  ===============================================================================

All hold times to the microsecond and all other fractions to six significant digits.
"""

from __future__ import annotations

from mien.video.tables.reading import read_timeline
from mien.video.tables.writing import TimelineWriter, open_timeline_writer

__all__ = ["TimelineWriter", "open_timeline_writer", "read_timeline"]
