"""How well models read the faces of a data set, by how far these are turned to either side.

    python tools/measure_yaw.py fer2013:FILE --models mien mien-tiny

The yaw is what the detector finds in the crop and `mien.pose` makes of it; faces that it does not find have a row of
their own. Of data with official parts the second is read (PublicTest): crops as they are, once and as ten crops; and
faces as they are found, laid upright; turned to the front by the shipped generator, whatever their yaw; and read both
ways, as `mien analyze --frontalise` does.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

import numpy as np

from mien.align import align_faces
from mien.datasets import ALL, find_reader, read_data
from mien.detect import get_detector
from mien.detect.crops import find_in_crop
from mien.evaluation.protocol import choose_label_set, labelled
from mien.models import load_model
from mien.models.card import MARGIN
from mien.pose import estimate_pose
from mien.turning import Turner, frontal

BOUNDS = (0, 15, 30, 45, 90)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--models", nargs="+", default=["mien"])
    arguments = parser.parse_args()
    reader, _ = find_reader(arguments.data)
    data = read_data(arguments.data, reader.splits[1] if len(reader.splits) > 1 else ALL)
    detector, turner = get_detector("yunet"), Turner()
    frontal.TURNED = 0.0  # degrees
    yaws = np.full(len(data), np.nan)
    upright, fronts = data.stills.copy(), data.stills.copy()
    for row, crop in enumerate(data.stills):
        photo, found = find_in_crop(crop, detector)
        if len(found):
            yaws[row] = abs(estimate_pose(found.landmarks, found.boxes)[0, 0])
            upright[row] = fronts[row] = align_faces(photo, found.landmarks, len(crop), MARGIN)[0]
            for front in frontal.frontalise(photo, found, turner, len(crop), MARGIN).crops[:1]:
                fronts[row] = front
    for name in arguments.models:
        model = load_model(name, threads=2)
        label_set = choose_label_set(model, data)
        rows, truth = labelled(data, label_set)
        ways = ((data.stills, 1), (data.stills, 10), (upright, 1), (fronts, 1))
        said = [model.probabilities(faces[rows], label_set, crops) for faces, crops in ways]
        said.append(frontal.hear_both(*said[2:]))
        hits = [probabilities.argmax(1) == truth for probabilities in said]
        print(f"{name}, {label_set.name}: faces; crops as they are, ten crops; laid upright; from the front; both")
        yaw = yaws[rows]
        groups = {f"{low} to {high}": (yaw >= low) & (yaw < high) for low, high in pairwise(BOUNDS)}
        groups |= {"30 to 90": yaw >= 30, "not found": np.isnan(yaw)}
        for group, members in groups.items():
            print(f"{group:10} {members.sum():5}", *(f"{hit[members].mean():7.1%}" for hit in hits if members.any()))


if __name__ == "__main__":
    main()
