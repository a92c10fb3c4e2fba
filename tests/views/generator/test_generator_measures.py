"""What turned pictures are worth, where it can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from mien.errors import DatasetError
from mien.models import Model, load_model
from mien.views.dataset import subject_name
from mien.views.generator.measures import Measures, frechet_distance, mean_of, measure_views
from mien.views.generator.pairs import Recordings
from moving_squares import EXPRESSIONS, VIEWS, picture

Pictures = np.ndarray
Turn = Callable[[Pictures, np.ndarray], Pictures]

FACES = ("neutral", "happy", "squint")


@pytest.fixture(scope="module")
def classifier() -> Model:
    return load_model("mien")


def squares(people: int) -> Recordings:
    """`moving_squares` without a file: they differ in colour and not in shape."""
    images = [
        [picture(person, e, v) for v in range(len(VIEWS))] for person in range(people) for e in range(len(EXPRESSIONS))
    ]
    return recordings_of(np.array(images), names(people, EXPRESSIONS))


def patterns(people: int) -> Recordings:
    """Blots for a person, a spot for the expression, all shifted by the view; no two pictures are alike."""
    rng = np.random.default_rng(0)
    images = np.empty((people, len(FACES), len(VIEWS), 32, 32, 3), np.uint8)
    for person in range(people):
        blots = cv2.resize(rng.integers(0, 255, (5, 5, 3), np.uint8), (32, 32), interpolation=cv2.INTER_CUBIC)
        for expression in range(len(FACES)):
            shown = blots.copy()
            shown[14:18, 8 * expression + 6 : 8 * expression + 10] = 255
            for view in range(len(VIEWS)):
                images[person, expression, view] = np.roll(shown, 6 * view, axis=1)
    return recordings_of(images.reshape(-1, *images.shape[2:]), names(people, FACES))


def names(people: int, expressions: tuple[str, ...]) -> np.ndarray:
    return np.repeat([subject_name(person) for person in range(people)], len(expressions))


def split(recordings: Recordings, held_out: int) -> tuple[Recordings, Recordings]:
    """The last so many recordings, and before them the rest."""
    images, subjects = recordings.images, recordings.subjects
    before, after = slice(None, -held_out), slice(-held_out, None)
    return recordings_of(images[before], subjects[before]), recordings_of(images[after], subjects[after])


def recordings_of(images: Pictures, subjects: np.ndarray) -> Recordings:
    """In all views; where the faces are and what they show does not matter to what measures."""
    faces = np.zeros((len(images), len(VIEWS), 4), np.float32)
    return Recordings(images, subjects, VIEWS, faces, np.zeros(len(images), np.int64))


def all_knowing(recordings: Recordings, answer: Callable[[int, int], Pictures]) -> Turn:
    """Recognises the picture, and answers with what belongs to its recording and the view that is wanted."""
    places = {image.tobytes(): row for row, views in enumerate(recordings.images) for image in views}

    def turn(pictures: Pictures, views: np.ndarray) -> Pictures:
        return np.array(
            [answer(places[image.tobytes()], view) for image, view in zip(pictures, views.tolist(), strict=True)]
        )

    return turn


def view_reader(recordings: Recordings) -> Callable[[Pictures], np.ndarray]:
    """Knows the real pictures, and takes all others for the first view."""
    places = {image.tobytes(): view for views in recordings.images for view, image in enumerate(views)}
    return lambda pictures: np.array([places.get(image.tobytes(), 0) for image in pictures])


def measured(turn: Turn, training: Recordings, held_out: Recordings, classifier: Model) -> list[Measures]:
    expressions = FACES if len(held_out.images) % len(FACES) == 0 else EXPRESSIONS
    return list(measure_views(training, held_out, expressions, turn, view_reader(held_out), classifier))


def untouched(pictures: Pictures, views: np.ndarray) -> Pictures:
    return pictures


def test_frechet_distance_of_numbers() -> None:
    """Means 0 and 3, deviations 1 and 2: 3^2 + (1 - 2)^2."""
    a, b = np.array([[-1.0], [1.0]]), np.array([[1.0], [5.0]])
    assert frechet_distance(a, b) == pytest.approx(10)
    assert frechet_distance(b, a) == pytest.approx(10)
    assert frechet_distance(a, np.concatenate([a, a])) == pytest.approx(0, abs=1e-12)


def corners(*deviations: float) -> np.ndarray:
    """Mean zero, and these deviations along the axes, which are independent."""
    grid = np.meshgrid(*([-d, d] for d in deviations))
    return np.stack(grid, axis=-1).reshape(-1, len(deviations))


def test_frechet_distance_where_the_covariances_commute() -> None:
    """(1 - 4)^2 + (3 - 1)^2 = 13 along the axes and along turned ones; a shift by (3, 4) adds 25."""
    a, b = corners(1, 3), corners(4, 1)
    assert frechet_distance(a, b) == pytest.approx(13)
    turned = np.array([[0.6, 0.8], [-0.8, 0.6]])
    assert frechet_distance(a @ turned, b @ turned) == pytest.approx(13)
    assert frechet_distance(a, b + np.array([3, 4])) == pytest.approx(38)


def test_frechet_distance_to_a_point() -> None:
    """What is left is the other's variance: 1 + 9 + 4, though the covariance of a point is singular."""
    assert frechet_distance(corners(1, 3, 2), np.zeros((5, 3))) == pytest.approx(14)


