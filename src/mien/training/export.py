"""From a training run to a model: the ONNX file, its calibration, its figures and its card."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from mien.datasets import FaceData
from mien.datasets.duplicates import near_duplicates
from mien.evaluation.calibration import fit_temperature
from mien.evaluation.metrics import score
from mien.evaluation.protocol import labelled
from mien.models import Head, Input, Model, ModelCard, checksum, write_card
from mien.models.model import softmax
from mien.networks import make_network
from mien.training.preparation import HEADS, MEAN, STD
from mien.training.run import Run


def export(run: Run, validation: FaceData, training: FaceData, folder: Path) -> Path:
    """Write the model of a run.

    Parameters
    ----------
    run : Run
        The training.
    validation : FaceData
        PublicTest: half of it fits the temperatures, the other half says how good they are.
    training : FaceData
        To tell which validation pictures have near-duplicates in it.
    folder : Path
        Where the ONNX file and the card are written.

    Returns
    -------
    Path
        The card.
    """
    recipe = run.recipe
    network = make_network(recipe.network)
    network.load_state_dict(run.load_weights())
    folder.mkdir(parents=True, exist_ok=True)
    onnx_path = folder / f"{recipe.name}.onnx"
    write_onnx(network, recipe.crop, onnx_path)
    done = len(run.metrics)
    card = ModelCard(
        name=recipe.name,
        description=recipe.description,
        licence="MIT",
        file=onnx_path.name,
        sha256=checksum(onnx_path.read_bytes()),
        input=Input(frame=validation.images.shape[-1], size=recipe.crop, margin=recipe.margin, mean=MEAN, std=STD),
        # A head that had nothing to learn from says nothing worth reading.
        heads=tuple(Head(label_set.name, 1.0) for label_set in HEADS if label_set in training.label_sets),
        parameters=sum(p.numel() for p in network.parameters()),
        macs=count_macs(network, recipe.crop),
        training={
            "data": f"FER2013 Training ({len(training):,} faces)"
            + ("" if training.votes is None else " with FER+ votes"),
            "recipe": recipe.name,
            "epochs": done,
            "seed": run.config["seed"],
            "command": f"mien train --recipe {recipe.name} --epochs {recipe.epochs} "
            f"--seed {run.config['seed']} --data fer2013:PATH --out RUN",
        },
        measured=[],
    )
    path = onnx_path.with_suffix(".json")
    write_card(card, path)
    calibrate(path, validation, training)
    return path


def calibrate(path: Path, validation: FaceData, training: FaceData) -> None:
    """Fit one temperature a head, measure, and write both into the card."""
    model = Model(path, threads=torch.get_num_threads())
    seen = near_duplicates(validation.images, training.images)
    heads, measured = [], []
    for label_set in validation.label_sets:
        rows, truth = labelled(validation, label_set)
        # Interleaved halves: both hold the same mixture whatever the order of the file.
        fit, held_out = np.arange(len(truth)) % 2 == 0, np.arange(len(truth)) % 2 == 1
        logits = {crops: model.logits(validation.images[rows], label_set.name, crops) for crops in (1, 10)}
        temperature = round(fit_temperature(logits[1][fit], truth[fit]), 4)
        heads.append(Head(label_set.name, temperature))
        for crops, raw in logits.items():
            probabilities = softmax(raw / temperature)
            figures = score(probabilities, truth, label_set)
            unseen = ~seen[rows]
            measured.append(
                {
                    "label_set": label_set.name,
                    "data": "fer2013",
                    "split": "public",
                    "crops": crops,
                    "n": figures["n"],
                    "accuracy": round(figures["accuracy"], 4),
                    "accuracy_without_near_duplicates": round(
                        score(probabilities[unseen], truth[unseen], label_set)["accuracy"], 4
                    ),
                    "balanced_accuracy": round(figures["balanced_accuracy"], 4),
                    "ece_on_the_half_not_fitted": round(
                        score(probabilities[held_out], truth[held_out], label_set)["ece"], 4
                    ),
                }
            )
    write_card(replace(model.card, heads=tuple(heads), measured=measured), path)


def write_onnx(network: nn.Module, size: int, path: Path) -> None:
    """Write a network as ONNX: input ``faces (n, 1, size, size)``, one output of logits a head."""
    network.eval()
    names = [label_set.name for label_set in HEADS]
    with warnings.catch_warnings():
        # The newer exporter needs another package and gives the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 1, size, size),),
            str(path),
            input_names=["faces"],
            output_names=names,
            dynamic_axes={name: {0: "n"} for name in ["faces", *names]},
            opset_version=17,
            dynamo=False,
        )


def count_macs(network: nn.Module, size: int) -> int:
    """Multiplications with addition in the convolutions and linear layers, for one face."""
    total = 0

    def count(module: nn.Module, _inputs: object, output: Tensor) -> None:
        nonlocal total
        per_output = module.weight[0].numel()  # type: ignore[index]
        total += output[0].numel() * int(per_output)

    hooks = [
        module.register_forward_hook(count)
        for module in network.modules()
        if isinstance(module, (nn.Conv2d, nn.Linear))
    ]
    with torch.no_grad():
        network.eval()(torch.zeros(1, 1, size, size))
    for hook in hooks:
        hook.remove()
    return total
