"""What a recipe is: everything that decides how a network is trained, in one place, as data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from mien.labels import EKMAN7, LabelSet, can_map, get_label_set
from mien.models.card import MARGIN
from mien.training.augmentation import Augmentation
from mien.training.schedule import SCHEDULES, Cosine, Schedule

FER2013_MEAN, FER2013_STD = 0.5076, 0.2545
"""Grey level of FER2013's Training pictures, on a scale from 0 to 1."""


@dataclass(frozen=True)
class Objective:
    """What one head of a network learns.

    Attributes
    ----------
    label_set : str
        What the head says. The data's labels are mapped to it where they are others.
    loss : str
        A name from `mien.training.losses.LOSSES`.
    votes : str or None
        For ``ferplus8``: which target the FER+ votes become, a name from `mien.training.targets.VOTE_TARGETS`.
    weight : float
        Of this loss in the sum over heads.
    label_smoothing : float
        Share of the target that is spread over all classes (Szegedy et al. 2016, section 7).
    class_weights : bool
        Whether rare classes weigh more, by their inverse frequency.
    """

    label_set: str = "ekman7"
    loss: str = "cross_entropy"
    votes: str | None = None
    weight: float = 1.0
    label_smoothing: float = 0.0
    class_weights: bool = False


@dataclass(frozen=True)
class Optimizer:
    """How gradients become steps.

    Attributes
    ----------
    kind : {"sgd", "nesterov", "adam", "nadam", "muon"}
        Stochastic gradient descent with momentum, the same with Nesterov's, Adam, Nadam; Nesterov's with orthogonalised
        steps for convolutions (`mien.training.muon`).
    learning_rate, momentum, weight_decay : float
        The decay is L2 regularisation, as the publications have it.
    decay_all : bool
        Whether biases and normalisation decay too.
    hidden_decay, output_decay : float
        Factors of the decay in hidden fully connected layers and in the heads.
    clamp : float or None
        Each component of the gradient is held within plus and minus this.
    turn : float
        The learning rate of convolutions with ``muon``: how far their weights turn in a step, in radians.
    """

    kind: Literal["sgd", "nesterov", "adam", "nadam", "muon"] = "nesterov"
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    decay_all: bool = False
    hidden_decay: float = 1.0
    output_decay: float = 1.0
    clamp: float | None = None
    turn: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """A named way to train a model.

    Attributes
    ----------
    name, description : str
        What `mien train --recipe` and the model's card call it and say of it.
    network : str
        A name from `mien.networks.NETWORKS`.
    objectives : tuple of Objective
        One a head.
    preparation : str
        What is done to each face before all else, a name from `mien.models.preparation.PREPARATIONS`.
    mean, std : float
        The network takes ``(grey / 255 - mean) / std``.
    crop : int
        Side in pixels of the crop that the network is run on, out of the stored picture.
    sizes : tuple of (float, int)
        From which share of the epochs on crops are drawn at how many pixels a side; empty is always `crop`. Small
        first, then full, costs less and loses nothing (Tan & Le 2021, "EfficientNetV2", section 4).
    per_class : int or None
        At most so many training pictures of each class, the first of the file.
    epochs, batch_size : int
        The length of the training; pictures a step.
    accumulate : int
        Into how many parts a batch is cut to save memory; their gradients add up to the batch's.
    optimizer, schedule, augmentation : Optimizer, Schedule, Augmentation
        The course of the training.
    teacher, teacher_share : str, float
        A model, by name or card, whose answers are this share of the targets; none by default: see
        `mien.training.teacher`.
    ema_decay : float
        Per-step decay of the moving average of the weights, which is then what is evaluated and exported; 0 is none.
    selection : {"last", "best"}
        Which epoch's weights are the model: the last's, or those that read the validation split best.
    validation : tuple of str
        The splits of FER2013 that epochs are measured on (and selected by); other data sets have their own.
    patience : int or None
        Stop after so many epochs without a better validation loss.
    views, average : str
        How ten crops are made and averaged: see `mien.models.card.Input`.
    margin : float
        How whole photos are framed for the model, against FER2013's own framing: see `tools/margin_study.py`.
    source : str
        The publication.
    """

    name: str
    description: str
    network: str
    objectives: tuple[Objective, ...] = (Objective(),)
    preparation: str = "none"
    mean: float = FER2013_MEAN
    std: float = FER2013_STD
    crop: int = 44
    sizes: tuple[tuple[float, int], ...] = ()
    per_class: int | None = None
    epochs: int = 60
    batch_size: int = 128
    accumulate: int = 1
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Cosine)
    augmentation: Augmentation = field(default_factory=Augmentation)
    teacher: str = ""
    teacher_share: float = 0.5
    ema_decay: float = 0.0
    selection: Literal["last", "best"] = "last"
    validation: tuple[str, ...] = ("public",)
    patience: int | None = None
    views: str = "centre"
    average: str = "logits"
    margin: float = MARGIN
    source: str = ""

    @property
    def label_sets(self) -> tuple[LabelSet, ...]:
        """What the heads say, in the order of the network's outputs."""
        return tuple(get_label_set(objective.label_set) for objective in self.objectives)

    @property
    def classes(self) -> tuple[int, ...]:
        """How many classes each head has."""
        return tuple(len(label_set) for label_set in self.label_sets)

    def starts_like(self, other: Recipe) -> bool:
        """Whether the weights of one fit the other: the same network with the same heads."""
        return (self.network, self.label_sets) == (other.network, other.label_sets)

    def size_at(self, epoch: int) -> int:
        """Side in pixels of the crops of one epoch."""
        return max(
            ((start, size) for start, size in self.sizes if start * self.epochs <= epoch), default=(0, self.crop)
        )[1]

    def fitted_to(self, label_sets: tuple[LabelSet, ...]) -> Recipe:
        """The recipe for data with these labels.

        It stays as it is where a head says just these, and for FER2013, for which all recipes were written. Other data
        get one head, of their own labels.
        """
        known = [source for source in label_sets for target in self.label_sets if source == target]
        if known or (EKMAN7 in label_sets and any(can_map(EKMAN7, target) for target in self.label_sets)):
            return self
        head = replace(self.objectives[0], label_set=label_sets[0].name, votes=None)
        return replace(self, objectives=(head,))


def describe_recipe(recipe: Recipe) -> dict[str, Any]:
    """The recipe as JSON holds it."""
    described: dict[str, Any] = json.loads(json.dumps(asdict(recipe)))
    described["schedule"]["kind"] = type(recipe.schedule).__name__
    return described


def restore_recipe(described: dict[str, Any]) -> Recipe:
    """Undo `describe_recipe`."""
    values = {name: _tuples(value) for name, value in described.items()}
    schedule = dict(values["schedule"])
    values["objectives"] = tuple(Objective(**objective) for objective in values["objectives"])
    values["optimizer"] = Optimizer(**values["optimizer"])
    values["schedule"] = SCHEDULES[schedule.pop("kind")](**{name: _tuples(value) for name, value in schedule.items()})
    values["augmentation"] = Augmentation(**values["augmentation"])
    return Recipe(**values)


def _tuples(value: Any) -> Any:
    """JSON's lists are tuples in a recipe."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
