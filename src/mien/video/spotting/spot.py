"""Spotting: where in a clip a face moves for less than a blink of time."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from mien.errors import InputError, UnknownName
from mien.features.base import check_faces
from mien.video.spotting.blocks import Mask, counted, stand_out
from mien.video.spotting.difference import difference
from mien.video.spotting.movement import Movement
from mien.video.spotting.peaks import find_movements
from mien.video.spotting.steady import steady
from mien.video.spotting.strain import strain

Times = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

LEAST_RATE = 50.0
"""Frames a second: a movement of 1/25 s then is at its height in at least one frame."""

TAU = 0.2
NOISE = 5.0
"""Chosen on ten photos that moved as in tools/spotting_study.py; what the two are, says `spot`."""
SHORTEST, LONGEST = 1 / 25, 1 / 5
"""Seconds that a micro-expression lasts."""


class Method(Protocol):
    """How much each block of each frame differs from two others."""

    def __call__(
        self, faces: npt.NDArray[np.uint8], first: Places, second: Places, counted: Mask, /
    ) -> npt.NDArray[np.float32]:
        """See `difference` and `strain`."""
        ...


METHODS: dict[str, Method] = {"strain": strain, "difference": difference}
"""The methods by name."""


def spot(
    faces: npt.NDArray[np.uint8],
    times: npt.ArrayLike,
    method: str = "strain",
    *,
    margin: float = 1.0,
    eyes: bool = False,
    tau: float = TAU,
    noise: float = NOISE,
    shortest: float = SHORTEST,
    longest: float = LONGEST,
) -> list[Movement]:
    """Find the short movements of a face, such as micro-expressions.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Aligned grey faces of one person (`mien.align.align_faces`), some 96 to 128 pixels a side.
    times : array_like of float, shape (n,)
        Seconds of each frame, strictly increasing; steps may differ.
    method : {"strain", "difference"}
        Optical strain, or the chi-squared difference of local binary patterns.
    margin : float, default 1.0
        That of `align_faces`; says where the eyes are.
    eyes : bool, default False
        Whether movement of lids and eyeballs counts. Blinks last 1/10 to 1/3 s and would be the commonest finds; left
        out, some are still found by strain: optical flow carries their movement further than the lids go.
    tau : float, default 0.2
        Share of the clip's strongest contrast that a movement must reach, 0 to 1.
    noise : float, default 5.0
        Robust standard deviations by which a movement must stand out; the higher, the fewer false finds.
    shortest, longest : float, default 1/25 and 1/5
        Duration in seconds from onset to offset, with a tolerance of half as much again.

    Returns
    -------
    list of Movement
        In the order of time. Empty where nothing stands out, and for fewer than three frames.

    Raises
    ------
    InputError
        If faces and times do not fit, times do not increase, a setting is out of its range, or there are fewer than
        50 frames a second.
    UnknownName
        If there is no such method.

    Notes
    -----
    Each frame is compared with the two that lie `longest` before and after it, so that a movement at its apex is
    compared with the face before and after all of it. (At the clip's ends, where one of the two is missing, with those
    `longest` and twice as far away on the other side: two they must be, for the mean of two is less noisy than one.)
    Of the blocks' differences comes a curve F (`stand_out`), and of F the contrast
    C_i = F_i - (F_first + F_second) / 2, in which the echoes of a movement, when it is itself before or after, cancel.
    It is smoothed in time, standard deviation a fifth of `shortest`; `find_movements` does the rest.

    References
    ----------
    A. Moilanen, G. Zhao, M. Pietikäinen, "Spotting rapid facial movements from videos using appearance-based feature
    difference analysis", ICPR 2014: contrast and threshold. X. Li et al., "Towards reading hidden emotions", IEEE
    Transactions on Affective Computing 9(4), 2018.
    """
    faces, seconds = check_faces(faces), np.asarray(times, np.float64)
    if seconds.shape != (len(faces),):
        raise InputError(f"{len(faces)} faces need as many times, not an array of shape {seconds.shape}")
    if method not in METHODS:
        raise UnknownName("spotting method", method, METHODS)
    if not 0 < shortest < longest:
        raise InputError(f"movements from {shortest} to {longest} seconds are no range")
    if not 0 <= tau <= 1 or noise < 0 or margin <= 0:
        raise InputError(f"tau must be 0 to 1, noise 0 or more, margin above 0, not {tau}, {noise}, {margin}")
    if len(faces) < 3:
        return []
    steps = np.diff(seconds)
    if not steps.min() > 0:
        raise InputError(f"times must increase, but frame {int(steps.argmin()) + 1} is not later than that before it")
    step = float(np.median(steps))
    # Frame rates such as 50/1.001 are meant as 50.
    if step > 1.01 / LEAST_RATE:
        raise InputError(
            f"movements of 1/25 s cannot be seen at {1 / step:.4g} frames a second; at least 50 are needed"
        )
    seen = counted(faces.shape[1], margin, eyes)
    curve = contrast(steady(faces), seconds, METHODS[method], seen, longest, smoothing=shortest / 5)
    return find_movements(curve, seconds, tau=tau, noise=noise, shortest=shortest, longest=longest)


def contrast(
    faces: npt.NDArray[np.uint8], times: Times, method: Method, seen: Mask, distance: float, smoothing: float
) -> Times:
    """How much each frame stands out from those before and after it.

    Parameters
    ----------
    faces : ndarray of uint8, shape (n, s, s)
        Steady faces.
    times : ndarray of float64, shape (n,)
        Seconds, strictly increasing.
    method : Method
        One of `METHODS`.
    seen : ndarray of bool, shape (s, s)
        Pixels that count.
    distance : float
        Seconds to the frames that each is compared with.
    smoothing : float
        Standard deviation in seconds of the smoothing in time.

    Returns
    -------
    ndarray of float64, shape (n,)
        C of the notes on `spot`, around 0 where nothing moves.
    """
    first, second = _neighbours(times, distance)
    curve = stand_out(method(faces, first, second, seen))
    step = float(np.median(np.diff(times)))
    return np.asarray(gaussian_filter1d(curve - (curve[first] + curve[second]) / 2, smoothing / step))


def _neighbours(times: Times, distance: float) -> tuple[Places, Places]:
    """For each frame the two nearest to a time before and after it; where a side has none, two on the other side."""
    early, late = times - distance < times[0], times + distance > times[-1]
    first = _nearest(times, times + np.where(early, 2, -1) * distance)
    return first, _nearest(times, times + np.where(late, -2, 1) * distance)


def _nearest(times: Times, wanted: Times) -> Places:
    """The frame nearest to each time."""
    right = np.searchsorted(times, wanted).clip(1, len(times) - 1)
    return np.asarray(right - (wanted - times[right - 1] < times[right] - wanted))
