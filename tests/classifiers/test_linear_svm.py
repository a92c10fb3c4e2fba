from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mien.classifiers.linear_svm import LinearSVM


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("c", [0.001, 1.0])
def test_it_is_the_machine_of_liblinear(classes: int, c: float) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, 300)
    x = rng.normal(size=(300, 8)) + rng.normal(size=(classes, 8))[y]
    ours = LinearSVM(c).fit(x, y)
    # With so large a constant feature its offset is hardly held small, either.
    theirs = LinearSVC(C=c, dual=False, tol=1e-8, intercept_scaling=1000).fit(x, y)
    if classes == 2:
        np.testing.assert_allclose(ours.coef_[1], theirs.coef_[0], atol=2e-3)
        np.testing.assert_allclose(ours.coef_[0], -ours.coef_[1], atol=2e-3)
    else:
        np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=2e-3)
        np.testing.assert_allclose(ours.decision_function(x), theirs.decision_function(x), rtol=5e-3, atol=5e-3)
    assert (ours.predict(x) == theirs.predict(x)).mean() > 0.99


def test_one_feature_worked_out_by_hand() -> None:
    # Rows at +1 and -1: by symmetry b = 0, and w^2 / 2 + 2c (1 - w)^2 is least at w = 4c / (1 + 4c).
    machine = LinearSVM(c=0.5).fit([[-1.0], [1.0]], ["a", "b"])
    np.testing.assert_allclose(machine.coef_, [[-2 / 3], [2 / 3]], atol=1e-4)
    np.testing.assert_allclose(machine.intercept_, 0, atol=1e-4)
    assert machine.predict([[-3.0], [0.1]]).tolist() == ["a", "b"]
