"""Where the camera stands, and how a head is turned before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

# From the head's axes (y up, z out of the face) to the camera's (y down, z away from it).
_TO_CAMERA = np.diag((1.0, -1.0, -1.0))


def rotation(yaw: float, pitch: float, roll: float) -> npt.NDArray[np.float64]:
    """The rotation of a head in the camera's axes (x right, y down, z away), shape (3, 3): nodding, turning, tilting.

    Parameters
    ----------
    yaw, pitch, roll : float
        Degrees, signed as in `mien.pose.estimate_pose`: positive to the right side of the picture (the head's own
        left), up, clockwise as seen.
    """
    y, p, r = np.radians((-yaw, -pitch, roll))
    nod = np.array([(1, 0, 0), (0, np.cos(p), -np.sin(p)), (0, np.sin(p), np.cos(p))])
    turn = np.array([(np.cos(y), 0, np.sin(y)), (0, 1, 0), (-np.sin(y), 0, np.cos(y))])
    tilt = np.array([(np.cos(r), -np.sin(r), 0), (np.sin(r), np.cos(r), 0), (0, 0, 1)])
    return np.asarray(tilt @ turn @ nod)


@dataclass(frozen=True, eq=False)
class Camera:
    """A pinhole camera before a head.

    Attributes
    ----------
    yaw, pitch, roll : float
        How the head is turned as this camera sees it, degrees; see `rotation`.
    target : ndarray of float, shape (3,)
        The point of the head in the middle of the picture.
    distance : float
        From there to the camera, centimetres.
    focal : float
        Focal length, in sides of the picture.
    """

    yaw: float
    pitch: float
    roll: float
    target: npt.NDArray[np.float64]
    distance: float
    focal: float

    def project(self, points: npt.NDArray[np.floating], size: int) -> FloatArray:
        """Where points of the head, shape (n, 3), fall in a picture of `size` pixels a side: ``x, y``, shape (n, 2).

        Pixel ``i`` covers ``i`` to ``i + 1``.
        """
        seen = (points - self.target) @ (rotation(self.yaw, self.pitch, self.roll) @ _TO_CAMERA).T
        seen[:, 2] += self.distance
        return np.asarray(size * (self.focal * seen[:, :2] / seen[:, 2:] + 0.5), np.float32)

    @property
    def position(self) -> npt.NDArray[np.float64]:
        """Where it stands, in the head's axes, shape (3,)."""
        back = (rotation(self.yaw, self.pitch, self.roll) @ _TO_CAMERA).T
        return np.asarray(self.target + back @ (0, 0, -self.distance))

    def directions(self, size: int) -> FloatArray:
        """Unit vectors through the centres of all pixels, row by row, in the head's axes, shape (size², 3)."""
        places = (np.arange(size) + 0.5) / size - 0.5
        x, y = np.meshgrid(places, places)
        rays = np.stack([x, y, np.full_like(x, self.focal)], -1).reshape(-1, 3)
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        back = (rotation(self.yaw, self.pitch, self.roll) @ _TO_CAMERA).T
        return np.ascontiguousarray(rays @ back.T, np.float32)
