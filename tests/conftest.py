"""Parts that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from mien.acquire import read_image

ROOT = Path(__file__).parents[1]
ASTRONAUT = ROOT / "examples" / "astronaut.jpg"


@pytest.fixture(scope="session")
def astronaut() -> npt.NDArray[np.uint8]:
    """A public-domain portrait with one face, RGB."""
    return read_image(ASTRONAUT)


@pytest.fixture(scope="session")
def fer2013() -> Path:
    """The Parquet copy of FER2013; tests that need it skip where there is none."""
    path = Path(os.environ.get("MIEN_FER2013", ROOT.parent / "shared/data/fer2013-train-public.parquet"))
    if not path.exists():
        pytest.skip("no copy of FER2013 here (set MIEN_FER2013)")
    return path


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Press photos of one face each; tests that need them skip where there are none."""
    folder = Path(os.environ.get("MIEN_PHOTOS", ROOT.parent / "shared/data/photos"))
    found = sorted(folder.glob("*.jpg"))
    if not found:
        pytest.skip("no photos here (set MIEN_PHOTOS)")
    return found


@pytest.fixture(scope="session")
def generator_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of a toy generator that has learnt to move a square between three views (`moving_squares`)."""
    pytest.importorskip("torch")
    pytest.importorskip("pyarrow")
    from mien.training.run import Run
    from mien.views.dataset import subject_name
    from mien.views.generator.pairs import Recordings
    from mien.views.generator.recipes import GeneratorRecipe
    from mien.views.generator.training import start_run, train
    from moving_squares import EXPRESSIONS, SIZE, VIEWS, face, picture

    recordings = [(person, expression) for person in range(4) for expression in range(len(EXPRESSIONS))]
    images = np.array([[picture(*recording, view) for view in range(len(VIEWS))] for recording in recordings])
    subjects = np.array([subject_name(person) for person, _ in recordings])
    shown = np.array([expression for _, expression in recordings])
    faces = np.array([[face(view) / SIZE for view in range(len(VIEWS))]] * len(recordings))
    recipe = GeneratorRecipe(
        "toy", "moves squares", SIZE, base=8, epochs=10, batch_size=4, learning_rate=2e-3, paths="reconstruction"
    )
    run = Run(tmp_path_factory.mktemp("generator"))
    start_run(run, recipe, VIEWS, "views:made-up", 0)
    train(run, recipe, Recordings(images, subjects, VIEWS, faces, shown), 0, lambda *_: None, lambda _: None)
    return run.folder


@pytest.fixture(scope="session")
def generator(generator_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of the toy generator."""
    from mien.training.run import Run
    from mien.views.generator.export import export_generator

    return export_generator(Run(generator_run), tmp_path_factory.mktemp("exported"))
