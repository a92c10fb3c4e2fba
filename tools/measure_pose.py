"""Find the average head of `mien.pose` and measure what its angles are worth; prints figures of docs/detection.md.

    python tools/measure_pose.py ict_facekit_light.npz

Heads of ICT-FaceKit (https://github.com/ICT-VGL/ICT-FaceKit, MIT licence), repacked as arrays: ``neutral``,
``triangles``, ``triangle_material`` and ``materials``, ``identity_deltas``, ``expression_names`` and
``expression_deltas``, ``landmarks68``; centimetres, y up, z out of the face. The mean head and 35 random ones are
rendered in seven poses each, painted without textures, and found by the default detector.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from mien.detect import get_detector
from mien.pose import MEAN_FACE, estimate_pose

Array = npt.NDArray[np.floating[Any]]

SIZE = 320
HEADS, VIEWS = 36, 7
TO_CAMERA = np.array([1, -1, -1])  # from y up, z out of the face to y down, z away from the camera
HIDDEN = ("M_LacrimalFluid", "M_EyeBlend", "M_EyeOcclusion", "M_EyeLashes")
PAINT = {
    "M_ScleraLeft": (235, 232, 228),
    "M_ScleraRight": (235, 232, 228),
    "M_IrisLeft": (50, 35, 25),
    "M_IrisRight": (50, 35, 25),
    "M_Teeth": (235, 230, 215),
    "M_GumsTongue": (150, 70, 70),
}
HAIR, BROWS = (55, 38, 28), (60, 42, 32)


@dataclass(frozen=True)
class View:
    """A rendered head that was found: which, how it was turned, how far away and how enlarged, and its landmarks."""

    head: int
    yaw: float
    pitch: float
    distance: float
    focal: float
    landmarks: Array


class Heads:
    """Makes and paints heads of the model."""

    def __init__(self, path: str) -> None:
        self.model = np.load(path, allow_pickle=False)
        self.names = list(self.model["materials"])
        self.neutral = self.model["neutral"].astype(float)
        self.landmarks = self.model["landmarks68"]
        shown = ~np.isin(self.model["triangle_material"], [self.names.index(name) for name in HIDDEN])
        self.triangles = self.model["triangles"][shown]
        self.material = self.model["triangle_material"][shown]

    def make(self, number: int, rng: np.random.Generator) -> Array:
        """Vertices of a head, as large as the mean one; one in four smiles, one in four has its mouth open."""
        identity, expressions = self.model["identity_deltas"], self.model["expression_deltas"]
        names = list(self.model["expression_names"])
        points = self.neutral[self.landmarks]
        spread = np.linalg.norm(points - points.mean(0))
        head = self.neutral + np.tensordot(rng.normal(0, 0.8, 100), identity, 1) if number else self.neutral
        points = head[self.landmarks]
        scale = spread / np.linalg.norm(points - points.mean(0))
        head = (head - points.mean(0)) * scale
        if number % 4 == 1:
            smile = [names.index("mouthSmile_L"), names.index("mouthSmile_R")]
            head = head + scale * rng.uniform(0.3, 1) * expressions[smile].sum(0)
        if number % 4 == 2:
            head = head + scale * rng.uniform(0.1, 0.5) * expressions[names.index("jawOpen")]
        return np.asarray(head)

    def paint(self, head: Array, rng: np.random.Generator) -> Array:
        """A colour for each triangle: skin, eyes, lips, brows and hair."""
        skin_colour = np.array([205, 165, 140]) * rng.uniform(0.5, 1.1)
        colours = np.tile(skin_colour, (len(self.triangles), 1))
        for name, colour in PAINT.items():
            colours[self.material == self.names.index(name)] = colour
        centres, points = head[self.triangles].mean(1), head[self.landmarks]
        back = self.material == self.names.index("M_BackHead")
        skin = (back | (self.material == self.names.index("M_Face"))) & (centres[:, 2] > 5)
        lips = np.float32(points[48:60, :2])
        for i in np.flatnonzero(skin & (np.abs(centres[:, :2] - points[51:58:6, :2].mean(0)).max(1) < 4)):
            if cv2.pointPolygonTest(lips, tuple(map(float, centres[i, :2])), False) > 0:
                colours[i] = skin_colour * (0.85, 0.55, 0.55)
        for brow in (points[17:22, :2], points[22:27, :2]):
            along = [a + t * (b - a) for a, b in pairwise(brow) for t in (0, 0.25, 0.5, 0.75, 1)]
            away = np.min([np.linalg.norm(centres[:, :2] - point, axis=1) for point in along], axis=0)
            colours[skin & (away < 0.38)] = BROWS
        colours[(back & (centres[:, 1] > 4)) | (skin & (centres[:, 1] > 10))] = HAIR
        return colours

    def render(
        self, head: Array, turn: Rotation, distance: float, focal: float, rng: np.random.Generator
    ) -> npt.NDArray[np.uint8]:
        """A picture of a head, from back to front, in light from somewhere above."""
        colours = self.paint(head, rng)
        seen = turn.apply(head * TO_CAMERA) + np.array((0, 0, distance))
        pixels = focal * seen[:, :2] / seen[:, 2:] + SIZE / 2
        corners = seen[self.triangles]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
        smooth = np.zeros_like(seen)
        for k in range(3):
            np.add.at(smooth, self.triangles[:, k], normals)
        smooth /= np.linalg.norm(smooth, axis=1, keepdims=True) + 1e-12
        light = np.array([rng.uniform(-0.6, 0.6), rng.uniform(-0.9, -0.1), -1])
        light /= np.linalg.norm(light)
        depth = corners.mean(1)[:, 2]
        # The triangles run clockwise as the camera sees them, so normals point away from it once y is down.
        facing = (normals * corners.mean(1)).sum(1)
        sign = -np.sign(np.median(facing[depth < np.median(seen[:, 2])]))
        shade = np.clip(sign * (smooth[self.triangles].mean(1) @ light), 0, 1) * 0.7 + 0.35
        iris = np.isin(self.material, [self.names.index("M_IrisLeft"), self.names.index("M_IrisRight")])
        picture = np.full((SIZE, SIZE, 3), rng.uniform(60, 200, 3))
        points = np.round(16 * pixels[self.triangles]).astype(np.int32)
        shaded = np.clip(colours * shade[:, None], 0, 255)
        for i in np.argsort(0.35 * iris - depth):  # the iris lies within the eye's white and shows through it
            if sign * facing[i] < 0:
                cv2.fillConvexPoly(picture, points[i], shaded[i].tolist(), cv2.LINE_AA, 4)
        picture = cv2.GaussianBlur(picture, (0, 0), 1.0) + rng.normal(0, 2, picture.shape)
        return np.clip(picture, 0, 255).astype(np.uint8)


def turned(yaw: float, pitch: float) -> Rotation:
    """Nodding, then turning, with the signs of `mien.pose`."""
    return Rotation.from_euler("xy", (-pitch, -yaw), degrees=True)


def look(heads: Heads) -> list[View]:
    """All views in which the detector finds the head."""
    rng, detector, views = np.random.default_rng(1), get_detector("yunet"), []
    for number in range(HEADS):
        head = heads.make(number, rng)
        for view in range(VIEWS):
            yaw, pitch = (rng.uniform(-35, 35), rng.uniform(-22, 22)) * np.array(view > 0)  # first straight
            distance = rng.uniform(60, 150)
            focal = distance * rng.uniform(8, 12)
            found = detector.detect(heads.render(head, turned(yaw, pitch), distance, focal, rng))
            if len(found.scores):
                views.append(View(number, yaw, pitch, distance, focal, found.landmarks[0]))
    return views


def fit(views: list[View]) -> Array:
    """The five points, mirror-symmetric, whose projections are nearest to the landmarks, in distances of the eyes."""

    def face(q: Array) -> Array:
        (ex, ey, ez), (ny, nz), (mx, my, mz) = q[:3], q[3:5], q[5:]
        return np.array([(-ex, ey, ez), (ex, ey, ez), (0, ny, nz), (-mx, my, mz), (mx, my, mz)])

    def errors(q: Array) -> Array:
        """In centimetres."""
        errors = []
        for view in views:
            seen = turned(view.yaw, view.pitch).apply(face(q)) + np.array((0, 0, view.distance))
            pixels = view.focal * seen[:, :2] / seen[:, 2:] + SIZE / 2
            errors.append((pixels - view.landmarks) * view.distance / view.focal)
        return np.concatenate(errors).ravel()

    start = 6.5 * np.array([0.5, -0.5, 0, 0, -0.6, 0.4, 0.6, -0.1])
    points = face(least_squares(errors, start, loss="soft_l1", f_scale=0.3).x)
    return np.asarray((points - points[:2].mean(0)) / (points[1, 0] - points[0, 0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    views = look(Heads(parser.parse_args().model))
    print(f"{len(views)} of {HEADS * VIEWS} found; the average head:")
    print(fit(views).round(3))
    # As a camera of the assumed focal length would have shown them.
    landmarks = np.stack([(view.landmarks - SIZE / 2) / view.focal * SIZE + SIZE / 2 for view in views])
    poses = estimate_pose(landmarks.astype(np.float32), (SIZE, SIZE))
    truth = np.array([(view.yaw, view.pitch, 0) for view in views])
    print(f"with\n{MEAN_FACE}\nmean error of yaw, pitch, roll:", np.abs(poses - truth).mean(0).round(1))
    slopes = [np.polyfit(truth[:, i], poses[:, i], 1)[0] for i in (0, 1)]
    print("degrees read for a degree of yaw, pitch:", np.round(slopes, 2))


if __name__ == "__main__":
    main()
