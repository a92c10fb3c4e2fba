"""Descriptors that find landmarks themselves, on drawn faces of people that they have not learnt from."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from drawn_portraits import draw_portraits
from mien.errors import InputError
from mien.features.geometry import EYE_DISTANCE, LandmarkGeometry, normalise
from mien.features.landmarks import FaceAppearance, FaceGeometry, FaceShape

UPPER_LIP, LOWER_LIP = 51, 57


@pytest.fixture(scope="module")
def training():
    return draw_portraits(30, seed=0)


@pytest.fixture(scope="module")
def others():
    return draw_portraits(8, seed=1)


@pytest.mark.parametrize("kind", [FaceShape, FaceAppearance, FaceGeometry])
def test_landmarks_are_found_in_crops_alone(kind, training, others):
    descriptor = kind().fit(training.images, training.labels, landmarks=training.landmarks)
    before, after = (
        np.linalg.norm(points - others.landmarks, axis=2).mean()
        for points in (descriptor.start_, descriptor.find(others.images))
    )
    # Pixels of 48.
    assert before > 1
    assert after < 0.5
    assert descriptor.transform(others.images).dtype == np.float32


def test_geometry_is_measured_on_what_is_found(training, others):
    descriptor = FaceGeometry().fit(training.images, landmarks=training.landmarks)
    described = descriptor.transform(others.images)
    assert described.shape == LandmarkGeometry().fit_transform(training.landmarks[: len(others)]).shape
    truth = normalise(others.landmarks, [list(range(36, 42)), list(range(42, 48))])
    gape = np.linalg.norm(truth[:, UPPER_LIP] - truth[:, LOWER_LIP], axis=1)
    pairs = np.stack(np.triu_indices(68, 1), 1).tolist()
    measured = described[:, pairs.index([UPPER_LIP, LOWER_LIP])]
    # Half a pixel where the eyes are 15 pixels apart.
    np.testing.assert_allclose(measured, gape, atol=EYE_DISTANCE / 15)
    assert np.corrcoef(measured, gape)[0, 1] > 0.95


def test_chunks_change_nothing(training, others):
    descriptor = FaceShape().fit(training.images, landmarks=training.landmarks)
    single = np.concatenate([descriptor.describe(face[None]) for face in others.images[:3]])
    np.testing.assert_allclose(descriptor.transform(others.images[:3]), single, atol=1e-4)


def test_without_landmarks_there_is_nothing_to_learn(training):
    with pytest.raises(InputError, match="learn from faces with landmarks, and these faces have none"):
        FaceShape().fit(training.images, training.labels)
    with pytest.raises(NotFittedError):
        FaceShape().transform(training.images)
    with pytest.raises(InputError, match=r"90 pictures need landmarks of shape \(90, p, 2\)"):
        FaceAppearance().fit(training.images, landmarks=training.landmarks[:, 0])
    with pytest.raises(InputError, match="which of 12 landmarks are the eyes must be said"):
        FaceGeometry().fit(training.images, landmarks=training.landmarks[:, 36:48])
