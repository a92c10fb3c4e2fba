"""What a model's confidence is worth by the calibration it could have, from none to a scale and a bias a class.

    python tools/calibration_study.py FILE [--model NAME] [--head LABEL_SET]

FILE is a copy of FER2013. Each half of PublicTest is read as the other half calibrates it, with the single view.
Prints, for one crop and for ten, accuracy, expected calibration error and mean log loss of all of PublicTest, and the
error that a perfectly calibrated model of these confidences would read by chance: the mean, and what it stays below in
nineteen of twenty cases. Needs SciPy.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from mien.datasets import read_data
from mien.evaluation import calibration
from mien.evaluation.metrics import expected_calibration_error
from mien.evaluation.protocol import labelled
from mien.labels import get_label_set
from mien.models import load_model

Array = npt.NDArray[Any]
Fit = Callable[[Array, Array], tuple[Array | float, Array | float]]
"""From logits and labels to what logits are multiplied by, and what is added."""


def temperature(logits: Array, truth: Array) -> tuple[float, float]:
    """One scale for all classes and no bias."""
    rows = np.arange(len(truth))
    best = minimize_scalar(lambda scale: -log_softmax(logits * scale, axis=1)[rows, truth].mean(), (0.5, 1.0))
    return float(best.x), 0.0


def scaling(prior: float) -> Fit:
    """What `mien export` does, with another prior."""

    def fit(logits: Array, truth: Array) -> tuple[Array, Array]:
        with patch.object(calibration, "PRIOR", prior):
            return calibration.fit_scaling(logits, truth)

    return fit


CALIBRATIONS: dict[str, Fit] = {
    "none": lambda _logits, _truth: (1.0, 0.0),
    "one temperature": temperature,
    **{f"a scale and a bias a class, prior {prior:g}": scaling(prior) for prior in (2, 10, 100)},
}


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--model", default="mien")
    parser.add_argument("--head", default="ekman7")
    arguments = parser.parse_args()
    data, model = read_data(f"fer2013:{arguments.file}", "public"), load_model(arguments.model, threads=2)
    rows, truth = labelled(data, get_label_set(arguments.head))
    faces, rng = data.images[rows], np.random.default_rng(0)
    even = np.arange(len(truth)) % 2 == 0
    fitted = model.logits(faces, arguments.head).astype(float)
    print("| calibration | crops | accuracy | ECE | log loss | ECE by chance, mean and 95 % |")
    print("|---|---|---|---|---|---|")
    for crops in (1, 10):
        logits = model.logits(faces, arguments.head, crops).astype(float)
        for name, fit in CALIBRATIONS.items():
            said = np.empty_like(logits)
            for half in (even, ~even):
                scale, bias = fit(fitted[~half], truth[~half])
                said[half] = log_softmax(logits[half] * scale + bias, axis=1)
            sure, right = np.exp(said.max(1)), said.argmax(1) == truth
            ece = expected_calibration_error(sure, right)
            loss = -said[np.arange(len(truth)), truth].mean()
            luck = [expected_calibration_error(sure, rng.random(len(sure)) < sure) for _ in range(1000)]
            chance = f"{np.mean(luck):.3f}, {np.quantile(luck, 0.95):.3f}"
            print(f"| {name} | {crops} | {100 * right.mean():.1f} % | {ece:.3f} | {loss:.3f} | {chance} |", flush=True)


if __name__ == "__main__":
    main()
