"""Networks of much copied tutorials and packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import NONE, Augmentation
from mien.training.recipe import Optimizer, Recipe
from mien.training.schedule import Decay, Steps

TRAINING_FACES = 28_709
"""Of FER2013, by which steps become epochs."""


def recipes() -> Iterator[Recipe]:
    plain = Recipe(name="", description="", network="", crop=48, mean=0.0, std=1.0, schedule=Steps(), augmentation=NONE)
    zoom = Augmentation(
        rotation=0, scale=0, stretch=0.2, shift=0, contrast=0, brightness=0, erase=0, interpolation="bilinear"
    )  # Keras's shear_range of 0.2 is degrees: a ninth of a pixel, left out
    per_step = 200 / TRAINING_FACES  # epochs a step of 200 pictures
    mister5ive = replace(
        plain,
        epochs=348,  # 50,000 steps
        batch_size=200,
        optimizer=Optimizer("adam", 1e-4, weight_decay=0.0),
        schedule=Decay(start=0, every=5000 * per_step, by=0.9),
        source="github.com/Mister5ive",
    )
    yield replace(
        plain,
        name="isseu",
        description="three convolutions and 3072 hidden units",
        network="isseu",
        epochs=100,
        batch_size=50,
        optimizer=Optimizer("sgd", 0.001, weight_decay=0.0),
        source="github.com/isseu/emotion-recognition-neural-networks",
    )
    yield replace(
        plain,
        name="emopy",
        description="EmoPy's network with dropout",
        network="emopy",
        epochs=50,
        batch_size=64,
        optimizer=Optimizer("adam", 1e-3, weight_decay=0.02),  # Keras's l2(0.01)
        source="github.com/thoughtworksarts/EmoPy",
    )
    yield replace(
        plain,
        name="atulapra",
        description="four convolutions, a much copied tutorial; without its decay of the rate by 1e-6 a step",
        network="atulapra",
        epochs=50,
        batch_size=64,
        optimizer=Optimizer("adam", 1e-4, weight_decay=0.0),
        source="github.com/atulapra/Emotion-detection",
    )
    yield replace(
        plain,
        name="shillyshallysxy",
        description="four convolutions and two wide hidden layers",
        network="shillyshallysxy",
        epochs=70,
        optimizer=Optimizer("nesterov", 0.01, weight_decay=0.0),
        augmentation=zoom,
        source="github.com/shillyshallysxy/emotion_classifier",
    )
    yield replace(mister5ive, name="mister5ive-vgg", description="a thin VGG", network="mister5ive-vgg")
    yield replace(mister5ive, name="mister5ive-resnet", description="a thin ResNet", network="mister5ive-resnet")
