"""How well a model's confidence can be trusted, and how far richer calibrations than one temperature would help.

    python tools/calibration_study.py FILE [--model NAME]

FILE is a copy of FER2013. Prints the expected calibration error of ``ekman7`` on the half of PublicTest that a
calibration was not fitted on: the halves of `mien export`, these exchanged, both together, and the mean over random
halves, beside what a perfectly calibrated model would read by chance. Needs SciPy.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import log_softmax

from mien.datasets import read_data
from mien.evaluation.calibration import fit_temperature
from mien.evaluation.metrics import expected_calibration_error
from mien.labels import EKMAN7
from mien.models import load_model
from mien.models.model import softmax

Array = npt.NDArray[Any]
Calibration = Callable[[Array, Array, Array], Array]
"""From logits and labels to fit on, and logits to calibrate, to probabilities."""

K = len(EKMAN7)
PENALTY = 1e-3
"""Of squared biases and of squared deviations of the scales from their mean, against overfitting."""


def temperature(logits: Array, truth: Array, others: Array) -> Array:
    """One scale for all classes."""
    return softmax(others / fit_temperature(logits, truth))


def scaled(logits: Array, truth: Array, others: Array, scales: int) -> Array:
    """One scale or one a class, and a bias a class, by maximum likelihood (Guo et al. 2017, vector scaling)."""
    rows = np.arange(len(truth))

    def loss(values: Array) -> float:
        scale, bias = values[:scales], values[scales:]
        likelihood = log_softmax(logits * scale + bias, axis=1)[rows, truth].mean()
        return float(-likelihood + PENALTY * (((scale - scale.mean()) ** 2).sum() + (bias**2).sum()))

    values = minimize(loss, np.concatenate([np.ones(scales), np.zeros(K)])).x
    return softmax(others * values[:scales] + values[scales:])


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--model", default="mien")
    arguments = parser.parse_args()
    data = read_data(f"fer2013:{arguments.file}", "public")
    model, truth, rng = load_model(arguments.model, threads=2), data.labels, np.random.default_rng(0)
    even = np.arange(len(truth)) % 2 == 0
    splits = [rng.permutation(even) for _ in range(20)]
    calibrations: dict[str, Calibration] = {
        "one temperature": temperature,
        "temperature, a bias a class": lambda *a: scaled(*a, scales=1),
        "a scale and a bias a class": lambda *a: scaled(*a, scales=K),
    }
    print("| calibration | crops | halves of export | exchanged | both | random halves | by chance, a half |")
    print("|---|---|---|---|---|---|---|")
    fitted = model.logits(data.images, EKMAN7.name).astype(float)
    for crops in (1, 10):
        logits = model.logits(data.images, EKMAN7.name, crops).astype(float)
        for name, calibrate in calibrations.items():

            def held_out(fit: Array, calibrate: Calibration = calibrate, logits: Array = logits) -> Array:
                return calibrate(fitted[fit], truth[fit], logits[~fit])

            def ece(probabilities: Array, labels: Array) -> float:
                return expected_calibration_error(probabilities.max(1), probabilities.argmax(1) == labels)

            first, second = held_out(even), held_out(~even)
            both = ece(np.concatenate([first, second]), np.concatenate([truth[~even], truth[even]]))
            random = [ece(held_out(fit), truth[~fit]) for fit in splits]
            sure = first.max(1)
            chance = [expected_calibration_error(sure, rng.random(len(sure)) < sure) for _ in range(100)]
            cells = [ece(first, truth[~even]), ece(second, truth[even]), both]
            print(
                f"| {name} | {crops} | {' | '.join(f'{cell:.3f}' for cell in cells)}"
                f" | {np.mean(random):.3f} +- {np.std(random):.3f} | {np.mean(chance):.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
