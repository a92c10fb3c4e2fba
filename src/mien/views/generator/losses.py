"""What the three networks of CR-GAN minimise.

A critic is the discriminator: from pictures (n, 3, s, s) to logits of views (n, views) and scores (n,). Views are int64
of (n,). All losses are means over the batch.

Two places differ from the authors' code, which departs from its own paper there. The gradient penalty takes the norm of
each picture's gradient, as WGAN-GP defines it (Gulrajani et al. 2017, equation 3); theirs takes one norm over the whole
batch, which holds each picture's to about 1 / sqrt(n). And cross-entropy takes logits; theirs takes probabilities as if
they were logits, so that even a certain and right answer costs ln(1 + (views - 1) / e).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Critic = Callable[[Tensor], tuple[Tensor, Tensor]]

PENALTY_WEIGHT = 10.0
L1_WEIGHT = 4.0
ENCODER_VIEW_WEIGHT = 0.01


def gradient_penalty(critic: Critic, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """How far the score's gradient is from length 1 between real and generated pictures.

    Parameters
    ----------
    critic : callable
        The discriminator; a picture's score must not depend on the others of the batch.
    real, fake : Tensor of (n, 3, s, s)
        Without gradients.
    mix : Tensor of (n,)
        For each picture the share of the real one, from 0 to 1.
    """
    share = mix[:, None, None, None]
    between = (share * real + (1 - share) * fake).requires_grad_()
    _, scores = critic(between)
    (gradient,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
    lengths = torch.linalg.vector_norm(gradient.flatten(1), dim=1)
    penalty: Tensor = (lengths - 1).square().mean()
    return penalty


def discriminator_loss(critic: Critic, real: Tensor, views: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Scores real pictures above generated ones, steadily, and knows the views of the real ones.

    ``D_s(fake) - D_s(real) + 10 * penalty + CE(D_v(real), views)``; `mix` as in `gradient_penalty`.
    """
    logits, real_scores = critic(real)
    _, fake_scores = critic(fake)
    penalty = gradient_penalty(critic, real, fake, mix)
    return fake_scores.mean() - real_scores.mean() + PENALTY_WEIGHT * penalty + F.cross_entropy(logits, views)


def deception_loss(critic: Critic, fake: Tensor, views: Tensor) -> Tensor:
    """What the generator learns in both pathways: pictures that pass as real, in the views that were asked for.

    ``-D_s(fake) + CE(D_v(fake), views)``; in the generation path this is all.
    """
    logits, scores = critic(fake)
    return F.cross_entropy(logits, views) - scores.mean()


def likeness_loss(fake: Tensor, target: Tensor, logits: Tensor, views: Tensor, weights: Tensor | None = None) -> Tensor:
    """What the reconstruction path adds: the target's pixels, and an encoder that knows what view it was shown.

    ``4 * L1(fake, target) + 0.01 * CE(E_v(shown), views)``, with `logits` the encoder's and `views` those shown to it;
    `weights` of the pixels as `face_weights` gives them.
    """
    return L1_WEIGHT * l1(fake, target, weights) + ENCODER_VIEW_WEIGHT * F.cross_entropy(logits, views)


def l1(a: Tensor, b: Tensor, weights: Tensor | None = None) -> Tensor:
    """Absolute difference, summed over the three channels, mean over pixels and pictures."""
    differences = (a - b).abs().sum(1)
    return (differences if weights is None else differences * weights).mean()


def face_weights(boxes: Tensor, side: int, weight: float) -> Tensor:
    """Weights of the pixels of pictures, in which faces count for more than hair, clothes and background.

    Parameters
    ----------
    boxes : Tensor of float32, shape (n, 4)
        ``x1, y1, x2, y2`` of the faces, in sides of the picture.
    side : int
        Of the pictures, pixels.
    weight : float
        How much a pixel of the face counts against another.

    Returns
    -------
    Tensor of float32, shape (n, side, side)
        The mean of each picture is 1.
    """
    centres = (torch.arange(side, device=boxes.device) + 0.5) / side
    across, down = (
        (centres >= boxes[:, low, None]) & (centres <= boxes[:, high, None]) for low, high in ((0, 2), (1, 3))
    )
    weights = 1 + (weight - 1) * (down[:, :, None] & across[:, None, :]).float()
    return weights / weights.mean((1, 2), keepdim=True)
