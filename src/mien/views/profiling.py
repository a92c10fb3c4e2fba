"""Photos seen from another side, by way of an average head: where a pixel of one view lies in another.

A photo is laid onto a head and the head is turned. What the photo did not show stays unknown, and how far a pixel can
be trusted is known. Zhu et al. 2016, "Face alignment across large poses: a 3D solution" (face profiling), fit a head to
each photo; here the average one serves for all, so that view and frame are all that must be known of a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import cv2
import numpy as np
import numpy.typing as npt

from mien.errors import DatasetError
from mien.turning.frame import without_rim
from mien.views.camera import Camera
from mien.views.hair import Mesh
from mien.views.model import BACK, GUMS, HeadModel
from mien.views.recording import DISTANCES, SHARES, aim
from mien.views.rendering import Rays, vertex_normals
from mien.writing import whole_file

FloatArray = npt.NDArray[np.float32]

_BELOW, _ABOVE = 1.5, 2.5  # centimetres under the chin and over the brows where a photo's neck and hair begin
_GRAZING, _PLAIN = 0.1, 0.5  # cosines to the skin's normal between which trust rises from 0 to 1
_LIFT = 0.15  # centimetres over the skin where rays begin


@dataclass(frozen=True, eq=False)
class Turns:
    """From each view to each other.

    Attributes
    ----------
    places : ndarray of float32, shape (views, views, s, s, 2)
        From the first to the second view: ``x, y`` in the picture of the first, -1 to 1 from edge to edge, of what the
        pixels in that of the second show. 0 where that is nothing.
    seen : ndarray of float32, shape (views, views, s, s)
        How well both views see it, 0 to 1.
    """

    places: FloatArray
    seen: FloatArray


def make_turns(model: HeadModel, views: Sequence[int], size: int) -> Turns:
    """The turns of the average head between views, whose yaws are in degrees, in pictures of `size` pixels a side.

    Raises
    ------
    MissingExtra
        If Embree is not installed.
    """
    distance, share = np.mean(DISTANCES), np.mean(SHARES)
    cameras = [aim(model, model.neutral, float(distance), float(share), yaw) for yaw in views]
    landmarks = model.neutral[model.landmarks, 1]
    low, high = landmarks.min() - _BELOW, landmarks.max() + _ABOVE
    skin = ~model.is_material(BACK, GUMS)
    rays, normals = Rays(model.neutral, model.triangles), vertex_normals(Mesh(model.neutral, model.triangles))
    places = np.zeros((len(views), len(views), size * size, 2), np.float32)
    seen = np.zeros((len(views), len(views), size * size), np.float32)
    for to, camera in enumerate(cameras):
        directions = camera.directions(size)
        origins = np.broadcast_to(camera.position.astype(np.float32), directions.shape)
        met, weights = rays.first(np.ascontiguousarray(origins), directions)
        pixels = np.flatnonzero(met >= 0)
        pixels = pixels[skin[met[pixels]]]
        corners = model.triangles[met[pixels]]
        points, outward = (np.einsum("hk,hka->ha", weights[pixels], of[corners]) for of in (model.neutral, normals))
        pixels, points, outward = (of[(points[:, 1] > low) & (points[:, 1] < high)] for of in (pixels, points, outward))
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        for of, other in enumerate(cameras):
            places[of, to, pixels] = 2 * other.project(points, 1) - 1
            seen[of, to, pixels] = _seen(other, points, outward, rays)
    shape = (len(views), len(views), size, size)
    return Turns(places.reshape(*shape, 2), seen.reshape(shape))


def _seen(camera: Camera, points: FloatArray, outward: FloatArray, rays: Rays) -> FloatArray:
    """How plainly a camera sees points of the skin, shape (n,)."""
    towards = camera.position - points
    towards /= np.linalg.norm(towards, axis=1, keepdims=True)
    hidden = rays.hides(points + _LIFT * outward, towards.astype(np.float32))
    plain = ((outward * towards).sum(1) - _GRAZING) / (_PLAIN - _GRAZING)
    return np.asarray(np.where(hidden, 0, plain.clip(0, 1)), np.float32)


def write_turns(turns: Turns, path: Path) -> None:
    """Write them as a NumPy archive of half the precision, which is a hundredth of a pixel in most places."""
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, places=turns.places.astype(np.float16), seen=turns.seen.astype(np.float16))


def read_turns(path: Path, views: int, side: int, rim: float) -> Turns:
    """Read turns, for pictures of another size.

    Parameters
    ----------
    path : Path
        What `write_turns` wrote.
    views : int
        How many views there must be.
    side : int
        Of the pictures, pixels.
    rim : float
        What they lack of the whole ones (`mien.turning.frame.without_rim`).

    Raises
    ------
    DatasetError
        If there is no such file, or it holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            places, seen = file["places"].astype(np.float32), file["seen"].astype(np.float32)
    except FileNotFoundError:
        raise DatasetError(f"{path}: no such file; the same mien views render makes it") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DatasetError(f"{path}: these are not the turns of a head ({error})") from None
    if places.shape != (*seen.shape, 2) or seen.shape[:2] != (views, views):
        raise DatasetError(f"{path}: these are the turns of {len(seen)} views, and there are {views}")
    smaller = Turns(*(np.empty((views, views, side, side, *more), np.float32) for more in ((2,), ())))
    for turn in np.ndindex(views, views):
        # Where a pixel is half seen, its place is the mean of those that are.
        known = places[turn].any(-1).astype(np.float32)
        found, share, trust = (
            cv2.resize(without_rim(of, rim), (side, side), interpolation=cv2.INTER_AREA)
            for of in (places[turn], known, seen[turn])
        )
        smaller.places[turn] = found / np.maximum(share, 1e-6)[..., None]
        smaller.seen[turn] = trust
    # From places in the whole picture to those in what is left of it; its middle is lower by half a rim.
    smaller.places[..., 1] -= rim
    smaller.places[...] /= 1 - rim
    smaller.seen[(np.abs(smaller.places) > 1).any(-1)] = 0
    return smaller
