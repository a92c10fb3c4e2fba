"""Our classifiers and SVDA keep scikit-learn's conventions, as its own checks see them."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from mien.classifiers.boosting import AdaBoost
from mien.classifiers.local_svm import LocalSVM
from mien.classifiers.naive_bayes import CauchyNaiveBayes
from mien.classifiers.tan import TreeAugmentedNaiveBayes
from mien.classifiers.tree_svm import TreeSVM
from mien.features.svda import SVDA


def _deliberate(estimator):
    if isinstance(estimator, SVDA):
        return {"check_transformer_preserve_dtypes": "descriptors are float32"}
    return {}


@parametrize_with_checks(
    [TreeAugmentedNaiveBayes(), CauchyNaiveBayes(), AdaBoost(10), LocalSVM(3), TreeSVM(), SVDA()],
    expected_failed_checks=_deliberate,
)
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)
