"""How good each pair of descriptor and classifier is on FER2013.

    python tools/classic_table.py --out classic.jsonl fer2013:FILE [hog+svm lbp+knn ...]

Trains each pair on Training in a process of its own, reads PublicTest, prints a row and appends it to the file as a
line of JSON: name, accuracy, balanced accuracy, seconds (training and reading) and peak memory in MiB. Pairs that are
already in the file are passed over. Without names: every pair that learns from faces alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from mien.classifiers import CLASSIFIERS
from mien.classifiers.model import pipeline_logits
from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips
from mien.classifiers.train import train_classic
from mien.datasets import read_data
from mien.evaluation.metrics import score
from mien.features import FEATURES
from mien.models.card import softmax


def measure(data: str, name: str) -> dict[str, Any]:
    """One row."""
    training, public = (read_data(data, split) for split in ("train", "public"))
    start = time.monotonic()
    pipeline = train_classic(name, training, 0, lambda line: print(line, file=sys.stderr, flush=True))
    answers = softmax(pipeline_logits(pipeline, public.images, public.label_set))
    seconds = time.monotonic() - start
    figures = score(answers, public.labels, public.label_set)
    return {
        "name": name,
        "accuracy": round(figures["accuracy"], 4),
        "balanced_accuracy": round(figures["balanced_accuracy"], 4),
        "seconds": round(seconds),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def pairs() -> Iterator[str]:
    """Those that need neither clips nor landmarks, of which FER2013 has none."""
    for feature, classifier in product(FEATURES, CLASSIFIERS):
        pipeline = make_pipeline(feature, classifier)
        if not reads_clips(pipeline) and not learns_from_landmarks(pipeline):
            yield f"{feature}+{classifier}"


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("names", nargs="*", default=list(pairs()))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.data, arguments.names[0])))
        return

    done = arguments.out.read_text().splitlines() if arguments.out.exists() else []
    rows = {row["name"]: row for row in map(json.loads, done)}
    print("| pair | accuracy | balanced | seconds | peak MiB |\n|---|---|---|---|---|")
    for name in arguments.names:
        if name not in rows:
            # Peak memory is a process's.
            again = [sys.executable, __file__, arguments.data, name, "--out", str(arguments.out), "--one"]
            line = subprocess.run(again, check=True, stdout=subprocess.PIPE, text=True).stdout
            rows[name] = json.loads(line)
            with arguments.out.open("a") as file:
                file.write(line)
        row = rows[name]
        print(
            f"| {name} | {row['accuracy']:.1%} | {row['balanced_accuracy']:.1%} "
            f"| {row['seconds']:,} | {row['peak_mib']:,} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
