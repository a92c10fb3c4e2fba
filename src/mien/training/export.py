"""From a training run to a model: the ONNX file, its calibration, its figures and its card."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from mien.datasets import FaceData
from mien.datasets.parts import Parts
from mien.evaluation.card_figures import calibrate
from mien.models import Head, Input, ModelCard, checksum, write_card
from mien.networks import make_network
from mien.training.recipes import RECIPES
from mien.training.run import Run
from mien.training.targets import can_learn


def export(run: Run, data: Parts, folder: Path, name: str | None = None) -> Path:
    """Write the model of a run.

    Parameters
    ----------
    run : Run
        The training.
    data : Parts
        What it learnt from, and what it is calibrated and measured on.
    folder : Path
        Where the ONNX file and the card are written.
    name : str, optional
        What the model and its files are called; by default as the recipe.

    Returns
    -------
    Path
        The card.
    """
    path = write_model(run, data.training, folder, name)
    calibrate(path, data.validation, data.training, data=data.name, split=data.split)
    return path


def write_model(run: Run, training: FaceData, folder: Path, name: str | None = None) -> Path:
    """As `export`, but neither calibrated nor measured."""
    recipe = run.recipe
    network = make_network(recipe.network, recipe.classes)
    network.load_state_dict(run.load_weights())
    folder.mkdir(parents=True, exist_ok=True)
    name = name or recipe.name
    onnx_path = folder / f"{name}.onnx"
    names = [label_set.name for label_set in recipe.label_sets]
    face = torch.zeros(1, 1, recipe.crop, recipe.crop)
    write_onnx(network, {"faces": face}, names, onnx_path)
    data, *also = (spec.partition(":")[0] for spec in (run.config["data"], *run.config.get("also", [])))
    votes = "" if training.votes is None else " with FER+ votes"
    # A head that had nothing to learn from says nothing worth reading.
    learnt = [objective.label_set for objective in recipe.objectives if can_learn(training, objective)]
    card = ModelCard(
        name=name,
        description=recipe.description,
        licence="MIT",
        file=onnx_path.name,
        sha256=checksum(onnx_path.read_bytes()),
        input=Input(
            frame=training.images.shape[-1],
            size=recipe.crop,
            margin=recipe.margin,
            mean=recipe.mean,
            std=recipe.std,
            preparation=recipe.preparation,
            views=recipe.views,
            average=recipe.average,
        ),
        heads=tuple(Head(name) for name in learnt),
        parameters=sum(p.numel() for p in network.parameters()),
        macs=count_macs(network, face),
        training={
            "data": ", also ".join([f"{data} ({len(training):,} faces){votes}", *also]),
            "recipe": recipe.name,
            "source": recipe.source,
            "epochs": len(run.metrics),
            # A run may have been told to do with fewer; the card says how many there should be.
            "epochs_of_recipe": RECIPES.get(recipe.name, recipe).epochs,
            "seed": run.config["seed"],
            "command": run.command,
        }
        | ({"teacher": recipe.teacher, "teacher_sha256": run.config.get("teacher_sha256")} if recipe.teacher else {}),
        measured=[],
    )
    path = onnx_path.with_suffix(".json")
    write_card(card, path)
    return path


def write_onnx(network: nn.Module, inputs: dict[str, Tensor], outputs: Sequence[str], path: Path) -> None:
    """Write a network as ONNX that takes any number of rows.

    Parameters
    ----------
    network : nn.Module
        It takes these inputs in this order.
    inputs : dict of str to Tensor
        Their names, and one row of each.
    outputs : sequence of str
        Names of what it gives, in order.
    path : Path
        Where the file is written.
    """
    network.eval()
    with warnings.catch_warnings():
        # The newer exporter needs another package and gives the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: {0: "n"} for name in [*inputs, *outputs]},
            opset_version=17,
            dynamo=False,
        )


def count_macs(network: nn.Module, *inputs: Tensor) -> int:
    """Multiplications with addition in convolutions and matrix products, for one row of inputs."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network.eval()(*inputs)
    return int(counter.get_total_flops()) // 2  # it counts a multiplication and an addition as two
