"""Recipes of published systems, as published.

Where a publication picked its epoch on the test set, ``NAME-published`` does so too and needs the PrivateTest pictures;
``NAME`` picks on PublicTest. ``NAME-short`` is the same network by a schedule of this project's own that two CPU cores
end in an hour or so. ``NAME-sfew`` goes on on SFEW with the weights of a run of ``NAME``.
"""

from __future__ import annotations

from mien.training.recipe import Recipe
from mien.training.recipes.published import alexnet, ferplus, kernels, small, tang, tutorials, vgg_resnet

PUBLISHED: tuple[Recipe, ...] = (
    *alexnet.recipes(),
    *tang.recipes(),
    *vgg_resnet.recipes(),
    *kernels.recipes(),
    *small.recipes(),
    *ferplus.recipes(),
    *tutorials.recipes(),
)
"""All of them."""
