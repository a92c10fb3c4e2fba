"""From a generator's run folder to the files that turn faces without PyTorch."""

from __future__ import annotations

from pathlib import Path

import torch

from mien.errors import InputError
from mien.models.files import checksum
from mien.training.export import count_macs, write_onnx
from mien.training.run import Run, before_and
from mien.turning.card import GeneratorCard, Part, write_generator
from mien.turning.frame import RENDERED_VIEWS
from mien.turning.turns import read_turns, write_turns
from mien.views.dataset import TURNS_FILE
from mien.views.generator.recipes import GENERATOR_RECIPES, GeneratorRecipe
from mien.views.generator.trained import load_networks


def is_generator(run: Run) -> bool:
    """Whether the folder is that of a generator's training."""
    return "views" in run.config


def export_generator(run: Run, folder: Path, name: str | None = None) -> Path:
    """Write encoder and decoder as ONNX, and their card.

    Parameters
    ----------
    run : Run
        The training; its last whole epoch is what is written.
    folder : Path
        Where ``NAME-encoder.onnx``, ``NAME-decoder.onnx``, ``NAME-turns.npz`` and ``NAME.json`` are written. The third
        is made of the ``turns.npz`` of the data that it learnt from, and left out where there is none.
    name : str, optional
        By default as the recipe.

    Returns
    -------
    Path
        The card.

    Raises
    ------
    InputError
        As `load_networks`, or if nothing can be written there.
    """
    networks, recipe, views = load_networks(run)
    picture, view, z = (
        torch.zeros(1, *shape)
        for shape in ((3, recipe.side, recipe.side), (networks.shape.views,), (networks.shape.z,))
    )
    name = name or recipe.name
    encoder, decoder = (folder / f"{name}-{part}.onnx" for part in ("encoder", "decoder"))
    path = folder / f"{name}.json"
    also = _photos(run)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_onnx(networks.encoder, {"pictures": picture}, ["views", "z"], encoder)
        write_onnx(networks.generator, {"views": view, "z": z}, ["pictures"], decoder)
        turns = _write_turns(run, recipe, len(views), folder / f"{name}-turns.npz")
        card = GeneratorCard(
            name=name,
            description=recipe.description,
            licence="MIT",
            encoder=Part(encoder.name, checksum(encoder.read_bytes())),
            decoder=Part(decoder.name, checksum(decoder.read_bytes())),
            side=recipe.side,
            views=views,
            framing=RENDERED_VIEWS.without_rim(recipe.rim),
            parameters=sum(p.numel() for part in (networks.encoder, networks.generator) for p in part.parameters()),
            macs=count_macs(networks.encoder, picture) + count_macs(networks.generator, view, z),
            training={
                "data": ", also ".join(["rendered views", *also]),
                "recipe": recipe.name,
                "source": recipe.source,
                "epochs": len(run.metrics),
                "epochs_of_recipe": GENERATOR_RECIPES.get(recipe.name, recipe).epochs,
                "seed": run.config["seed"],
                "command": training_command(run),
            },
            measured=[],
            turns=turns,
        )
        write_generator(card, path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
    return path


def training_command(run: Run) -> str:
    """What trains a generator again: a line, or more where it began with the weights of another.

    Raises `InputError` if the run is none.
    """
    config = run.config
    more = "".join(f" --also {name}:PATH" for name in _photos(run))
    options = f"--epochs {len(run.metrics)} --seed {config['seed']} --data views:DIR{more}"
    return before_and(f"mien train --recipe {config['recipe']['name']} {options}", config.get("start"))


def _photos(run: Run) -> list[str]:
    return [spec.partition(":")[0] for spec in run.config.get("also", [])]


def _write_turns(run: Run, recipe: GeneratorRecipe, views: int, path: Path) -> Part | None:
    source = Path(run.config["data"].partition(":")[2]) / TURNS_FILE
    if not source.exists():
        return None
    write_turns(read_turns(source, views).fitted(recipe.side, recipe.rim), path)
    return Part(path.name, checksum(path.read_bytes()))
