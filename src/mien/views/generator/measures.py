"""What turned pictures are worth, on people that the generator has not learnt from.

Nothing that measures knows the generator, but for its own encoder (`Measures.view`). Shape is compared by histograms of
oriented gradients (HOG) and their principal components, fitted on the real pictures of the people learnt from: of
all views for the Fréchet distance, so that a head which is not quite turned shows, of each by itself for identity. The
Fréchet distance is usually that of Inception's features (Heusel et al. 2017, "FID"): that network's weights would have
to be fetched, its 2048 features want tens of thousands of pictures, and objects of ImageNet are not faces. So these
distances compare generators with each other, and with nothing published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline

from mien.errors import DatasetError
from mien.features.gradients import HOG
from mien.features.subspaces import PrincipalComponents, Projection
from mien.labels import EKMAN7, MULTIPIE6
from mien.models import Model
from mien.views.expressions import EXPRESSIONS
from mien.views.generator.pairs import Recordings

Pictures = npt.NDArray[np.uint8]
"""RGB, (n, s, s, 3)."""

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating]

SOURCES = 4
"""From how many of its other views each held-out recording is turned into each view."""

SEED = 0  # of the draw of these, and of the halves

FEATURE_SIDE = 64
"""Pixels a side of the grey pictures whose shape is compared, so that generators of any size can be."""

LEARNT_PICTURES = 3000
"""From how many pictures at most the components of the Fréchet distance are learnt, evenly chosen."""

IDENTITY_COMPONENTS = 100
FRECHET_COMPONENTS = 32
"""Principal components at most: the distance wants several pictures for each, and people held out are few."""


@dataclass(frozen=True)
class Measures:
    """Of the pictures that were turned into one view. Shares are from 0 to 1.

    Attributes
    ----------
    yaw : int or None
        The view, degrees; None where these are means over all views.
    l1, l1_untouched, l1_mean_picture : float
        Mean absolute difference from the real picture over pixels and channels, of 255 levels: of the turned picture,
        of the picture before it was turned, and of the mean picture of that view and expression over the people learnt
        from. All views of a recording have the same light and background, so both of these are to be beaten.
    frechet, frechet_halves : float
        `frechet_distance` between turned and real pictures, the unit being the mean variance of a principal component;
        and between two random halves of the real ones. Few pictures make it larger, and a half has fewest, so the
        second is more than the least that a generator can reach.
    identity, identity_other_expression : float
        How many turned pictures, among the real pictures of all held-out people in that view and expression, are
        nearest to their own person's: in the linear discriminants that tell the people learnt from apart. And how
        many real pictures of another expression in their place. These show other light and another background than
        the picture they must find, and turned ones the same, so turned ones can do better.
    expression, expression_real : float
        How often the classifier reads the intended expression from turned and from real pictures.
    view, view_real : float
        How often the generator's encoder reads this view from turned and from real pictures: its own judgement.
    """

    yaw: int | None
    l1: float
    l1_untouched: float
    l1_mean_picture: float
    frechet: float
    frechet_halves: float
    identity: float
    identity_other_expression: float
    expression: float
    expression_real: float
    view: float
    view_real: float


def measure_views(
    training: Recordings,
    held_out: Recordings,
    expressions: Sequence[str],
    turn: Callable[[Pictures, Numbers], Pictures],
    read_views: Callable[[Pictures], Numbers],
    classifier: Model,
) -> Iterator[Measures]:
    """Turn people into each view and compare them with how they really look there.

    Each recording is turned into a view from `SOURCES` of its other views, or all if there are fewer, drawn at random
    but the same each time.

    Parameters
    ----------
    training, held_out : Recordings
        People who were learnt from, and people who were not (`Recordings.split`).
    expressions : sequence of str
        What each person shows, in the order of the recordings; names of `mien.views.expressions.EXPRESSIONS`.
    turn : callable
        From pictures and the numbers of the views that are wanted to turned pictures of the same shape.
    read_views : callable
        From pictures to the numbers of their views.
    classifier : Model
        Whose agreement with the intended expression is counted: over the six of Multi-PIE if these are what it says
        first, else over the seven basic ones. Each frame is scaled as a whole; no face is searched in it.

    Yields
    ------
    Measures
        View by view, ascending.

    Raises
    ------
    DatasetError
        If there are fewer than two people to learn from, or one expression only.
    InputError
        If the classifier can say neither the basic expressions nor those of Multi-PIE.
    """
    people = len(np.unique(training.subjects))
    if people < 2 or len(expressions) < 2:
        raise DatasetError(
            "the measures need views of two people at least beside those held out, each with two expressions at least, "
            f"not of {people} with {len(expressions)}"
        )
    shapes, jury = learn_shapes(training), _Jury(classifier, expressions)
    rng = np.random.default_rng(SEED)
    n, views = held_out.images.shape[:2]
    for view, yaw in enumerate(held_out.views):
        real, learnt = held_out.images[:, view], training.images[:, view]
        sources = rng.permuted(np.tile(np.delete(np.arange(views), view), (n, 1)), axis=1)[:, :SOURCES]
        rows = np.repeat(np.arange(n), sources.shape[1])
        before = held_out.images[rows, sources.ravel()]
        turned = turn(before, np.full(len(rows), view, np.int64))
        means = learnt.reshape(-1, len(expressions), *learnt.shape[1:]).mean(0).round().astype(np.uint8)
        grey_learnt, grey_real, grey_turned = (
            grey_frames(pictures, FEATURE_SIDE) for pictures in (learnt, real, turned)
        )
        shapes_real, shapes_turned = shapes.transform(grey_real), shapes.transform(grey_turned)
        first_half, second_half = np.array_split(shapes_real[rng.permutation(n)], 2)
        identity = make_pipeline(HOG(), PrincipalComponents(IDENTITY_COMPONENTS), LinearDiscriminantAnalysis())
        identity.fit(grey_learnt, training.subjects)
        gallery = _Gallery(identity.transform(grey_real), len(expressions))
        yield Measures(
            yaw=yaw,
            l1=_l1(turned, real[rows]),
            l1_untouched=_l1(before, real[rows]),
            l1_mean_picture=_l1(means[np.arange(n) % len(expressions)], real),
            frechet=frechet_distance(shapes_turned, shapes_real),
            frechet_halves=frechet_distance(first_half, second_half),
            identity=gallery.identified(identity.transform(grey_turned), rows),
            identity_other_expression=gallery.identified_by_other_expressions(),
            expression=jury.agreement(turned, rows),
            expression_real=jury.agreement(real, np.arange(n)),
            view=float((read_views(turned) == view).mean()),
            view_real=float((read_views(real) == view).mean()),
        )


def mean_of(measures: Sequence[Measures]) -> Measures:
    """The mean over views, each of which has as many pictures."""
    means = {field.name: float(np.mean([getattr(m, field.name) for m in measures])) for field in fields(Measures)[1:]}
    return Measures(yaw=None, **means)


def frechet_distance(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> float:
    """The Fréchet distance, squared, between normal distributions with the means and covariances of two samples.

    ``|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2))`` (Dowson & Landau 1982). The root's trace is that
    of ``(C_a^(1/2) C_b C_a^(1/2))^(1/2)``, which is symmetric, so that its eigenvalues are real and, but for rounding,
    not negative even where a covariance is singular.

    Parameters
    ----------
    a, b : ndarray of float, shapes (n, d) and (m, d)
        The samples. Covariances are divided by n and m: a sample taken twice is the same distribution.

    Returns
    -------
    float
        Not negative.
    """
    covariance_a, covariance_b = (
        np.atleast_2d(np.cov(sample.astype(np.float64), rowvar=False, bias=True)) for sample in (a, b)
    )
    variances, directions = np.linalg.eigh(covariance_a)
    root = directions * np.sqrt(variances.clip(0)) @ directions.T
    shared = np.sqrt(np.linalg.eigvalsh(root @ covariance_b @ root).clip(0)).sum()
    between = np.square(a.mean(0, dtype=np.float64) - b.mean(0, dtype=np.float64)).sum()
    return max(0.0, float(between + np.trace(covariance_a) + np.trace(covariance_b) - 2 * shared))


def learn_shapes(training: Recordings) -> Projection:
    """Principal components of HOG over people, expressions and views, for what `grey_frames` makes of pictures.

    They are fitted on `LEARNT_PICTURES` of these people at most; `frechet_distance` wants what they say of two samples.
    """
    pictures = training.images.reshape(-1, *training.images.shape[2:])
    chosen = np.linspace(0, len(pictures) - 1, min(LEARNT_PICTURES, len(pictures))).astype(np.intp)
    shapes = Projection(HOG(), PrincipalComponents(FRECHET_COMPONENTS), LEARNT_PICTURES)
    return shapes.fit(grey_frames(pictures[chosen], FEATURE_SIDE))


class _Gallery:
    """Real pictures of all held-out people in one view, among which a person is looked for.

    Parameters
    ----------
    points : ndarray of float, shape (recordings, d)
        In a space where pictures of one person are near each other.
    expressions : int
        How many recordings in a row are one person's.
    """

    def __init__(self, points: Floats, expressions: int) -> None:
        self._points = points.reshape(-1, expressions, points.shape[1])

    def identified(self, probes: Floats, recordings: Numbers) -> float:
        """Share of the probes that are nearest to their own recording's person among those with its expression."""
        people, expressions = np.divmod(recordings, self._points.shape[1])
        distances = np.linalg.norm(self._points[:, expressions] - probes, axis=2)
        return float((distances.argmin(0) == people).mean())

    def identified_by_other_expressions(self) -> float:
        """`identified`, with each person's real picture of every other expression for probes."""
        people, expressions, _ = self._points.shape
        person, wanted, shown = np.indices((people, expressions, expressions)).reshape(3, -1)
        other = wanted != shown
        return self.identified(self._points[person, shown][other], (person * expressions + wanted)[other])


