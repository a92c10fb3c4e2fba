"""The faces that the page shows: which rows of the timeline they are, and their pictures from the video."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.video.peaks import Peak
from mien.video.sources import open_source
from mien.video.timeline import AUDIENCE, Timeline

SIZE = 112
"""Side of a thumbnail in pixels, twice as many as it takes on a page."""

_MARGIN = 1.35
_EARLIER = 0.002  # seconds; containers round the times of frames


def portrait_row(timeline: Timeline, track: int) -> int:
    """The row that shows this person largest and surest."""
    heights = timeline.boxes[:, 3] - timeline.boxes[:, 1]
    return int(np.where(timeline.tracks == track, timeline.scores * heights, -np.inf).argmax())


def peak_rows(timeline: Timeline, peak: Peak, window: float) -> tuple[int, int]:
    """The rows within `window` seconds before and after a peak that show its two expressions most clearly.

    A peak of the audience has the faces of whoever shows them most clearly.
    """
    of_person = (timeline.tracks == peak.track) | (peak.track == AUDIENCE)
    earlier = (timeline.times > peak.time - window) & (timeline.times <= peak.time)
    later = (timeline.times > peak.time) & (timeline.times <= peak.time + window)

    def clearest(side: npt.NDArray[np.bool_], label: str) -> int:
        shown = timeline.probabilities[:, timeline.label_set.index(label)]
        return int(np.where(of_person & side, shown, -1).argmax())

    return clearest(earlier, peak.before), clearest(later, peak.after)


def face_pictures(timeline: Timeline, rows: Iterable[int], video: str | PathLike[str]) -> dict[int, bytes]:
    """Small pictures of faces.

    Parameters
    ----------
    timeline : Timeline
        Of the video.
    rows : iterable of int
        Whose faces; only the video around them is decoded.
    video : path or address
        As `mien.video.sources.open_source` takes it.

    Returns
    -------
    dict from int to bytes
        A JPEG of `SIZE` squared for each row.

    Raises
    ------
    InputError
        If the video is too short or a face lies outside its frame, so that it is another video.
    UnreadableVideo
        If it cannot be read.
    MissingExtra
        If the extra ``video`` is not installed.
    """
    pictures = {}
    for row in sorted(set(rows)):
        time = float(timeline.times[row])
        with open_source(video, start=max(time - _EARLIER, 0.0)) as source:
            frame = next(iter(source), None)
        if frame is None:
            raise InputError(f"{video}: there is no picture at {time:.2f} s; is it the video of the timeline?")
        pictures[row] = _thumbnail(frame.image, timeline.boxes[row], f"{video} at {time:.2f} s")
    return pictures


def _thumbnail(image: npt.NDArray[np.uint8], box: npt.NDArray[np.float32], place: str) -> bytes:
    height, width = image.shape[:2]
    x1, y1, x2, y2 = box.tolist()
    middle = (x1 + x2) / 2, (y1 + y2) / 2
    if not (0 <= middle[0] < width and 0 <= middle[1] < height):
        raise InputError(f"{place}: the face is outside the picture; is it the video of the timeline?")
    side = max(1, round(_MARGIN * max(x2 - x1, y2 - y1)))
    # Repeats the border where a face is at the edge of the picture.
    square = cv2.getRectSubPix(image, (side, side), middle)
    small = cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_AREA if side > SIZE else cv2.INTER_CUBIC)
    _, packed = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return packed.tobytes()
