"""The turns of an average head (`mien.turning.Turns`), by rays that its views send to it.

A photo is laid onto the head and the head is turned. What the photo did not show stays unknown, and how far a pixel can
be trusted is known. Zhu et al. 2016, "Face alignment across large poses: a 3D solution" (face profiling), fit a head to
each photo; here the average one serves for all, so that view and frame are all that must be known of a photo.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mien.turning.turns import Turns
from mien.views.camera import Camera
from mien.views.hair import Mesh
from mien.views.model import BACK, GUMS, HeadModel
from mien.views.recording import DISTANCES, SHARES, aim
from mien.views.rendering import Rays, vertex_normals

FloatArray = npt.NDArray[np.float32]

_BELOW, _ABOVE = 1.5, 2.5  # centimetres under the chin and over the brows where a photo's neck and hair begin
_GRAZING, _PLAIN = 0.1, 0.5  # cosines to the skin's normal between which trust rises from 0 to 1
_LIFT = 0.15  # centimetres over the skin where rays begin


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
