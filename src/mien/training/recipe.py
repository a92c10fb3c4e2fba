"""Recipes: everything that decides how a network is trained, in one place, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from mien.errors import UnknownName


@dataclass(frozen=True)
class Augmentation:
    """How a training face is varied each time it is seen.

    Attributes
    ----------
    rotation : float
        Largest turn to either side, in degrees.
    scale : float
        Largest relative change of size.
    shift : float
        Largest move along each axis, in pixels of the stored picture.
    contrast, brightness : float
        Largest relative change of contrast; of brightness as a share of the grey range.
    erase : float
        Probability that a rectangle is painted over (Zhong et al. 2020, "Random Erasing").
    """

    rotation: float = 10.0
    scale: float = 0.1
    shift: float = 2.0
    contrast: float = 0.25
    brightness: float = 0.08
    erase: float = 0.2


@dataclass(frozen=True)
class Recipe:
    """A named way to train a model.

    Attributes
    ----------
    name, description : str
        What `mien train --recipe` and the model's card call it and say of it.
    network : str
        A name from `mien.networks.NETWORKS`.
    crop : int
        Side in pixels of the crop that the network is run on, out of the stored picture.
    sizes : tuple of (float, int)
        From which share of the epochs on crops are drawn at how many pixels a side. Small first, then full, costs
        less and loses nothing (Tan & Le 2021, "EfficientNetV2", section 4).
    epochs, batch_size, warmup_epochs : int
        The schedule: a linear rise, then half a cosine to zero (Loshchilov & Hutter 2017).
    learning_rate, momentum, weight_decay : float
        Stochastic gradient descent with Nesterov momentum; the decay spares biases and normalisation.
    label_smoothing : float
        Share of the ``ekman7`` target that is spread over all classes.
    ferplus_weight : float
        Weight of the ``ferplus8`` head's loss beside the ``ekman7`` head's.
    ema_decay : float
        Per-step decay of the moving average of the weights; the average is what is evaluated and exported.
    margin : float
        How whole photos are framed for the model, against FER2013's own framing: see `tools/margin_study.py`.
    """

    name: str
    description: str
    network: str = "mien"
    crop: int = 44
    sizes: tuple[tuple[float, int], ...] = ((0.0, 44),)
    epochs: int = 60
    batch_size: int = 128
    warmup_epochs: int = 2
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.1
    ferplus_weight: float = 1.0
    ema_decay: float = 0.999
    margin: float = 0.95
    augmentation: Augmentation = field(default_factory=Augmentation)

    def size_at(self, epoch: int) -> int:
        """Side in pixels of the crops of one epoch."""
        return max((start, size) for start, size in self.sizes if start * self.epochs <= epoch)[1]


RECIPES = {
    r.name: r
    for r in (
        Recipe(
            name="mien",
            description="the default model: compact residual network, two heads, FER2013 labels and FER+ votes",
            sizes=((0.0, 32), (0.5, 44)),
            epochs=48,
        ),
    )
}


def get_recipe(name: str) -> Recipe:
    """The recipe called `name`; raises `UnknownName`."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UnknownName("recipe", name, RECIPES) from None
