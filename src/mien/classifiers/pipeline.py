"""A descriptor and a classifier as one scikit-learn pipeline, spelled ``hog+svm``.

A linear machine (*svm*) sees all features, each brought to zero mean and unit variance, so that its penalty bears on
all alike. The others see principal components (`COMPONENTS` says how many):

- *knn*: distances in thousands of dimensions are all alike, and take long.
- *nb*: naive Bayes takes features for independent; neighbouring cells of a histogram are not, its principal
  components at least do not correlate.
- *svm-rbf*: as for *knn*, and a face is compared with a thousand others.
- *hmm*: its states take features for independent, as *nb* does.

These stay as unequal as they are: scaled one by one, the last would give noise the same say as signal.
"""

from __future__ import annotations

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from mien.classifiers import COMPONENTS, get_classifier
from mien.errors import InputError
from mien.features import get_feature
from mien.features.base import ClipDescriptor
from mien.features.flow import FlowSequences
from mien.features.frames import EachFrame
from mien.features.landmarks import LandmarkDescriptor
from mien.features.subspaces import PrincipalComponents


def make_pipeline(feature: str, classifier: str) -> Pipeline:
    """A pipeline from uint8 faces (n, 48, 48), or clips (n, frames, 48, 48), to labels, not fitted.

    Parameters
    ----------
    feature, classifier : str
        Names in `FEATURES` and `CLASSIFIERS`. *flow* takes clips, and so does *hmm* with any feature, which then
        describes each frame; *flow* is then the movement from the first frame to each.

    Raises
    ------
    UnknownName
        If there is no such descriptor or classifier.
    """
    describe, classify = get_feature(feature), get_classifier(classifier)
    most = COMPONENTS.get(classifier)
    between = ("scale", StandardScaler()) if most is None else ("components", PrincipalComponents(most))
    if classifier == "hmm":
        describe = FlowSequences() if feature == "flow" else EachFrame(describe)
        between = ("components", EachFrame(between[1]))
    return Pipeline([("feature", describe), between, ("classifier", classify)])


def reads_clips(pipeline: Pipeline) -> bool:
    """Whether it takes clips, uint8 (n, frames, h, w), and not faces, uint8 (n, h, w)."""
    return isinstance(pipeline[0], (ClipDescriptor, EachFrame))


def learns_from_landmarks(pipeline: Pipeline) -> bool:
    """Whether it is fitted with ``feature__landmarks=``, an array of float (n, p, 2) in pixels of the faces."""
    feature = pipeline[0].transformer if isinstance(pipeline[0], EachFrame) else pipeline[0]
    return isinstance(feature, LandmarkDescriptor)


def split_name(name: str) -> tuple[str, str]:
    """Descriptor and classifier of ``descriptor+classifier``; raises `InputError` without a plus."""
    feature, plus, classifier = name.partition("+")
    if not plus:
        raise InputError(f"a classical model is named descriptor+classifier, for example hog+svm, not {name!r}")
    return feature, classifier
