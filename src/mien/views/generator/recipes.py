"""The trainings of the generator, as data. Importing this needs no PyTorch.

A batch of 64 pictures of 64 pixels a side takes a CPU core some six seconds with 16 channels at full resolution, and
thrice that with 32. Early on, steps are what counts, so the configuration for CPUs has the fewer channels and batches
of 16.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from mien.turning.frame import RIM


@dataclass(frozen=True)
class GeneratorRecipe:
    """A named way to train encoder, generator and discriminator.

    Attributes
    ----------
    name, description : str
        What ``mien train --recipe`` calls it, and what it is.
    side, base : int
        Of the networks; see `mien.views.generator.networks.Shape`. The data say how many views there are.
    rim : float
        What is left out of the rendered pictures around the face (`mien.turning.frame.without_rim`).
    photos : int
        Photos a step beside the pairs, where there are any (``--also``); see `mien.views.generator.photos`.
    paths : {"both", "reconstruction"}
        Both pathways in turn, or the second alone, without generated faces: the ablation.
    epochs, batch_size : int
        The length of the training; pairs a step. In an epoch each picture is encoded once.
    learning_rate : float
        Adam's, with betas 0 and 0.9, after the warm-up.
    likeness : float
        Weight of `mien.views.generator.losses.likeness_loss` against the discriminator's verdict.
    face : float
        What a pixel of the face counts in it against one of hair, clothes or background.
    expression : float
        Weight beside it of the cross-entropy of the expression, read off `z` by a linear layer: else the few pixels
        that differ teach the encoder nothing about it for long.
    reader, perception : str, float
        A model, and the weight beside it of how differently that sees what was made and the real picture
        (`mien.views.generator.perception`).
    warm_up : int
        The first so many of the epochs: encoder and generator learn what pictures of another view have in common with
        these, without a discriminator, in a fifth of the time, by `mien.training.muon.FreeMuon`.
    ema_decay : float
        Per-step decay of the moving average of the weights, which is then what turns faces; 0 is none.
    source : str
        The publication.
    """

    name: str
    description: str
    side: int = 128
    base: int = 64
    rim: float = 0.0
    photos: int = 0
    paths: Literal["both", "reconstruction"] = "both"
    epochs: int = 25
    batch_size: int = 64
    learning_rate: float = 1e-4
    likeness: float = 1.0
    face: float = 1.0
    expression: float = 0.0
    reader: str = ""
    perception: float = 0.0
    warm_up: int = 0
    ema_decay: float = 0.0
    source: str = "Tian et al. 2018, IJCAI (CR-GAN)"


TWO_PATHWAY = GeneratorRecipe("two-pathway-gan", "multi-view generator, 128 px, as published; for accelerators")
# What the discriminator says weighs far more here than in the authors' code, where the penalty holds the gradients of a
# whole batch together to length 1, so each picture's to an eighth. 243 steps from the start nothing had been learnt.
TWO_PATHWAY_64 = replace(
    TWO_PATHWAY,
    name="two-pathway-gan-64",
    description="multi-view generator, 64 px: one block fewer, a quarter of the channels, likeness first; for CPUs",
    side=64,
    base=16,
    rim=RIM,
    photos=12,
    epochs=18,
    batch_size=16,
    learning_rate=3e-4,
    likeness=16.0,
    face=10.0,
    expression=0.5,
    warm_up=12,
    ema_decay=0.998,
)

TWO_PATHWAY_64_PERCEPTUAL = replace(
    TWO_PATHWAY_64,
    name="two-pathway-gan-64-perceptual",
    description="two-pathway-gan-64 gone on (--start) with a perceptual loss: eyes, mouths and dark faces",
    photos=4,
    epochs=7,
    reader="members/mien-member-1",
    perception=2.0,
    warm_up=6,
)


def _single(recipe: GeneratorRecipe) -> GeneratorRecipe:
    return replace(
        recipe,
        name=f"{recipe.name}-single-path",
        description=f"{recipe.description}; the reconstruction path alone",
        paths="reconstruction",
    )


GENERATOR_RECIPES = {
    recipe.name: recipe
    for recipe in (
        TWO_PATHWAY,
        _single(TWO_PATHWAY),
        TWO_PATHWAY_64,
        _single(TWO_PATHWAY_64),
        TWO_PATHWAY_64_PERCEPTUAL,
    )
}
"""Every recipe of the generator by name."""
