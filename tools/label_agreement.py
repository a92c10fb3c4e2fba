"""How far the labels of FER2013 are those of FER+'s voters, and whom a model agrees with.

    python tools/label_agreement.py FILE --models mien mien-tiny

FILE is a copy of FER2013 with the votes. The consensus of a face is the one of the seven classes with most votes, the
first of equal ones; faces without a vote for any of them are left out. Models read ten crops of PublicTest.
"""

from __future__ import annotations

import argparse

import numpy as np

from mien.datasets import read_data
from mien.labels import EKMAN7, FERPLUS8, merge_probabilities
from mien.models import load_model


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--models", nargs="*", default=[])
    arguments = parser.parse_args()
    for split in ("train", "public"):
        data = read_data(f"fer2013:{arguments.file}", split)
        assert data.votes is not None, "a copy without votes"
        votes = merge_probabilities(data.votes[:, : len(FERPLUS8)].astype(np.float32), FERPLUS8, EKMAN7)
        rows, consensus = np.flatnonzero(votes.sum(1)), votes.argmax(1)
        labels = data.labels
        print(f"{split}: the label is the consensus of {(labels == consensus)[rows].mean():.1%} of {len(rows)} faces")
    differ = rows[(labels != consensus)[rows]]
    for name in arguments.models:
        read = load_model(name, threads=2).probabilities(data.images, EKMAN7, 10).argmax(1)
        print(
            f"{name}: the label in {(read == labels)[rows].mean():.1%}, the consensus in "
            f"{(read == consensus)[rows].mean():.1%}; where the two differ ({len(differ)} faces), "
            f"{(read == labels)[differ].mean():.1%} and {(read == consensus)[differ].mean():.1%}"
        )


if __name__ == "__main__":
    main()
