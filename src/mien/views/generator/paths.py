"""One step of each of the two pathways: the discriminator first, then whoever made the picture.

All three networks share one optimiser. It leaves parameters without a gradient alone, so whose turn it is is decided by
who gets gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mien.training.precision import bfloat16_is_fast
from mien.views.generator.losses import deception_loss, discriminator_loss, l1, likeness_loss
from mien.views.generator.networks import Networks, one_hot
from mien.views.generator.perception import PerceptualLoss
from mien.views.generator.recipes import GeneratorRecipe

UNKNOWN = -100
"""An expression that is not known; cross-entropy leaves it out."""


@contextmanager
def untracked(network: nn.Module) -> Iterator[None]:
    """Batch normalisation learns nothing from what runs inside.

    Its running means are for pictures of somebody, whose `z` lies in a part of the space that random ones are drawn
    from. With the means of both, pictures in evaluation mode were a sixth further from their targets.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum


@dataclass(frozen=True)
class Pairs:
    """People seen from two sides: the same person, expression and light.

    Attributes
    ----------
    first, second : Tensor of float32, shape (n, 3, s, s)
        Pictures, -1 to 1.
    first_views, second_views : Tensor of int64, shape (n,)
        Numbers of their views.
    weights : Tensor of float32, shape (n, s, s)
        What the pixels of the second pictures count; 0 where nothing is known.
    expressions : Tensor of int64, shape (n,)
        What they show, as `Networks.expression` counts, or `UNKNOWN`.
    whole : Tensor of bool, shape (n,)
        Whether all of the second picture is known.
    """

    first: Tensor
    first_views: Tensor
    second: Tensor
    second_views: Tensor
    weights: Tensor
    expressions: Tensor
    whole: Tensor

    @property
    def real(self) -> tuple[Tensor, Tensor]:
        """The second pictures and their views, but the first ones where those are not whole."""
        pictures = torch.where(self.whole[:, None, None, None], self.second, self.first)
        return pictures, torch.where(self.whole, self.second_views, self.first_views)

    def joined(self, others: Pairs) -> Pairs:
        """These and after them others."""
        return Pairs(*(torch.cat([getattr(of, field.name) for of in (self, others)]) for field in fields(Pairs)))


@dataclass(frozen=True)
class Step:
    """What came of a step.

    Attributes
    ----------
    made : Tensor of float32, shape (n, 3, s, s)
        The generator's pictures, without gradients.
    discriminator, maker : Tensor
        The losses, scalars without gradients.
    l1 : Tensor or None
        Distance of what was made from its target, where that is a real picture, of which all is known.
    """

    made: Tensor
    discriminator: Tensor
    maker: Tensor
    l1: Tensor | None = None


