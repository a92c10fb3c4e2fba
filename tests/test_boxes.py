from __future__ import annotations

import numpy as np

from mien.boxes import box_sizes, common_area, overlap, share_inside

BOX = np.array([0, 0, 10, 20], np.float32)
OTHERS = np.array([(5, 10, 15, 30), (10, 0, 20, 20), (2, 2, 4, 4)], np.float32)


def test_by_hand() -> None:
    np.testing.assert_allclose(box_sizes(BOX), np.sqrt(200))
    np.testing.assert_allclose(common_area(BOX, OTHERS), [50, 0, 4])
    np.testing.assert_allclose(overlap(BOX, OTHERS), [50 / 350, 0, 4 / 200], rtol=1e-5)
    np.testing.assert_allclose(share_inside(BOX, OTHERS), [0.25, 0, 1], rtol=1e-5)
