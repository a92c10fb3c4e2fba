"""Tables against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from mien.views.protocol.data import ViewData
from mien.views.protocol.readings import Comparison, expected_yaw
from mien.views.protocol.tables import accuracy_table, figures, markdown, published_rows


def answers() -> tuple[ViewData, np.ndarray]:
    """Neutral and smile at 0, 60 and 90 degrees to either side; all else is not in the data."""
    rows = [  # view, truth, answer
        *((0, 0, 0), (0, 0, 5)),  # half of the neutral faces
        (0, 1, 1),
        *((60, 0, 0), (-60, 0, 0), (60, 0, 1), (-60, 0, 0)),  # three quarters
        *((-60, 1, 0), (60, 1, 0)),  # none
        *((90, 1, 1), (-90, 1, 1)),
    ]
    views, labels, predicted = np.array(rows).T
    subjects = np.array(["a", "b"] * 5 + ["a"])
    faces = np.zeros((len(rows), 72, 72), np.uint8)
    return ViewData(faces, labels, subjects, views, views.astype(np.float32)), predicted


def test_both_sides_count_under_one_angle() -> None:
    table = accuracy_table(*answers())
    assert table.shape == (7, 6)
    assert table[:, :2].tolist() == [[0.5, 1], *[[None, None]] * 3, [0.75, 0], [None, None], [None, 1]]
    assert table.mask[:, 2:].all()


def test_figures_and_page() -> None:
    tested, predicted = answers()
    found = figures(Comparison(tested, {"frontal": predicted, "joint": tested.labels}, tested.yaws + 4))
    reading = found["readings"]["frontal"]
    assert reading["by_angle"] == [0.75, None, None, None, 0.375, None, 1]
    assert reading["by_expression"] == [pytest.approx(1.25 / 2), pytest.approx(2 / 3), *[None] * 4]
    assert reading["mean"] == pytest.approx((0.75 + 0.375 + 1) / 3)
    assert reading["mean_60_to_90"] == pytest.approx((0.375 + 1) / 2)
    assert reading["at_90"] == 1
    assert found["readings"]["joint"]["mean"] == 1
    assert found["tested"] == {"people": 2, "pictures": 11}
    assert found["yaw_error"] == {"mean": 4, "by_angle": [4, None, None, None, 4, None, 4]}
    page = markdown(found, {"data": "views-multipie6:views", "splits": ["a", "b"], "generator": None})
    assert "| frontal | 75.0 |  |  |  | 37.5 |  | 100.0 | 70.8 | 68.8 |" in page
    assert "| 60 | 75.0 | 0.0 |  |  |  |  | 37.5 |" in page
    assert "- data: views-multipie6:views\n- splits: a, b\n- generator: none\n" in page
    assert "| yaw error | 4.0 |  |  |  | 4.0 |  | 4.0 | 4.0 |" in page
    assert page.index("Published, Multi-PIE") < page.index("86.71") < page.index("say nothing of rendered pictures")


def test_published_means_are_those_of_their_angles() -> None:
    two_pathway, joint = published_rows()
    *by_angle, mean, wide = map(float, two_pathway.cells)
    assert np.mean(by_angle) == pytest.approx(mean, abs=0.02)
    assert wide == pytest.approx((87.8 + 85.0 + 77.1) / 3, abs=0.05)
    assert joint.cells == ("",) * 7 + ("91.80", "")


def test_expected_yaw() -> None:
    sure, torn = np.zeros((2, 13), np.float32)
    sure[-1] = 1
    torn[[4, 6]] = 0.25, 0.75  # -30 and 0 degrees
    np.testing.assert_allclose(expected_yaw(np.stack([sure, torn])), [90, -7.5])
