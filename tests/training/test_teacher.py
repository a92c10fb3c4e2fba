"""Distillation: the teacher is asked in the student's words, and its answers are mixed in by hand-computed shares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.align import align_faces
from mien.datasets import FaceData
from mien.detect import get_detector
from mien.errors import UnknownName
from mien.labels import EKMAN7, FERPLUS8
from mien.training.loop import Objectives
from mien.training.recipe import Objective, Recipe
from mien.training.teacher import ask_teacher, heed

RECIPE = Recipe("student", "", "mien", (Objective("ekman7"), Objective("ferplus8")), teacher="mien", teacher_share=0.25)


@pytest.fixture(scope="module")
def smiles(request: pytest.FixtureRequest) -> FaceData:
    """Two faces that smile, one of them called angry."""
    image = request.getfixturevalue("astronaut")
    crop = align_faces(image, get_detector("yunet").detect(image).landmarks, 48, 0.95)
    labels = np.array([EKMAN7.index("happy"), EKMAN7.index("angry")])
    return FaceData(np.concatenate([crop, crop[:, :, ::-1]]), labels, EKMAN7)


def test_a_smile_is_taught_in_the_words_of_each_head(smiles: FaceData) -> None:
    ekman, ferplus = ask_teacher(RECIPE, smiles)
    assert ekman.shape == (2, 7)
    assert ferplus.shape == (2, 8)
    assert ekman.argmax(1).tolist() == [EKMAN7.index("happy")] * 2
    assert ferplus.argmax(1).tolist() == [FERPLUS8.index("happiness")] * 2
    torch.testing.assert_close(ekman.sum(1), torch.ones(2))


def test_no_teacher_says_nothing(smiles: FaceData) -> None:
    assert ask_teacher(replace(RECIPE, teacher=""), smiles) == []


def test_a_teacher_must_exist(smiles: FaceData) -> None:
    with pytest.raises(UnknownName, match="no model is named 'nobody'"):
        ask_teacher(replace(RECIPE, teacher="nobody"), smiles)


def test_shares_are_mixed_by_hand() -> None:
    targets = torch.tensor([[1.0, 0.0], [0.0, 0.0]])
    answers = torch.tensor([[0.2, 0.8], [0.3, 0.7]])
    mixed = heed(targets, answers, 0.25)
    torch.testing.assert_close(mixed, torch.tensor([[0.8, 0.2], [0.3, 0.7]]))  # 0.75 + 0.25 * 0.2; all the teacher's


def test_the_loss_is_least_where_the_mixture_is_said(smiles: FaceData, tmp_path: Path) -> None:
    class Says(torch.nn.Module):
        """These probabilities, whatever it sees."""

        def __init__(self, probabilities: torch.Tensor) -> None:
            super().__init__()
            self.logits = probabilities.log()

        def forward(self, faces: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return (self.logits, torch.zeros(len(faces), 8))

    recipe = replace(RECIPE, objectives=RECIPE.objectives[:1])
    loss, chance = Objectives(recipe, smiles, torch.device("cpu")), torch.Generator()
    (answers,) = ask_teacher(recipe, smiles)
    labels = torch.nn.functional.one_hot(torch.from_numpy(smiles.labels), 7)
    mixture = 0.75 * labels + 0.25 * answers
    rows, faces = torch.arange(2), torch.zeros(2, 1, 44, 44)
    least = loss(Says(mixture), faces, rows, chance)
    assert float(least) == pytest.approx(float(-(mixture * mixture.log()).sum(1).mean()), rel=1e-5)
    for other in (0.9 * mixture + 0.1 / 7, 0.9 * mixture + 0.1 * answers, 0.9 * mixture + 0.1 * labels):
        assert loss(Says(other), faces, rows, chance) > least
