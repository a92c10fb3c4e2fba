"""How fast models are: time that a processor spends, not time that passes, so that other work disturbs it less."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from mien.models import Model

FACES = 64
"""Faces a run in `faces_per_second`."""


def faces_per_second(model: Model, seconds: float = 3.0) -> float:
    """Single crops of `FACES` faces that a model reads in a second of processor time; load it with one thread."""
    frame = model.card.input.frame
    faces = np.random.default_rng(0).integers(0, 256, (FACES, frame, frame), np.uint8)
    head = model.card.heads[0].label_set
    return FACES / median_cpu_seconds(lambda: model.logits(faces, head), seconds)


def median_cpu_seconds(work: Callable[[], object], seconds: float) -> float:
    """Processor time of one piece of work: the median over as many as fit in `seconds`, at least three."""
    work()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return float(np.median(times))
