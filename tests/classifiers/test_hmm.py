"""Left-right hidden Markov models of made-up sequences."""

import numpy as np
import pytest
from scipy.stats import norm

from mien.classifiers.hmm import SequenceHMM
from mien.errors import InputError

RNG = np.random.default_rng(0)


def _sequence(course, length):
    """Features that follow a course of five values, each for about as long."""
    places = np.sort(RNG.uniform(0, len(course), length)).astype(int)
    return (np.asarray(course)[places] + RNG.normal(0, 0.3, (length, 2))).astype(np.float32)


RISE = [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0)]
# The same values in another order: only time tells them apart.
FALL = RISE[::-1]
ASIDE = [(0, 0), (1, 1), (2, 2), (1, 1), (0, 0)]


@pytest.fixture(scope="module")
def model():
    courses = {"rise": RISE, "fall": FALL, "aside": ASIDE}
    labels = [name for name in courses for _ in range(12)]
    return SequenceHMM().fit([_sequence(courses[name], RNG.integers(12, 25)) for name in labels], labels)


def test_expressions_are_told_by_their_course(model):
    sequences = [_sequence(course, 18) for course in (RISE, FALL, ASIDE) for _ in range(10)]
    expected = np.repeat(["rise", "fall", "aside"], 10)
    assert np.mean(model.predict(sequences) == expected) > 0.95


def test_no_state_goes_back_or_leaps(model):
    assert model.transitions_.shape == (3, 5, 5)
    allowed = np.eye(5) + np.eye(5, k=1) > 0
    assert np.all(model.transitions_[:, ~allowed] == 0)
    assert np.all(model.transitions_[:, allowed] > 0)
    np.testing.assert_allclose(model.transitions_.sum(2), 1)


def test_states_are_the_stations_of_the_course(model):
    rise = model.means_[list(model.classes_).index("rise")] * model.scale_ + model.centre_
    np.testing.assert_allclose(rise, RISE, atol=0.3)


def test_likelihood_of_one_state_is_a_product_of_gaussians():
    sequences = [RNG.normal(size=(6, 2)), RNG.normal(size=(9, 2)), RNG.normal(3, 1, size=(7, 2))]
    model = SequenceHMM(n_states=1).fit(sequences, [0, 0, 1])
    standard = (sequences[2] - model.centre_) / model.scale_
    expected = [norm(m[0], np.sqrt(v[0])).logpdf(standard).sum() for m, v in zip(model.means_, model.variances_)]  # noqa: B905
    np.testing.assert_allclose(model.log_likelihoods(sequences[2:]), [expected], rtol=1e-6)
    odds = np.exp(expected[0] - expected[1])
    np.testing.assert_allclose(model.predict_proba(sequences[2:]), [(odds / (1 + odds), 1 / (1 + odds))], rtol=1e-6)


def test_a_state_has_seen_one_frame_more():
    """One frame at 1 and one at -1 have variance 1, and so has the frame that is seen in advance."""
    sequences = [np.array([(-1.0,), (1,)]), np.array([(-1.0,), (-1,), (1,), (1,)])]
    model = SequenceHMM(n_states=1).fit(sequences, ["a", "b"])
    np.testing.assert_allclose(model.variances_.ravel(), 1, rtol=1e-3)
    still = SequenceHMM(n_states=1).fit([np.full((4, 1), 2.0), np.array([(0.0,), (1,)])], [0, 1])
    # Four frames without variance and one of variance 1.
    np.testing.assert_allclose(still.variances_[0, 0, 0], 1 / 5, rtol=1e-3)


def test_sequences_shorter_than_the_model_are_no_obstacle():
    model = SequenceHMM().fit([np.zeros((2, 1)), np.ones((3, 1)), np.full((1, 1), 5.0)], [0, 0, 1])
    for values in (model.means_, model.variances_, model.transitions_):
        assert np.isfinite(values).all()
    assert model.predict([np.full((2, 1), 0.4), np.full((4, 1), 5.0)]).tolist() == [0, 1]


def test_bad_sequences_are_named(model):
    with pytest.raises(InputError, match="2 sequences and 1 label"):
        SequenceHMM().fit([np.zeros((3, 2))] * 2, [0])
    with pytest.raises(InputError, match=r"sequence 1 has shape \(4, 3\)"):
        model.predict([np.zeros((4, 2)), np.zeros((4, 3))])
