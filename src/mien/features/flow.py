"""How a face moves from one picture to another: dense optical flow, its strain, and histograms of both."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import InputError
from mien.features.base import ClipDescriptor, FaceArray, FloatArray, check_faces

CELLS = 6
"""Cells a side in which movement is counted."""
DIRECTIONS = 8
"""Directions that are told apart; the first is to the right, then down by a turn of 45 degrees each."""


def optical_flow(first: FaceArray, second: FaceArray) -> FloatArray:
    """The movement of every pixel from one picture to another.

    Parameters
    ----------
    first, second : ndarray of uint8, shape (n, h, w)
        Grey faces, aligned and in pairs, such as onset and apex of an expression.

    Returns
    -------
    ndarray of float32, shape (n, h, w, 2)
        ``x, y`` in pixels: what is at a place in `first` is at that place plus this in `second`.

    Raises
    ------
    InputError
        If the pictures are no pairs, or smaller than 16 pixels.

    References
    ----------
    T. Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016, as in OpenCV, down to full
    resolution: faces of 48 pixels have none to spare.
    """
    check_faces(first)
    check_faces(second)
    if first.shape != second.shape:
        raise InputError(f"first pictures of shape {first.shape} and second of {second.shape} make no pairs")
    if min(first.shape[1:]) < 16:
        raise InputError(f"optical flow needs pictures of at least 16 pixels, not {first.shape[1:]}")
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    search.setFinestScale(0)
    flow = np.empty((*first.shape, 2), np.float32)
    for result, before, after in zip(flow, first, second, strict=True):
        # The caller's pictures may be views that OpenCV does not take.
        pair = np.ascontiguousarray(before), np.ascontiguousarray(after)
        result[:] = search.calc(*pair, np.zeros_like(result))
    return flow


def optical_strain(flow: FloatArray) -> FloatArray:
    """How much the skin is stretched or sheared: the magnitude of the strain tensor.

    Parameters
    ----------
    flow : ndarray of float32, shape (n, h, w, 2)
        `optical_flow`; u and v below.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
        sqrt(e_xx^2 + e_yy^2 + 2 e_xy^2) with e_xx = u_x, e_yy = v_y, e_xy = (u_y + v_x) / 2. Moving or slowly turning
        as a whole gives 0.

    References
    ----------
    M. Shreve et al., "Macro- and micro-expression spotting in long videos using spatio-temporal strain", FG 2011.
    """
    u_y, u_x = np.gradient(flow[..., 0], axis=(1, 2))
    v_y, v_x = np.gradient(flow[..., 1], axis=(1, 2))
    return np.asarray(np.sqrt(u_x**2 + v_y**2 + (u_y + v_x) ** 2 / 2), np.float32)


def flow_features(first: FaceArray, second: FaceArray) -> FloatArray:
    """Movement in each cell by direction, and strain.

    Parameters
    ----------
    first, second : ndarray of uint8, shape (n, h, w)
        As for `optical_flow`.

    Returns
    -------
    ndarray of float32, shape (n, CELLS * CELLS * (DIRECTIONS + 1))
        For each cell, row by row: a histogram of directions weighted by magnitude and divided by the pixels of the
        cell, so that it sums to the mean magnitude in pixels; then the mean strain.

    References
    ----------
    R. Chaudhry et al., "Histograms of oriented optical flow and Binet-Cauchy kernels on nonlinear dynamical systems
    for the recognition of human actions", CVPR 2009.
    """
    flow = optical_flow(first, second)
    magnitude = np.hypot(flow[..., 0], flow[..., 1])
    # Directions are the centres of their bins, so that a clear movement to one side is all in one.
    turn = np.arctan2(flow[..., 1], flow[..., 0]) / (2 * np.pi) * DIRECTIONS
    bins = np.rint(turn).astype(int) % DIRECTIONS
    maps = [np.where(bins == direction, magnitude, 0) for direction in range(DIRECTIONS)]
    means = [_cell_means(channel) for channel in (*maps, optical_strain(flow))]
    return np.stack(means, -1).reshape(len(flow), -1)


class Flow(ClipDescriptor):
    """`flow_features` of clips from the first frame, the onset, to the last, the apex; shape (n, d)."""

    def describe(self, clips: FaceArray) -> FloatArray:
        """See `ClipDescriptor`."""
        return flow_features(clips[:, 0], clips[:, -1])


class FlowSequences(ClipDescriptor):
    """`flow_features` of clips from the first frame to each that follows; shape (n, frames - 1, d)."""

    def describe(self, clips: FaceArray) -> FloatArray:
        """See `ClipDescriptor`."""
        n, frames, h, w = clips.shape
        first = np.broadcast_to(clips[:, :1], (n, frames - 1, h, w))
        features = flow_features(first.reshape(-1, h, w), clips[:, 1:].reshape(-1, h, w))
        return features.reshape(n, frames - 1, -1)


def _cell_means(channel: npt.NDArray[np.floating]) -> FloatArray:
    """Means over CELLS x CELLS parts as equal as pixels allow: (n, h, w) -> (n, CELLS * CELLS)."""
    rows, columns = (np.linspace(0, side, CELLS + 1).astype(int) for side in channel.shape[1:])
    sums = np.add.reduceat(np.add.reduceat(channel, rows[:-1], 1), columns[:-1], 2)
    sizes = np.diff(rows)[:, None] * np.diff(columns)
    return np.asarray(sums / sizes, np.float32).reshape(len(channel), -1)
