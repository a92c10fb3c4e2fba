from __future__ import annotations

import numpy as np
import pytest

from mien.classifiers import CLASSIFIERS, COMPONENTS
from mien.classifiers.pipeline import learns_from_landmarks, make_pipeline, reads_clips, split_name
from mien.classifiers.rbf_svm import RBFSVM
from mien.datasets import FaceData
from mien.errors import InputError, UnknownName
from mien.features import FEATURES

# Few faces are not enough for independent components to settle.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


LANDMARKS = ["asm", "aam", "geometry"]
STILL = [feature for feature in FEATURES if feature not in (*LANDMARKS, "flow")]


def test_what_a_recipe_needs() -> None:
    def needs(feature: str, classifier: str) -> tuple[bool, bool]:
        pipeline = make_pipeline(feature, classifier)
        return reads_clips(pipeline), learns_from_landmarks(pipeline)

    assert [feature for feature in FEATURES if needs(feature, "svm")[0]] == ["flow"]
    assert [feature for feature in FEATURES if needs(feature, "svm")[1]] == LANDMARKS
    assert all(needs(feature, "hmm")[0] for feature in FEATURES)
    assert [feature for feature in FEATURES if needs(feature, "hmm")[1]] == LANDMARKS


@pytest.mark.parametrize("feature", LANDMARKS)
def test_landmarks_tell_expressions_apart(feature: str, portraits: tuple[FaceData, FaceData]) -> None:
    training, others = portraits
    pipeline = make_pipeline(feature, "svm")
    pipeline.fit(training.images, training.labels, feature__landmarks=training.landmarks)
    assert (pipeline.predict(others.images) == others.labels).mean() > 0.9


@pytest.mark.parametrize("classifier", CLASSIFIERS)
def test_every_classifier_tells_movements_apart(classifier: str, clips: tuple[FaceData, FaceData]) -> None:
    training, others = clips
    pipeline = make_pipeline("flow", classifier).fit(training.images, training.labels)
    assert (pipeline.predict(others.images) == others.labels).mean() > 0.9


@pytest.mark.parametrize("feature", ["lbp", "lda", "geometry"])
def test_frames_of_any_descriptor_make_sequences(feature: str, clips: tuple[FaceData, FaceData]) -> None:
    training, others = clips
    pipeline = make_pipeline(feature, "hmm")
    known = {"feature__landmarks": training.landmarks} if learns_from_landmarks(pipeline) else {}
    pipeline.fit(training.images, training.labels, **known)
    assert pipeline[:-1].transform(others.images).shape[:2] == (20, 6)
    assert (pipeline.predict(others.images) == others.labels).mean() > 0.9


@pytest.mark.parametrize("feature", STILL)
def test_every_descriptor_tells_stripes_apart(feature: str, training: FaceData, validation: FaceData) -> None:
    pipeline = make_pipeline(feature, "svm").fit(training.images, training.labels)
    assert (pipeline.predict(validation.images) == validation.labels).mean() > 0.9


@pytest.mark.parametrize("classifier", [name for name in CLASSIFIERS if name != "hmm"])
def test_every_classifier_tells_stripes_apart(classifier: str, training: FaceData, validation: FaceData) -> None:
    pipeline = make_pipeline("hog", classifier).fit(training.images, training.labels)
    assert (pipeline.predict(validation.images) == validation.labels).mean() > 0.9


def test_those_that_need_it_see_few_components(training: FaceData) -> None:
    for classifier, most in COMPONENTS.items():
        if classifier == "hmm":
            continue
        pipeline = make_pipeline("lbp", classifier)
        before = pipeline[:-1].fit_transform(training.images, training.labels)
        assert before.shape[1] <= most
        # The first holds more than the last, and all together one each.
        variances = before.var(0)
        assert variances.mean() == pytest.approx(1, rel=0.05)
        assert variances[0] > 2 * variances[-1]


def test_a_kernel_machine_learns_what_no_plane_can_tell() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 2))
    y = (np.hypot(*x.T) > 1.2).astype(int)
    test = rng.normal(size=(400, 2))
    machine = RBFSVM(n_landmarks=50).fit(x, y)
    assert (machine.predict(test) == (np.hypot(*test.T) > 1.2)).mean() > 0.93


def test_names() -> None:
    assert split_name("hog+svm") == ("hog", "svm")
    with pytest.raises(InputError, match=r"descriptor\+classifier, for example hog\+svm, not 'hog'"):
        split_name("hog")
    with pytest.raises(UnknownName, match=r"no classifier is named 'swm'; did you mean 'svm'\?"):
        make_pipeline("hog", "swm")
