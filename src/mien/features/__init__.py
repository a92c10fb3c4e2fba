"""Classical descriptors of faces, as scikit-learn transformers from uint8 (n, 48, 48) to float32 (n, d).

*flow* takes clips, uint8 (n, frames, 48, 48). *asm*, *aam* and *geometry* learn from faces with landmarks
(``fit(faces, labels, landmarks=...)``) and afterwards find those of any face themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mien.errors import MissingExtra, UnknownName

try:
    import sklearn  # noqa: F401
except ImportError:
    raise MissingExtra("the classical road", "classic") from None

from mien.features.dct import DCT
from mien.features.flow import Flow
from mien.features.gabor import Gabor
from mien.features.gradients import HOG, SIFT
from mien.features.landmarks import FaceAppearance, FaceGeometry, FaceShape
from mien.features.patterns import CBP, LBP, LGBP
from mien.features.subspaces import (
    PrincipalComponents,
    Projection,
    eigenfaces,
    fisherfaces,
    independent_faces,
    spatially_independent_faces,
)
from mien.features.svda import support_vector_faces

if TYPE_CHECKING:
    from sklearn.base import TransformerMixin

FEATURES: dict[str, Callable[[], TransformerMixin]] = {
    "pca": eigenfaces,
    "ica": independent_faces,
    "ica1": spatially_independent_faces,
    "lda": fisherfaces,
    "svda": support_vector_faces,
    "dct": DCT,
    "lbp": LBP,
    "cbp": CBP,
    "lgbp": lambda: Projection(LGBP(), PrincipalComponents(300)),
    "hog": HOG,
    "sift": SIFT,
    "gabor": Gabor,
    "asm": FaceShape,
    "aam": FaceAppearance,
    "geometry": FaceGeometry,
    "flow": Flow,
}
"""What makes each descriptor, by name."""

__all__ = ["FEATURES", "get_feature"]


def get_feature(name: str) -> TransformerMixin:
    """A new descriptor, not fitted; raises `UnknownName` if there is none of this name."""
    if name not in FEATURES:
        raise UnknownName("feature", name, FEATURES)
    return FEATURES[name]()