class _Jury:
    """A classifier, and what it should say."""

    def __init__(self, classifier: Model, expressions: Sequence[str]) -> None:
        self._label_set = MULTIPIE6 if classifier.label_set == MULTIPIE6 else EKMAN7
        self._classifier = classifier
        labels = {expression.name: getattr(expression, self._label_set.name) for expression in EXPRESSIONS}
        self._intended = np.array(
            [-1 if labels[name] is None else self._label_set.index(labels[name]) for name in expressions]
        )

    def agreement(self, pictures: Pictures, recordings: Numbers) -> float:
        """Share of the pictures read as intended, of those whose expression the label set has a word for."""
        intended = self._intended[recordings % len(self._intended)]
        known = intended >= 0
        faces = grey_frames(pictures[known], self._classifier.card.input.frame)
        return float((self._classifier.probabilities(faces, self._label_set).argmax(1) == intended[known]).mean())


def grey_frames(pictures: Pictures, side: int) -> npt.NDArray[np.uint8]:
    """Grey pictures of so many pixels a side, uint8 of (n, side, side), from RGB."""
    grey = np.empty((len(pictures), side, side), np.uint8)
    for row, picture in zip(grey, pictures, strict=True):
        row[:] = cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (side, side), interpolation=cv2.INTER_AREA)
    return grey


def _l1(a: Pictures, b: Pictures) -> float:
    return float(cv2.absdiff(a.reshape(len(a), -1), b.reshape(len(b), -1)).mean())
