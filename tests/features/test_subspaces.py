from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from mien.features import get_feature
from mien.features.gradients import HOG
from mien.features.subspaces import IndependentComponents, Pixels, PrincipalComponents, Projection, SpatialICA


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Between the columns of the one and of the other, without sign."""
    return np.abs(np.corrcoef(a.T, b.T)[: a.shape[1], a.shape[1] :])


def test_pixels_do_not_care_for_light() -> None:
    faces = np.random.default_rng(0).integers(0, 100, (3, 16, 16), np.uint8)
    np.testing.assert_allclose(
        Pixels().transform(faces), Pixels().transform(faces * np.uint8(2) + np.uint8(9)), atol=1e-5
    )
    np.testing.assert_array_equal(Pixels().transform(np.full((1, 16, 16), 7, np.uint8)), 0)


def test_independent_coefficients_are_found() -> None:
    # Each face is two patterns, mixed by amounts that are uniformly distributed and independent.
    rng = np.random.default_rng(0)
    sources = rng.uniform(-1, 1, (2000, 2))
    patterns = np.linalg.qr(rng.normal(size=(144, 3)))[0].T * 400
    # The third keeps every face's contrast alike, so that the normalisation leaves the amounts as they are.
    rest = np.sqrt(4 - (sources**2).sum(1)) * rng.choice([-1, 1], 2000)
    mixed = sources @ np.array([[0.8, 0.6], [-0.6, 0.8]]) @ patterns[:2] + rest[:, None] * patterns[2]
    faces = np.clip(128 + mixed, 0, 255).astype(np.uint8).reshape(-1, 12, 12)
    pipeline = get_feature("ica")
    pipeline.set_params(pca__n_components=3)
    found = pipeline.fit_transform(faces)
    assert found.dtype == np.float32
    match = correlations(sources, found)
    assert (match.max(1) > 0.95).all()
    assert len(set(match.argmax(1))) == 2


def test_independent_pictures_are_found() -> None:
    # The mixtures are of two sparse pictures; architecture I is to find them and each face's share of both.
    rng = np.random.default_rng(0)
    pictures = rng.laplace(size=(2, 900))
    pictures -= pictures.mean(1, keepdims=True)
    shares = rng.normal(size=(300, 2)) @ np.array([[1, 0.5], [-0.2, 1]])
    ica = SpatialICA(2)
    found = ica.fit_transform((shares @ pictures).astype(np.float32))
    match = correlations(shares, found)
    assert (match.max(1) > 0.99).all()
    assert len(set(match.argmax(1))) == 2


def test_a_search_that_does_not_settle_is_no_warning() -> None:
    x = np.random.default_rng(0).normal(size=(200, 6))  # no direction is better than another
    settings = {"whiten": "unit-variance", "max_iter": 2, "random_state": 0}
    with pytest.warns(ConvergenceWarning):
        FastICA(**settings).fit(x)
    for found in (
        IndependentComponents(**settings).fit_transform(x),
        IndependentComponents(**settings).fit(x).transform(x),
    ):
        np.testing.assert_allclose(found.T @ found / len(x), np.eye(6), atol=1e-6)


def test_fisherfaces_have_one_dimension_less_than_classes() -> None:
    rng = np.random.default_rng(0)
    means = rng.integers(60, 200, (4, 12, 12))
    labels = np.arange(80) % 4
    faces = (means[labels] + rng.integers(-40, 40, (80, 12, 12))).astype(np.uint8)
    described = get_feature("lda").fit(faces, labels).transform(faces)
    assert described.shape == (80, 3)
    # Classes lie apart by many of their spreads.
    centres = np.stack([described[labels == c].mean(0) for c in range(4)])
    spread = np.sqrt(np.mean([described[labels == c].var(0).sum() for c in range(4)]))
    assert np.linalg.norm(centres[:, None] - centres, axis=2)[np.triu_indices(4, 1)].min() > 3 * spread


def test_eigenfaces_keep_95_percent_of_the_energy() -> None:
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (60, 12, 12), np.uint8)
    pipeline = get_feature("pca")
    kept = pipeline.fit_transform(faces).astype(np.float64).var(0)
    share = kept.sum() / Pixels().transform(faces).astype(np.float64).var(0).sum()
    assert 0.95 <= share < 0.97
    assert (np.diff(kept) <= 1e-6).all()


def test_components_share_one_scale() -> None:
    x = np.random.default_rng(0).normal(scale=(9, 5, 2, 1, 1), size=(200, 5)).astype(np.float32)
    few = PrincipalComponents(3).fit_transform(x)
    assert few.var(0).mean() == pytest.approx(1, rel=0.01)
    np.testing.assert_allclose(few.std(0) / few[:, 0].std(), x.std(0)[:3] / x[:, 0].std(), rtol=0.1)
    # No more of them than were asked for: only the scale changes.
    np.testing.assert_allclose(PrincipalComponents(5).fit_transform(x), x / np.sqrt(x.var(0).mean()), rtol=1e-4)


def test_few_faces_give_few_components() -> None:
    x = np.random.default_rng(0).normal(size=(40, 30))
    assert PrincipalComponents(20).fit_transform(x).shape == (40, 4)
    assert PrincipalComponents(20).fit_transform(x[:5]).shape == (5, 1)
    np.testing.assert_array_equal(PrincipalComponents(30).fit_transform(np.ones((4, 30))), 1)


def test_a_projection_is_learnt_from_some_faces_and_serves_all() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 256, (5, 48, 48))
    mixture = rng.dirichlet(np.full(5, 0.5), 80)
    faces = np.tensordot(mixture, kinds, 1).astype(np.uint8)
    projection = Projection(HOG(), PrincipalComponents(4), n_faces=40).fit(faces)
    described = projection.transform(faces)
    assert described.shape == (80, 4)
    # The same by other means: the singular vectors of every other face.
    whole = HOG().transform(faces).astype(np.float64)
    chosen = np.linspace(0, 79, 40).astype(int)
    centre = whole[chosen].mean(0)
    directions = np.linalg.svd(whole[chosen] - centre)[2][:4]
    expected = (whole - centre) @ directions.T
    np.testing.assert_allclose(correlations(described, expected).diagonal(), 1, atol=1e-2)


@pytest.mark.parametrize("n", [1, 0])
def test_a_face_without_company(n: int) -> None:
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 256, (30, 12, 12), np.uint8)
    pipeline = get_feature("pca").fit(faces)
    np.testing.assert_allclose(pipeline.transform(faces[:1])[:n], pipeline.transform(faces)[:n], atol=1e-4)
