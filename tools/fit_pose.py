"""Fit the networks of `mien.pose` on rendered heads, and say what its angles are worth; for docs/detection.md.

    python tools/fit_pose.py ict_facekit_light.npz FOLDER [--write]

People are rendered as `mien views render` does it, but turned to all sides (TURNS), and found by the default detector,
as they are and mirrored, each time in another size and with room around the head. What is found of each person is kept
in FOLDER, so a run that was stopped goes on. The figures are those of people not fitted on. With ``--write`` the
networks fitted on all of them take the place of the package's.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import cv2
import numpy as np
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.model_selection import GroupKFold
from sklearn.neural_network import MLPRegressor

from mien.detect import Detector, get_detector
from mien.pose import MIRRORED_POSE, MIRRORED_SHAPE, WEIGHTS_FILE, Network, Reader, lay_upright, six_points
from mien.views.expressions import EXPRESSIONS
from mien.views.model import load_model
from mien.views.recording import Studio

PEOPLE, RECORDINGS, VIEWS = 96, 5, 10
SEED = 1000  # no seed of the views that anything is measured on
TURNS = (95, 35, 30)  # yaw, pitch and roll reach so many degrees to both sides, all alike; beyond 90 so that 90 is none
SIZES = (0.6, 3.0)  # of 128 pixels, the side of a rendered picture, in which the head is 95 high
HIDDEN, DECAY, ITERATIONS = 16, 1.0, 200
NOISE, COPIES = 0.03, 2
"""Points of photos scatter more than those of renderings; without noise small differences would be read too much
into. In root mean squares of the landmarks' distances from their middle."""
NODS = 15.0
"""Degrees of pitch, as a standard deviation, that heads in photos are taken to have: faces count by it. All nods that
were rendered counting alike, small differences between upright faces are read as large nods."""
UNIT = 40.0  # degrees; angles are learnt in it
FOLDS = 6


class WideStudio(Studio):
    """A studio whose cameras stand anywhere."""

    @staticmethod
    def _turn(view: int, rng: np.random.Generator) -> tuple[float, float, float]:
        yaw, pitch, roll = rng.uniform(-1, 1, 3) * TURNS
        return float(yaw), float(pitch), float(roll)


def find(detector: Detector, image: np.ndarray, scale: float) -> np.ndarray:
    """The six points of the largest face, in pixels of the picture; NaN if there is none."""
    size = round(scale * len(image))
    room = size // 2
    scaled = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    found = detector.detect(cv2.copyMakeBorder(scaled, room, room, room, room, cv2.BORDER_REPLICATE))
    if not len(found):
        return np.full((6, 2), np.nan)
    largest = np.ptp(found.boxes.reshape(-1, 2, 2), axis=1).prod(1).argmax()
    return six_points(found.landmarks[[largest]], found.boxes[[largest]])[0] / scale


