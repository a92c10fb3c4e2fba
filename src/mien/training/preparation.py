"""How faces and their labels become the tensors that a network is trained on."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mien.datasets import FaceData
from mien.datasets.ferplus import vote_distribution
from mien.labels import EKMAN7, FERPLUS8

HEADS = (EKMAN7, FERPLUS8)
"""What the heads of each network say, in the order of its outputs."""

MEAN, STD = 0.5076, 0.2545
"""Grey level of FER2013's Training pictures, on a scale from 0 to 1."""


def normalise(faces: Tensor) -> Tensor:
    """Grey values 0 to 1, to zero mean and unit variance over the training set."""
    return ((faces - MEAN) / STD).contiguous(memory_format=torch.channels_last)


def make_targets(data: FaceData, smoothing: float) -> Tensor:
    """What the heads should say: float32 of shape (n, 7 + 8).

    The first seven columns are the FER2013 label, smoothed (Szegedy et al. 2016, section 7); the last eight are the
    share of FER+ votes, all zero where there are none.
    """
    ekman = F.one_hot(torch.from_numpy(data.labels), len(EKMAN7)).float()
    ekman = ekman * (1 - smoothing) + smoothing / len(EKMAN7)
    if data.votes is None:
        return torch.cat([ekman, torch.zeros(len(data), len(FERPLUS8))], 1)
    return torch.cat([ekman, torch.from_numpy(vote_distribution(data.votes))], 1)
