"""Recipes of published systems, as published.

Where a publication picked its epoch on the test set, ``NAME-published`` does so too and needs the PrivateTest pictures;
``NAME`` picks on PublicTest. ``NAME-short`` is the same network by a schedule of this project's own that two CPU cores
end in an hour or so. ``NAME-sfew`` goes on on SFEW with the weights of a run of ``NAME``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mien.training.augmentation import LIGHT, NONE, Augmentation
from mien.training.recipe import FER2013_MEAN, FER2013_STD, Objective, Optimizer, Recipe
from mien.training.schedule import Cosine, Decay, Plateau, Steps

TRAINING_FACES = 28_709  # of FER2013, by which publications' iterations become epochs


def _short(recipe: Recipe, epochs: int, rate: float, **changes: object) -> Recipe:
    """The same network, by a schedule that a CPU can end."""
    return replace(
        recipe,
        name=f"{recipe.name}-short",
        description=f"{recipe.description}; a short schedule of our own",
        objectives=tuple(replace(objective, label_smoothing=0.1) for objective in recipe.objectives),
        per_class=None,
        epochs=epochs,
        batch_size=128,
        optimizer=Optimizer("nesterov", rate),
        schedule=Cosine(),
        augmentation=Augmentation(),
        ema_decay=0.999,
        selection="last",
        patience=None,
        **changes,  # type: ignore[arg-type]
    )


def _published(recipe: Recipe, *validation: str) -> Recipe:
    """With the epoch picked on the test set, as its authors did."""
    return replace(
        recipe,
        name=f"{recipe.name}-published",
        description=f"{recipe.description}; its epoch picked on the test set, as published",
        validation=validation,
    )


def _alexnet() -> Iterator[Recipe]:
    published = Recipe(
        name="alexnet-lite",
        description="AlexNet less three convolutions",
        network="alexnet-lite",
        crop=42,
        mean=0.0,
        std=1.0,
        epochs=446,  # 100,000 iterations
        optimizer=Optimizer("sgd", 0.001, decay_all=True),
        schedule=Steps(),
        augmentation=replace(NONE, flip=True, placement="corners"),
        average="probabilities",
        source="Jeon et al. 2016, IMCOM; solver of its Caffe reproduction",
    )
    yield published
    # Dropout and weight decay hold so plain a network back enough.
    yield replace(
        _short(replace(published, mean=FER2013_MEAN, std=FER2013_STD), epochs=50, rate=0.03),
        objectives=published.objectives,
        augmentation=LIGHT,
    )


def _tang() -> Iterator[Recipe]:
    similarity = replace(NONE, flip=True, rotation=10, scale=0.1, shift=3, interpolation="bilinear")
    for name, loss, what in (("tang", "l2_svm", "linear SVMs on top"), ("tang-softmax", "cross_entropy", "softmax")):
        yield Recipe(
            name=name,
            description=f"challenge winner of 2013, {what}",
            network="tang",
            objectives=(Objective(loss=loss),),
            crop=48,
            mean=0.0,
            std=1.0,
            epochs=150,
            optimizer=Optimizer("sgd", 0.005, weight_decay=1e-3),
            schedule=Decay(start=50, every=10, by=0.7),
            augmentation=similarity,
            source="Tang 2013, arXiv 1306.0239; rates and epochs are not published",
        )


def _wujie() -> Iterator[Recipe]:
    # What two CPU cores can give them is a few epochs: most on crops drawn as small as the network can take.
    # VGG19 read one class after an epoch of equal angles, at twice the cost of plain steps; it has those instead.
    plain, turning = Optimizer("nesterov", 0.02), Optimizer("muon", 0.05, turn=0.02)
    named = (
        ("vgg19", "VGG19 with batch normalisation", 6, ((0.0, 32), (0.8, 44)), plain),
        ("resnet18", "ResNet18", 5, ((0.0, 26), (0.8, 44)), turning),
        ("resnet34", "ResNet34", 4, ((0.0, 26), (0.75, 44)), turning),
    )
    for name, description, epochs, sizes, optimizer in named:
        honest = Recipe(
            name=name,
            description=description,
            network=name,
            mean=0.0,
            std=1.0,
            epochs=250,
            optimizer=Optimizer("sgd", 0.01, decay_all=True, clamp=0.1),
            schedule=Decay(start=80, every=5, by=0.9),
            augmentation=replace(NONE, flip=True, placement="pixels"),
            selection="best",
            source="github.com/WuJie1010/Facial-Expression-Recognition.Pytorch",
        )
        yield honest
        yield _published(honest, "private")
        if name != "resnet34":
            yield replace(
                honest,
                name=f"{name}-ckplus",
                description=f"{description} for CK+, with mien crossval",
                epochs=60,
                batch_size=32,
                schedule=Decay(start=20, every=1, by=0.8),
            )
        yield replace(
            _short(replace(honest, mean=FER2013_MEAN, std=FER2013_STD, sizes=sizes), epochs=epochs, rate=0.05),
            objectives=honest.objectives,
            optimizer=optimizer,
            schedule=Cosine(warmup=0.5),
            augmentation=LIGHT,
            ema_decay=0.99,
        )


def _kernels() -> Iterator[Recipe]:
    for size in ("small", "medium", "large"):
        for hidden in (3072, 2048, 1024, 512):
            for preparation in ("none", "isotropic", "equalise"):
                suffix, how = ("", "") if preparation == "none" else (f"-{preparation}", f", preparation {preparation}")
                member = Recipe(
                    name=f"kernel-{size}-{hidden}{suffix}",
                    description=f"committee member: {size} kernels, {hidden} hidden units{how}",
                    network=f"kernel-{size}-{hidden}",
                    preparation=preparation,
                    crop=42,
                    mean=0.0,
                    std=1.0,
                    epochs=100,
                    batch_size=200,
                    optimizer=Optimizer("sgd", 0.01, decay_all=True, hidden_decay=0.2, output_decay=4.0),
                    schedule=Steps(((25, 0.5), (50, 0.25), (75, 0.125))),
                    augmentation=replace(NONE, flip=True, placement="whole-and-corners"),
                    views="whole",
                    average="probabilities",
                    source="Kim et al. 2016, JMUI 10(2)",
                )
                yield member
                yield replace(
                    member,
                    name=f"{member.name}-sfew",
                    description=f"{member.description}; fine-tuned on SFEW, with --start",
                    optimizer=replace(member.optimizer, learning_rate=0.004),
                )
        published = Recipe(
            name=f"kernel-{size}",
            description=f"committee member: {size} kernels",
            network=f"kernel-{size}-3072",
            crop=42,
            views="whole",
            average="probabilities",
            source="Kim et al. 2016, JMUI 10(2)",
        )
        # From weights as small as the published ones, plain gradients take many epochs to grow, and Adam's to learn.
        yield replace(
            _short(published, epochs=24, rate=0.05),
            optimizer=Optimizer("muon", 0.05, turn=0.03),
            augmentation=LIGHT,
            ema_decay=0.995,
        )


def _small() -> Iterator[Recipe]:
    keras = Augmentation(
        rotation=10, scale=0, stretch=0.1, shift=4.8, contrast=0, brightness=0, erase=0, interpolation="bilinear"
    )
    for name, whose in (("mini-xception", "Arriaga et al. 2017"), ("mini-xception-48", "github.com/omar178")):
        honest = Recipe(
            name=name,
            description="depthwise separable network of 58,000 parameters; without its first layers' L2 penalty",
            network=name,
            crop=48,
            mean=0.5,
            std=0.5,
            epochs=10_000,
            batch_size=32,
            optimizer=Optimizer("adam", 1e-3, weight_decay=0.0),
            schedule=Plateau(patience=12),
            augmentation=keras,
            selection="best",
            patience=50,
            source=whose,
        )
        yield honest
        yield _published(honest, "public", "private")
        if name == "mini-xception":
            # So small a network is in no danger of learning by heart.
            short = _short(honest, epochs=45, rate=0.1)
            yield replace(short, objectives=honest.objectives, augmentation=LIGHT)
    five = Recipe(
        name="five-class",
        description="five classes, real time; without the pictures that it took beside FER2013's",
        network="five-class",
        objectives=(Objective("five"),),
        crop=48,
        mean=0.0,
        std=1 / 255,
        per_class=2000,
        epochs=10,
        batch_size=100,
        optimizer=Optimizer("nadam", 0.002, weight_decay=0.0),
        schedule=Steps(),
        augmentation=NONE,
        source="github.com/gagan16/Emotion-Detection",
    )
    yield five
    # Two dropouts of a half over thin convolutions hold it back enough; a slower average would lag in so few epochs.
    short = _short(replace(five, mean=FER2013_MEAN, std=FER2013_STD), epochs=16, rate=0.05)
    yield replace(
        short,
        description=f"{short.description}, taught by the default model",
        objectives=five.objectives,
        optimizer=Optimizer("muon", 0.05, turn=0.02),
        augmentation=LIGHT,
        ema_decay=0.995,
        teacher="mien",
    )


def _ferplus() -> Iterator[Recipe]:
    affine = Augmentation(
        rotation=20,
        scale=0,
        shift=0.08 * 48,
        contrast=0,
        brightness=0,
        erase=0,
        shear=0.05,
        stretch=0.05,
        padding="reflect",
        interpolation="bilinear",
    )
    for mode in ("majority", "probability", "crossentropy", "multilabel"):
        yield Recipe(
            name=f"ferplus-{mode}",
            description=f"VGG13 on FER+ votes, label mode {mode}",
            network="ferplus-vgg13",
            objectives=(
                Objective("ferplus8", loss="multi_label" if mode == "multilabel" else "cross_entropy", votes=mode),
            ),
            preparation="equalise",
            crop=48,
            mean=0.5,
            std=0.5,
            epochs=100,
            batch_size=32,
            optimizer=Optimizer("sgd", 0.05, weight_decay=0.0),
            schedule=Steps(((20, 0.5), (40, 0.1))),
            augmentation=affine,
            selection="best",
            source="Barsoum et al. 2016, ICMI",
        )


def _others() -> Iterator[Recipe]:
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


PUBLISHED = tuple(
    recipe for family in (_alexnet, _tang, _wujie, _kernels, _small, _ferplus, _others) for recipe in family()
)
"""All of them."""