def test_frechet_distance_against_the_root_of_the_product() -> None:
    linalg = pytest.importorskip("scipy.linalg")
    rng = np.random.default_rng(0)
    a, b = (rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)) + rng.normal(size=4) for _ in range(2))
    ca, cb = np.cov(a.T, ddof=0), np.cov(b.T, ddof=0)
    expected = ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(ca + cb - 2 * linalg.sqrtm(ca @ cb).real)
    assert frechet_distance(a, b) == pytest.approx(expected)
    assert not np.allclose(ca @ cb, cb @ ca)


def test_a_perfect_generator(classifier: Model) -> None:
    """Blots tell everybody, whatever the expression: then the ceiling of identity is that all are found."""
    recordings = patterns(16)
    training, held_out = split(recordings, 4 * len(FACES))
    turn = all_knowing(held_out, lambda row, view: held_out.images[row, view])
    for yaw, row in zip(VIEWS, measured(turn, training, held_out, classifier), strict=True):
        assert (row.yaw, row.l1) == (yaw, 0)
        assert row.frechet == pytest.approx(0, abs=1e-4)
        assert row.frechet_halves > 0.01
        assert row.identity == row.identity_other_expression == 1
        assert row.expression == row.expression_real
        assert row.view == row.view_real == 1


def test_the_mean_of_others(classifier: Model) -> None:
    """It gets what the yardstick gets, and always finds the same of four people; its view it does not show."""
    training, held_out = split(patterns(16), 4 * len(FACES))
    by_person = training.images.reshape(12, len(FACES), *training.images.shape[1:])
    means = by_person.mean(0).round().astype(np.uint8)
    turn = all_knowing(held_out, lambda row, view: means[row % len(FACES), view])
    rows = measured(turn, training, held_out, classifier)
    for row in rows:
        assert row.l1 == pytest.approx(row.l1_mean_picture)
        assert row.l1 > 10
        assert row.identity == 1 / 4
        assert row.frechet > row.frechet_halves
    assert [row.view for row in rows] == [1, 0, 0]
    assert [row.view_real for row in rows] == [1, 1, 1]


def test_another_person(classifier: Model) -> None:
    """Whoever shows the next person is as near to the real pictures as can be, and wrong about everybody."""
    training, held_out = split(patterns(16), 4 * len(FACES))
    turn = all_knowing(held_out, lambda row, view: held_out.images[(row + len(FACES)) % len(held_out.images), view])
    for row in measured(turn, training, held_out, classifier):
        assert row.frechet == pytest.approx(0, abs=1e-4)
        assert row.identity == 0
        assert row.l1 > 10


def test_squares_that_are_not_turned(classifier: Model) -> None:
    """Half of the columns are white in one view and the person's colour in the other, whichever views they are.

    The person held out is red 130 and green 0 or 60, so that pictures differ there by 125, 255 or 195, and 255; the
    people learnt from are red 10, 50 and 90, on average 50, and as green: 80 less on the 12 columns that are not white.
    """
    training, held_out = split(squares(4), len(EXPRESSIONS))
    for row in measured(untouched, training, held_out, classifier):
        assert row.l1 == row.l1_untouched == pytest.approx((125 + (255 + 195) / 2 + 255) / 3 / 2)
        assert row.l1_mean_picture == pytest.approx(80 / 3 * 12 / 16)
        assert (row.view, row.view_real) == (0, 1)


def test_expressions_are_those_that_the_label_set_has_words_for(classifier: Model) -> None:
    """Of squint the seven basic ones know nothing."""
    training, held_out = split(patterns(16), 4 * len(FACES))
    faces = np.array(
        [
            cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (48, 48), interpolation=cv2.INTER_AREA)
            for image in held_out.images[:, 1]
        ]
    )
    said = classifier.probabilities(faces, classifier.label_set).argmax(1).reshape(4, len(FACES))
    intended = [classifier.label_set.index(expression) for expression in FACES[:2]]
    row = measured(untouched, training, held_out, classifier)[1]
    assert row.expression_real == pytest.approx((said[:, :2] == intended).mean())


def test_sources_are_other_views_of_the_same_recording(classifier: Model) -> None:
    training, held_out = split(patterns(16), 4 * len(FACES))
    asked: list[tuple[Pictures, np.ndarray]] = []

    def turn(pictures: Pictures, views: np.ndarray) -> Pictures:
        asked.append((pictures, views))
        return pictures

    measured(turn, training, held_out, classifier)
    for view, (pictures, views) in enumerate(asked):
        assert (views == view).all()
        shown = {image.tobytes() for image in pictures}
        others = np.delete(held_out.images, view, axis=1)
        assert shown == {image.tobytes() for views in others for image in views}  # there are two, so both


def test_too_few_people_or_expressions(classifier: Model) -> None:
    training, held_out = split(squares(2), len(EXPRESSIONS))
    with pytest.raises(DatasetError, match="not of 1 with 2"):
        measured(untouched, training, held_out, classifier)
    training, held_out = split(squares(4), len(EXPRESSIONS))
    with pytest.raises(DatasetError, match="not of 3 with 1"):
        list(measure_views(training, held_out, ("neutral",), untouched, view_reader(held_out), classifier))


def test_means_over_views() -> None:
    rows = [Measures(yaw, *np.arange(11) * factor) for yaw, factor in ((-45, 1.0), (45, 3.0))]
    assert mean_of(rows) == Measures(None, *np.arange(11) * 2.0)
