"""Whether two pathways beat one: the shipped generator goes on with both, and with the second alone; for docs/views.md.

    python tools/compare_paths.py views:DIR OUT [--epochs 1] [--paths both reconstruction]

Both learn from the rendered views alone, with the losses of two-pathway-gan-64, and leave their runs in OUT, where a
stopped one goes on. Then faces of nobody (`z` drawn at random) are compared in each view with the real pictures of the
people held out: the Fréchet distance of HOG components, as in `mien views measure`, which measures the rest of a run.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from mien.datasets import find_reader
from mien.training.run import Run
from mien.turning import SHIPPED
from mien.views.generator.beginning import begin_with
from mien.views.generator.measures import FEATURE_SIDE, frechet_distance, grey_frames, learn_shapes
from mien.views.generator.pairs import Recordings, read_recordings
from mien.views.generator.recipes import TWO_PATHWAY_64
from mien.views.generator.sheets import imagine_crowd
from mien.views.generator.trained import load_networks
from mien.views.generator.training import start_run, train

CROWDS = 16  # of 16 faces


def compare(run: Run, recordings: Recordings) -> tuple[float, float]:
    """Fréchet distances to the people held out, means over views: of nobodies, and of the people learnt from."""
    networks, _, _ = load_networks(run)
    networks.eval()
    crowds = [imagine_crowd(networks, torch.device("cpu"), seed).numpy() for seed in range(CROWDS)]
    nobody = np.concatenate(crowds)
    learnt, held_out = recordings.split()
    shapes = learn_shapes(learnt)
    distances = []
    for view in range(len(recordings.views)):
        frames = (images[:, view] for images in (held_out.images, learnt.images, nobody))
        real, known, made = (shapes.transform(grey_frames(pictures, FEATURE_SIDE)) for pictures in frames)
        distances.append((frechet_distance(made, real), frechet_distance(known, real)))
    of_nobodies, of_learnt = np.mean(distances, 0).tolist()
    return of_nobodies, of_learnt


def main() -> None:
    """Read the arguments, train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("views")
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--paths", nargs="+", default=["both", "reconstruction"])
    arguments = parser.parse_args()
    _, folder = find_reader(arguments.views)
    recordings = read_recordings(folder, TWO_PATHWAY_64.side, TWO_PATHWAY_64.rim)
    for paths in arguments.paths:
        recipe = replace(TWO_PATHWAY_64, name=paths, paths=paths, photos=0, warm_up=0, epochs=arguments.epochs)
        begin, run = begin_with(SHIPPED.stem, recipe, recordings), Run(arguments.out / paths)
        start_run(run, recipe, recordings.views, arguments.views, 0, (), begin.source)
        train(run, recipe, recordings, 0, lambda *step: None, print, start=begin.weights)
        nobodies, learnt = compare(run, recordings)
        print(f"{paths}: nobodies {nobodies:.2f} from the people held out, people learnt from {learnt:.2f}")


if __name__ == "__main__":
    main()
