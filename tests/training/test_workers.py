"""Two processes that train together, as `torchrun` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mien.training.run import Run  # noqa: E402
from mien.training.workers import Worker  # noqa: E402


def test_shares_are_whole_and_of_one_size() -> None:
    rows = torch.arange(11)
    shares = [Worker(rank, 3, torch.device("cpu")).share(rows).tolist() for rank in range(3)]
    assert shares == [[0, 3, 6], [1, 4, 7], [2, 5, 8]]
    assert Worker(0, 1, torch.device("cpu")).share(rows).tolist() == rows.tolist()


@pytest.mark.slow
def test_two_workers_train_what_one_trains(tmp_path: Path) -> None:
    # Tang's network without variation has no chance and no batch statistics in it, so both roads meet.
    script = tmp_path / "script.py"
    script.write_text(
        """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from mien.datasets import FaceData
from mien.labels import EKMAN7
from mien.training.augmentation import NONE
from mien.training.loop import train
from mien.training.recipe import describe_recipe
from mien.training.recipes import get_recipe
from mien.training.run import Run
from mien.training.schedule import Steps
from mien.training.workers import join_workers

recipe = replace(get_recipe("tang"), epochs=2, batch_size=32, augmentation=NONE, schedule=Steps())
rng = np.random.default_rng(0)
labels = rng.integers(0, 7, 64)
data = FaceData(rng.integers(0, 256, (64, 48, 48), np.uint8), labels, EKMAN7)
worker = join_workers()
run = Run(Path(sys.argv[1]))
if worker.leads:
    run.start({"recipe": describe_recipe(recipe), "data": "fer2013:made-up", "seed": 0})
worker.wait()
train(run, recipe, data, data, 0, lambda *_: None, lambda _: None)
"""
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, script, tmp_path / "one"], check=True, timeout=300, env=environment)
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    subprocess.run([*launch, script, tmp_path / "two"], check=True, timeout=300, env=environment)
    one, two = Run(tmp_path / "one"), Run(tmp_path / "two")
    assert [row["epoch"] for row in two.metrics] == [1, 2]
    for name, tensor in one.load_weights().items():
        np.testing.assert_allclose(two.load_weights()[name], tensor, atol=1e-4, err_msg=name)