class Paths:
    """The steps of a training.

    Parameters
    ----------
    networks : Networks
        In training mode; their weights change with each step.
    optimizer : torch.optim.Optimizer
        Over all their parameters.
    recipe : GeneratorRecipe
        Whose weights of the losses count.
    perceptual : PerceptualLoss, optional
        That of the recipe's reader, if it has one.
    """

    def __init__(
        self,
        networks: Networks,
        optimizer: torch.optim.Optimizer,
        recipe: GeneratorRecipe,
        perceptual: PerceptualLoss | None = None,
    ) -> None:
        self._networks = networks
        self._optimizer = optimizer
        self._recipe = recipe
        self._perceptual = perceptual

    def generate(self, pairs: Pairs, z: Tensor, mix: Tensor) -> Step:
        """The generation path: faces of nobody in the first pictures' views, which makes `z` and the view two things.

        Parameters
        ----------
        pairs : Pairs
            Of which the first pictures are used.
        z : Tensor of float32, shape (n, 128 - views)
            Uniform from -1 to 1.
        mix : Tensor of float32, shape (n,)
            As in `gradient_penalty`.
        """
        with untracked(self._networks.generator):
            made = self._make(pairs.first_views, z)
        discriminator = self._teach_discriminator(pairs.first, pairs.first_views, made, mix)
        maker = deception_loss(self._critic, made, pairs.first_views)
        self._step(maker)
        return Step(made.detach(), discriminator, maker.detach())

    def reconstruct(self, pairs: Pairs, mix: Tensor, imagined: Tensor | None = None) -> Step:
        """The reconstruction path: what was encoded in one view is made again in another.

        Without `imagined`, the first pictures are encoded and the second are the target; encoder and generator learn.

        Parameters
        ----------
        pairs : Pairs
            Real pictures.
        mix : Tensor of float32, shape (n,)
            As in `gradient_penalty`.
        imagined : Tensor of float32, shape (n, 3, s, s), optional
            Generated pictures in the first pictures' views. Each is encoded and is its own target; only the encoder
            learns. So it comes to know more faces than the data set has.

        Notes
        -----
        The discriminator's real pictures are of the view that the made ones claim. The authors' code scores the second
        pictures even where the first ones' views are made; pairs being drawn in both orders, that is the same in the
        mean.
        """
        if imagined is None:
            shown, views, real = pairs.first, pairs.second_views, pairs.real
        else:
            shown, views, real = imagined, pairs.first_views, (pairs.first, pairs.first_views)
        self._networks.generator.requires_grad_(imagined is None)
        logits, z = self._run(self._networks.encoder, shown)
        made = self._make(views, z)
        discriminator = self._teach_discriminator(*real, made, mix)
        if imagined is None:
            likeness = self._likeness_loss(pairs, made, logits, z)
        else:
            likeness = likeness_loss(made, imagined, logits, pairs.first_views)
        maker = deception_loss(self._critic, made, views) + self._recipe.likeness * likeness
        self._step(maker)
        self._networks.generator.requires_grad_(True)
        distance = _distance(made, pairs) if imagined is None else None
        return Step(made.detach(), discriminator, maker.detach(), distance)

    def imitate(self, pairs: Pairs) -> Step:
        """The warm-up: the first pictures are encoded, the second are the target, and there is no discriminator.

        Encoder and generator learn from `likeness_loss` alone, and what the recipe adds to it.
        """
        logits, z = self._run(self._networks.encoder, pairs.first)
        made = self._make(pairs.second_views, z)
        loss = self._likeness_loss(pairs, made, logits, z)
        self._step(loss)
        return Step(made.detach(), loss.new_zeros(()), loss.detach(), _distance(made, pairs))

    def _likeness_loss(self, pairs: Pairs, made: Tensor, logits: Tensor, z: Tensor) -> Tensor:
        """Of what was made of the first pictures, and what the encoder said of them, to the second ones."""
        loss = likeness_loss(made, pairs.second, logits, pairs.first_views, pairs.weights)
        if self._recipe.expression:
            loss = loss + self._recipe.expression * F.cross_entropy(self._networks.expression(z), pairs.expressions)
        if self._perceptual:
            loss = loss + self._recipe.perception * self._perceptual(made[pairs.whole], pairs.second[pairs.whole])
        return loss

    def _teach_discriminator(self, real: Tensor, views: Tensor, made: Tensor, mix: Tensor) -> Tensor:
        """The discriminator's step; afterwards it is judge only, until its next one."""
        self._networks.discriminator.requires_grad_(True)
        loss = discriminator_loss(self._critic, real, views, made.detach(), mix)
        self._step(loss)
        self._networks.discriminator.requires_grad_(False)
        return loss.detach()

    def _step(self, loss: Tensor) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self._optimizer.step()

    def _critic(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        logits, scores = self._run(self._networks.discriminator, pictures)
        return logits, scores

    def _make(self, views: Tensor, z: Tensor) -> Tensor:
        (made,) = self._run(self._networks.generator, one_hot(views, self._networks.shape), z)
        return made

    def _run(self, network: nn.Module, *inputs: Tensor) -> tuple[Tensor, ...]:
        """The outputs of a network, computed in bfloat16 where that is fast; losses are always float32."""
        device = inputs[0].device
        with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16_is_fast(device)):
            outputs = network(*inputs)
        return tuple(output.float() for output in (outputs if isinstance(outputs, tuple) else (outputs,)))


def _distance(made: Tensor, pairs: Pairs) -> Tensor:
    """`l1` of what was made of whole pictures."""
    return l1(made.detach()[pairs.whole], pairs.second[pairs.whole])