def look(studio: Studio, detector: Detector, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and true poses of one person."""
    sitter, rng = studio.invite(number), np.random.default_rng(number)
    points, poses = [], []
    for recording in range(RECORDINGS):
        expression = EXPRESSIONS[(RECORDINGS * number + recording) % len(EXPRESSIONS)]
        for view in studio.record(sitter, expression, range(VIEWS)):
            for image, sign in ((view.image, 1), (np.ascontiguousarray(view.image[:, ::-1]), MIRRORED_POSE)):
                points.append(find(detector, image, np.exp(rng.uniform(*np.log(SIZES)))))
                poses.append(np.multiply((view.yaw, view.pitch, view.roll), sign))
    return np.array(points), np.array(poses)


def gather(model: Path, folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, poses and numbers of all people in whom the detector found a face."""
    folder.mkdir(parents=True, exist_ok=True)
    studio, detector = WideStudio(load_model(model), 128, SEED), get_detector("yunet")
    points, poses, people = [], [], []
    for number in range(PEOPLE):
        file = folder / f"{number:03d}.npz"
        if not file.exists():
            seen, true = look(studio, detector, number)
            partial = folder / "partial.npz"
            np.savez(partial, points=seen, poses=true)
            partial.replace(file)
            print(f"{number + 1} of {PEOPLE} people", flush=True)
        with np.load(file, allow_pickle=False) as kept:
            found = np.isfinite(kept["points"]).all((1, 2))
            points.append(kept["points"][found])
            poses.append(kept["poses"][found])
            people.append(np.full(found.sum(), number))
    return np.concatenate(points), np.concatenate(poses), np.concatenate(people)


def fit(points: np.ndarray, poses: np.ndarray) -> Reader:
    """The reader for these faces."""
    landmarks = points[:, :5]
    size = (landmarks - landmarks.mean(1, keepdims=True)).std((1, 2), keepdims=True) * np.sqrt(2)
    noise = np.random.default_rng(0).normal(0, NOISE, (COPIES, *points.shape)) * size
    points, poses = (points + noise).reshape(-1, 6, 2), np.tile(poses, (COPIES, 1))
    shapes, tilts = lay_upright(points)
    angles = poses - np.stack([0 * tilts, 0 * tilts, tilts], 1)
    angles[:, 2] = wrapped(angles[:, 2])
    both = np.concatenate([shapes, shapes * MIRRORED_SHAPE])
    return Reader(
        even=fit_network(both, np.concatenate([angles, angles * MIRRORED_POSE])), sides=fit_network(shapes, angles, 1)
    )


def fit_network(shapes: np.ndarray, angles: np.ndarray, told: int = 3) -> Network:
    """A network from shapes to the first `told` of the angles."""
    mean, spread = shapes.mean(0), shapes.std(0)
    regressor = MLPRegressor(
        hidden_layer_sizes=(HIDDEN,),
        activation="tanh",
        solver="lbfgs",
        alpha=DECAY,
        max_iter=ITERATIONS,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the rest is tenths of a degree
        warnings.simplefilter("ignore", DataConversionWarning)  # of a column of one angle
        regressor.fit((shapes - mean) / spread, angles[:, :told] / UNIT, np.exp(-((angles[:, 1] / NODS) ** 2) / 2))
    hidden = regressor.coefs_[0] / spread[:, None]
    return Network(
        hidden=hidden,
        hidden_bias=regressor.intercepts_[0] - mean @ hidden,
        output=regressor.coefs_[1] * UNIT,
        output_bias=regressor.intercepts_[1] * UNIT,
    )


def read(reader: Reader, points: np.ndarray) -> np.ndarray:
    shapes, tilts = lay_upright(points)
    poses = reader.read(shapes)
    return np.column_stack([poses[:, :2].clip(-90, 90), poses[:, 2] + tilts])


def wrapped(angles: np.ndarray) -> np.ndarray:
    return (angles + 180) % 360 - 180


def report(poses: np.ndarray, estimates: np.ndarray) -> None:
    errors = np.abs(wrapped(estimates - poses))
    turned = np.abs(poses[:, 0])
    print("turned by  pictures  mean error of yaw, pitch, roll  degrees of pitch read for a degree")
    for low in range(0, 90, 15):
        of = (turned >= low) & (turned < low + 15)
        slope = np.polyfit(poses[of, 1], estimates[of, 1], 1)[0]
        print(f"{low:3d} to {low + 15:2d} {of.sum():9d} ", errors[of].mean(0).round(1), f"{slope:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    points, poses, people = gather(arguments.model, arguments.folder)
    print(f"{len(poses)} of {2 * PEOPLE * RECORDINGS * VIEWS} faces found")
    estimates = np.empty_like(poses)
    for learnt, tested in GroupKFold(FOLDS).split(points, groups=people):
        estimates[tested] = read(fit(points[learnt], poses[learnt]), points[tested])
    report(poses, estimates)
    if arguments.write:
        networks = fit(points, poses)._asdict()
        weights = {
            which: {name: values.round(4).tolist() for name, values in network._asdict().items()}
            for which, network in networks.items()
        }
        WEIGHTS_FILE.write_text(json.dumps(weights) + "\n")


if __name__ == "__main__":
    main()
